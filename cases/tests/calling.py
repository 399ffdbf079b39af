"""What tests of the API share: another system with the key of one person, and something to register."""

import json
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from accounts.services import issue_api_key
from conftest import GRID

PHONE = "13800001234"


class Caller:
    """Another system that calls with the key of one person."""

    def __init__(self, user):
        _, text = issue_api_key(user, name="12345平台", by=None)
        self.http = Client(headers={"Authorization": f"Bearer {text}"})

    def get(self, name: str, /, *args, **query):
        """GET an address by its name."""
        return self.http.get(reverse(f"api:{name}", args=args), query)

    def post(self, name: str, /, *args, **body):
        """POST JSON to an address by its name."""
        return self.http.post(reverse(f"api:{name}", args=args), json.dumps(body), content_type="application/json")

    def act(self, case, action: str, /, *, seen=None, **values):
        """Take an action with these values."""
        body = {"values": values} | ({} if seen is None else {"seen": seen})
        return self.post("case-action", case.number, action, **body)


def sent(**more) -> dict:
    """A complete registration."""
    base = {"submission": str(uuid4()), "category": "light-street", "area": GRID, "text": "路灯不亮，晚上看不清"}
    return {**base, "name": "刘女士", "phone": PHONE, **more}
