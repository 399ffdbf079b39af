"""Channels a notice leaves by. An adapter sends one message or raises DeliveryFailed; it never decides who gets it."""

import json
import os
import smtplib
from dataclasses import asdict, dataclass, replace
from http.client import HTTPException
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone

from common.sensitive import mask

TIMEOUT = 8  # seconds a gateway may take; a notice with a few addresses stays below the first pause
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class DeliveryFailed(Exception):
    """The channel did not take the message. The text is for the log and holds no address."""


class ChannelDown(DeliveryFailed):
    """The channel itself could not be reached; further messages on it would only wait for the same time-out."""


@dataclass(frozen=True)
class Address:
    """Where a push goes: channel name, address on it, and whose it is (account id; None for residents and groups)."""

    channel: str
    to: str
    person: int | None = None


@dataclass(frozen=True)
class Message:
    """One push. `id` is the same at every repetition, so receivers can drop the second copy."""

    id: str
    channel: str
    to: str
    title: str
    body: str
    url: str


class Adapter(Protocol):
    """What every channel offers."""

    def send(self, message: Message) -> None:
        """Hand the message over within TIMEOUT seconds, or raise DeliveryFailed."""


def masked(to: str) -> str:
    """An address as a log may show it: 138****8000, l***@example.cn."""
    name, at, host = to.partition("@")
    if at:
        return f"{name[:1]}***@{host}"
    return mask(to, "phone")


class FileSink:
    """Writes messages to one file of JSON lines a day: the default until a gateway is named."""

    def send(self, message: Message) -> None:
        """Append one line in a single write, so that several deliverers do not mix theirs."""
        folder = settings.NOTIFICATION_SINK_DIR
        sent = {"at": timezone.localtime().isoformat(), **asdict(replace(message, to=masked(message.to)))}
        line = json.dumps(sent, ensure_ascii=False) + "\n"
        name = os.path.join(folder, f"{timezone.localdate():%Y-%m-%d}.jsonl")
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise ChannelDown(f"file sink: {type(error).__name__}") from error
        with os.fdopen(handle, "ab", buffering=0) as sink:
            sink.write(line.encode())


class Email:
    """E-mail through Django's backend; the Message-ID comes from the notice, so a repetition is recognised."""

    def send(self, message: Message) -> None:
        """Send a plain-text mail. Line breaks in the title become spaces: a header has none."""
        host = urlsplit(settings.PUBLIC_BASE_URL).hostname or "localhost"
        mail = EmailMessage(
            subject=" ".join(message.title.split()),
            body="\n\n".join(part for part in (message.body, message.url) if part) or message.title,
            to=[message.to],
            headers={"Message-ID": f"<{message.id}@{host}>"},
            connection=get_connection(timeout=TIMEOUT),
        )
        try:
            mail.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            # The text of an SMTP refusal repeats the recipient, the type does not.
            raise DeliveryFailed(f"e-mail refused: {type(error).__name__}") from None
        except OSError as error:
            raise ChannelDown(f"mail server unreachable: {type(error).__name__}") from None


class SmsGateway:
    """Text messages through the district's gateway: JSON over HTTPS with a bearer token."""

    def send(self, message: Message) -> None:
        """POST id, phone and text; any answer but 2xx is a failure."""
        text = "\n".join(part for part in (message.title, message.body, message.url) if part)
        headers = {"Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}"} if settings.SMS_GATEWAY_TOKEN else {}
        _post(settings.SMS_GATEWAY_URL, {"id": message.id, "to": message.to, "text": text}, message.id, headers)


class WeComWebhook:
    """A robot in a group of the work app. The group may be wider than the seat, so it gets the title and link only."""

    def send(self, message: Message) -> None:
        """POST a text message; the robot answers 200 even when it refuses, so `errcode` is what counts."""
        content = "\n".join(part for part in (message.title, message.url) if part)
        payload = {"msgtype": "text", "text": {"content": content}}
        answer = _post(settings.WECOM_WEBHOOK_URL, payload, message.id, {})
        try:
            code = json.loads(answer)["errcode"]
        except (ValueError, KeyError, TypeError):
            raise DeliveryFailed("webhook: unreadable answer") from None
        if code != 0:
            raise DeliveryFailed(f"webhook: errcode {code}")


class _NoRedirect(HTTPRedirectHandler):
    """A gateway that moved is a failure: following would carry token and phone number to another host."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Refuse every redirect, so that its status surfaces as an HTTPError."""


def _post(url: str, payload: dict, message_id: str, headers: dict[str, str]) -> bytes:
    """The first 64 KB of the answer. Only HTTPS leaves the machine. Raises DeliveryFailed."""
    address = urlsplit(url)
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _LOOPBACK):
        raise DeliveryFailed("gateway address missing or not https")
    sent = {"Content-Type": "application/json; charset=utf-8", "X-Message-Id": message_id, **headers}
    request = Request(url, json.dumps(payload, ensure_ascii=False).encode(), sent, method="POST")
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT) as answer:
            return answer.read(65536)
    except HTTPError as error:
        error.close()
        raise DeliveryFailed(f"gateway answered {error.code}") from None
    except (OSError, HTTPException) as error:
        raise ChannelDown(f"gateway unreachable: {type(error).__name__}") from None
