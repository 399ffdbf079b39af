"""How fast phones hand in what they kept, and that nothing is lost or doubled on the way.

600 phones of 600 grid workers hand in 15 records each through gunicorn. One record in five is sent again after its
answer; for one in twenty the connection is cut before the answer arrives, and the phone tries again, as phones do.
"""

import http.client
import itertools
import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.models import User
from grids.levels import Level
from grids.models import Area, Compound
from households.models import Household
from households.services.bulk import HouseholdRow, PersonRow, write
from visits.models import Submission, Visit
from visits.states import SubmissionState
from weidu_portal.bench import crowd
from weidu_portal.bench.pages import gunicorn

PHONES, RECORDS, AT_ONCE = 600, 15, 16
AGAIN_EVERY, CUT_EVERY = 5, 20


@dataclass
class Phone:
    """A grid worker's phone with what it kept."""

    user: User
    cookie: str
    households: list[int]
    device: str = field(default_factory=lambda: str(uuid.uuid4()))
    csrf: str = ""

    def hello(self, link: http.client.HTTPConnection) -> None:
        """Say how much is kept; get a token."""
        body = {"device": self.device, "pending": RECORDS, "oldest_pending_at": None, "app_version": "bench"}
        body |= {"persisted": True, "free_mb": None, "client_at": timezone.now().isoformat(), "last_seq": 0}
        answer = self._send(link, "/sync/hello", body)
        self.csrf = answer["csrf"]

    def record(self, number: int) -> dict:
        """The record of one door."""
        key = str(uuid.uuid4())
        fields = {"submission": [key], "outcome": ["met"], "topics": ["light"], "handling-light": ["record"]}
        fields["detail-light"] = ["二单元门口的灯有时不亮"]
        return {
            "id": key,
            "kind": "visit",
            "schema_version": 1,
            "device": self.device,
            "seq": number + 1,
            "client_at": timezone.now().isoformat(),
            "clock_offset": 0,
            "user": self.user.pk,
            "household": self.households[number],
            "label": f"1-1-{number}",
            "fields": fields,
        }

    def hand_in(self, link: http.client.HTTPConnection, record: dict, *, cut: bool) -> None:
        """Send a record until its own id comes back; `cut` drops the connection before the first answer."""
        if cut:
            self._request(link, "/sync/submit", record)
            link.close()
        answer = self._send(link, "/sync/submit", record)
        if answer.get("ack") != record["id"]:
            raise RuntimeError(f"no acknowledgement: {answer}")

    def _send(self, link: http.client.HTTPConnection, path: str, body: dict) -> dict:
        self._request(link, path, body)
        answer = link.getresponse()
        content = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {content}")
        return content

    def _request(self, link: http.client.HTTPConnection, path: str, body: dict) -> None:
        cookie = f"weidu_session={self.cookie}; csrftoken={self.csrf}" if self.csrf else f"weidu_session={self.cookie}"
        headers = {"Cookie": cookie, "Content-Type": "application/json", "X-CSRFToken": self.csrf}
        link.request("POST", path, json.dumps(body), headers)


def measure() -> dict[str, float]:
    """`sync_submissions_per_second` (distinct records acknowledged), `sync_lost`, `sync_duplicated`."""
    phones = _phones()
    sent: list[str] = []
    turns = itertools.count()
    guard = threading.Lock()

    def work(phone: Phone, port: int) -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        phone.hello(link)
        for number in range(RECORDS):
            record = phone.record(number)
            with guard:
                turn = next(turns)
                sent.append(record["id"])
            phone.hand_in(link, record, cut=turn % CUT_EVERY == 0)
            if turn % AGAIN_EVERY == 0:
                phone.hand_in(link, record, cut=False)
        link.close()

    with gunicorn() as port:
        started = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for done in [pool.submit(work, phone, port) for phone in phones]:
                done.result()
        seconds = time.perf_counter() - started
    visits = Visit.objects.filter(household__in=[pk for phone in phones for pk in phone.households])
    kept = set(map(str, visits.values_list("uuid", flat=True)))
    waiting = Submission.objects.exclude(state=SubmissionState.PROCESSED).count()
    if waiting:
        raise RuntimeError(f"{waiting} records were not written down as visits")
    return {
        "sync_submissions_per_second": round(len(sent) / seconds, 1),
        "sync_lost": len(set(sent) - kept),
        "sync_duplicated": visits.count() - len(kept & set(sent)),
    }


def _phones() -> list[Phone]:
    """Workers spread over the grids, fifteen doors each."""
    grids = list(Area.objects.in_service().filter(level=Level.GRID).order_by("code").values_list("code", flat=True))
    rows, compounds = [], {}
    for number in range(PHONES):
        code = grids[number % len(grids)]
        if code not in compounds:
            compounds[code] = Compound.objects.create(area_id=code, name=f"试测小区{number}", kind="estate")
        round_ = number // len(grids)
        for door in range(RECORDS):
            row = HouseholdRow(compounds[code].pk, 1 + round_, 1, f"{1 + door // 3}0{1 + door % 3}", code)
            row.people = [PersonRow("刘秀兰", "刘阿姨", "head", 2, 1950)]
            rows.append(row)
    write(rows, source="bench", by=None)
    doors: dict[tuple[str, int], list[int]] = {}
    found = Household.objects.filter(compound__in=[one.pk for one in compounds.values()]).in_door_order()
    for pk, area, building in found.values_list("pk", "area_id", "building_no"):
        doors.setdefault((area, building), []).append(pk)
    phones = []
    for number in range(PHONES):
        code = grids[number % len(grids)]
        user = crowd.member(f"bench-phone{number}", "grid_worker", area=code)
        phones.append(Phone(user, crowd.session_of(user), doors[code, 1 + number // len(grids)]))
    return phones
