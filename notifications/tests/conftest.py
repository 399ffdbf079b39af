"""Real receivers on the loopback address: an HTTP gateway and a mail server that remember what they got."""

import json
import socketserver
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from accounts.models import User
from notifications.adapters import Address

BOOK: dict[str, list[Address]] = {}


def addresses(seat: str) -> list[Address]:
    """The address book of these tests; a seat nobody entered is an error, as in the portal's own."""
    if seat.startswith("broken:"):
        raise ValueError(f"not a seat: {seat}")
    return BOOK.get(seat, [])


@pytest.fixture
def book(settings, tmp_path):
    """Seat → addresses, to be filled by the test; e-mail, text messages and the group go to the file sink."""
    settings.NOTIFICATION_ADDRESS_BOOK = "notifications.tests.conftest.addresses"
    settings.NOTIFICATION_ADAPTERS = dict.fromkeys(("email", "sms", "wecom"), "notifications.adapters.FileSink")
    settings.NOTIFICATION_SINK_DIR = tmp_path / "outbox"
    settings.PUBLIC_BASE_URL = "https://portal.example"
    BOOK.clear()
    yield BOOK
    BOOK.clear()


@pytest.fixture
def chen():
    """Somebody of the community."""
    return User.objects.create_user("chen-reader", full_name="陈建国", title="陈书记")


@pytest.fixture
def wang():
    """A colleague of the same seat."""
    return User.objects.create_user("wang-reader", full_name="王秀英", title="王网格员")


@dataclass
class Gateway:
    """What arrived, and what will be answered next (status, body); 200 and errcode 0 when nothing is set."""

    url: str = ""
    got: list[tuple[dict, dict]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)


@pytest.fixture
def gateway(monkeypatch):
    """A running HTTP server that takes POSTs."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.got.append((dict(self.headers), json.loads(body)))
            status, answer = gateway.answers.pop(0) if gateway.answers else (200, b'{"errcode": 0}')
            self.send_response(status)
            if status == 302:
                self.send_header("Location", gateway.url)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            """Keep the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.url = f"http://127.0.0.1:{server.server_port}/send"
    yield from _serving(server, gateway)


class _MailHandler(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as smtplib speaks."""

    def handle(self):
        self._say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "RCPT" and "gone@" in line:
                self._say("550 no such mailbox")
            elif verb == "DATA":
                self._say("354 go on")
                self.server.mails.append(self._mail())
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _mail(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def mail_server(settings):
    """A running mail server; `.mails` holds what it took. It knows no mailbox named gone@…"""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _MailHandler)
    server.mails = []
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield from _serving(server, server)


def _serving(server, offered):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield offered
    server.shutdown()
    thread.join()
    server.server_close()
