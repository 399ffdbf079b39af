"""门牌码: the sheet of stickers and new codes, for those who keep the ground."""

import re
import shutil
import subprocess

import pytest
import segno
from django.urls import reverse

from audit.models import Entry
from common.errors import DomainError
from conftest import GRID
from desk.cards import stickers
from grids.models import Compound, Door
from grids.services.doors import renew_codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def homes(make_household):
    return [make_household(door) for door in ("3-1-501", "3-1-1001", "3-2-101")]


def url(compound, name="door-codes") -> str:
    return reverse(f"desk:{name}", args=[compound.pk])


def bytes_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def words_of(pdf: bytes, tmp_path) -> str:
    program = shutil.which("pdftotext")
    if not program:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    (tmp_path / "codes.pdf").write_bytes(pdf)
    asked = [program, "-raw", str(tmp_path / "codes.pdf"), "-"]
    return subprocess.run(asked, capture_output=True, check=True, text=True).stdout


def test_the_page_of_a_compound_leads_to_the_codes_of_each_building(client, homes, chen, wang):
    compound = homes[0].compound
    codes = f"{url(compound)}?building={homes[0].door.building_id}"
    client.force_login(chen)
    assert codes in client.get(reverse("desk:compound", args=[compound.pk])).content.decode()
    page = client.get(codes).content.decode()
    assert page.index("1单元501") < page.index("1单元1001") < page.index("2单元101") and "刘" not in page
    client.force_login(wang)
    assert codes not in client.get(reverse("desk:compound", args=[compound.pk])).content.decode()


def test_stickers_hold_the_door_and_for_whom_they_are_but_no_name(client, homes, chen, tmp_path):
    client.force_login(chen)
    answer = client.post(url(homes[0].compound), {"building": homes[0].door.building_id})
    assert answer["Content-Type"] == "application/pdf" and "attachment" in answer["Content-Disposition"]
    pdf = bytes_of(answer)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    words = words_of(pdf, tmp_path)
    assert words.count("工作人员走访用") == 3 and "3号楼1单元501" in words and "刘" not in words
    entry = Entry.objects.get(verb="door.print_codes")
    assert (entry.actor_id, entry.details["doors"]) == (chen.pk, 3)
    assert homes[0].door.token not in str(entry.details)


def test_the_code_leads_to_the_address_of_the_door(homes, settings):
    settings.PUBLIC_BASE_URL = "https://grid.weidu.example/"
    assert stickers.address_of(homes[0].door) == f"https://grid.weidu.example/q/{homes[0].door.token}/"


def test_many_doors_fill_several_sheets_with_every_door_once(homes, chen, tmp_path):
    door = homes[0].door
    made = [
        Door(compound=door.compound, building=door.building, entrance=door.entrance, area_id=GRID, room=f"{floor}0{room}")
        for floor in range(11, 21)
        for room in range(1, 5)
    ]  # fmt: skip
    Door.objects.bulk_create(made)
    target, name = stickers.print_stickers(door.compound, door.building, made, by=chen)
    with target:
        pdf = target.read()
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 2 and name.startswith("第一食品厂家属院3号楼_门牌码_")
    words = words_of(pdf, tmp_path)
    assert all(words.count(f"单元{door.room}") == 1 for door in made)


def test_the_modules_of_a_code_are_large_enough_for_a_phone(homes, settings):
    settings.PUBLIC_BASE_URL = "https://grid.weidu.gov.example"
    code = segno.make(stickers.address_of(homes[0].door), error="q", micro=False)
    across = stickers.CODE / code.symbol_size(border=4)[0]
    assert across >= 0.5, "modules below half a millimetre are not read from an arm's length"
    assert stickers.LEFT >= 5 and stickers.BOTTOM >= 5


def test_doors_outside_buildings_have_a_sheet_of_their_own(client, homes, make_household, chen):
    yard = Compound.objects.create(area_id=GRID, name="南巷", kind=Compound.Kind.COURTYARD)
    make_household("2号", compound=yard)
    client.force_login(chen)
    assert "2号" in client.get(url(yard)).content.decode()
    assert bytes_of(client.post(url(yard))).startswith(b"%PDF")
    assert "还没有登记门户" in client.post(url(homes[0].compound)).content.decode()


def test_a_label_the_font_lacks_is_named(homes, chen):
    Door.objects.filter(pk=homes[0].door_id).update(room="𠮷01")
    door = Door.objects.get(pk=homes[0].door_id)
    with pytest.raises(DomainError, match="𠮷"):
        stickers.print_stickers(door.compound, door.building, [door], by=chen)
    assert not Entry.objects.filter(verb="door.print_codes").exists()


class TestRenewing:
    def test_one_door_gets_a_new_code_and_the_others_keep_theirs(self, client, homes, chen):
        before = {door.pk: door.token for door in Door.objects.all()}
        client.force_login(chen)
        sent = {"building": homes[0].door.building_id, "door": homes[0].door_id}
        page = client.post(url(homes[0].compound, "door-codes-renew"), sent, follow=True).content.decode()
        assert "换了1个码" in page
        changed = [door.pk for door in Door.objects.all() if door.token != before[door.pk]]
        assert changed == [homes[0].door_id]
        entry = Entry.objects.get(verb="door.renew_codes")
        assert entry.details["doors"] == changed and entry.actor_id == chen.pk
        assert before[changed[0]] not in str(entry.details)

    def test_all_doors_of_a_building_at_once(self, client, homes, make_household, chen):
        other = make_household("1-101")
        before = {door.pk: door.token for door in Door.objects.all()}
        client.force_login(chen)
        sent = {"building": homes[0].door.building_id, "door": "all"}
        client.post(url(homes[0].compound, "door-codes-renew"), sent)
        changed = {door.pk for door in Door.objects.all() if door.token != before[door.pk]}
        assert changed == {home.door_id for home in homes} and other.door_id not in changed

    def test_a_door_of_another_compound_is_never_touched(self, client, homes, make_household, chen):
        yard = Compound.objects.create(area_id=GRID, name="南巷", kind=Compound.Kind.COURTYARD)
        foreign = make_household("2号", compound=yard).door
        with pytest.raises(DomainError, match="没有可以换码的门户"):
            renew_codes(homes[0].compound, [foreign.pk], by=chen)
        client.force_login(chen)
        sent = {"building": homes[0].door.building_id, "door": foreign.pk}
        page = client.post(url(homes[0].compound, "door-codes-renew"), sent, follow=True).content.decode()
        assert "没有可以换码的门户" in page
        assert Door.objects.get(pk=foreign.pk).token == foreign.token

    @pytest.mark.parametrize("building", ["0", "x", "99999999999"])
    def test_a_building_that_is_not_there_is_not_found(self, client, homes, chen, building):
        client.force_login(chen)
        assert client.get(url(homes[0].compound), {"building": building}).status_code == 404

    def test_who_keeps_other_ground_finds_nothing(self, client, homes, outsider, wang):
        client.force_login(outsider)
        assert client.post(url(homes[0].compound), {"building": homes[0].door.building_id}).status_code == 404
        client.force_login(wang)
        assert client.post(url(homes[0].compound, "door-codes-renew"), {"door": "all"}).status_code == 403
