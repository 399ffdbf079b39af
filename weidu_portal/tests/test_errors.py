"""Pages for what does not work, and the frame around every page."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from weidu_portal import errors

pytestmark = pytest.mark.django_db


def test_an_unknown_address_says_what_may_be_wrong_and_where_to_go(client):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.content.decode()
    assert reverse("public:track") in answer.content.decode()


def test_a_page_that_only_a_button_opens_says_so(client, chen):
    client.force_login(chen)
    answer = client.get(reverse("desk:bulk"))
    assert answer.status_code == 405 and answer["Allow"] == "POST"
    assert "这一页不能直接打开" in answer.content.decode()


def test_an_unknown_api_address_answers_json(client):
    answer = client.get("/api/v1/no-such-thing/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/json"


def test_a_form_without_token_says_that_nothing_is_lost():
    answer = Client(enforce_csrf_checks=True).post(reverse("accounts:sign-in"), {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "您填的内容没有丢" in answer.content.decode()


def test_server_error_page_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "服务出了问题" in answer.content.decode()


def test_bad_request_page_does_not_need_the_request(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert errors.bad_request(RequestFactory().get("/"), ValueError()).status_code == 400


def test_the_public_frame_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(reverse("accounts:sign-in"))


def test_elder_cookie_sets_the_size_on_the_page(client):
    client.cookies["weidu_size"] = "elder"
    assert '<html lang="zh-CN" data-size="elder">' in client.get(reverse("accounts:sign-in")).content.decode()
    client.cookies["weidu_size"] = '"><script>'
    assert "<script>" not in client.get(reverse("accounts:sign-in")).content.decode()
