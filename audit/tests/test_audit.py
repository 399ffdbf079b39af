import threading
from datetime import date
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from audit import services, tasks
from audit.models import Entry
from common.sensitive import Sensitive

WANG = SimpleNamespace(pk=7)


@pytest.fixture
def chain(db):
    for number in range(1, 6):
        services.record("case.sign", subject=("case", number), by=WANG, level=1)
    assert services.seal(batch=3) == 3
    assert services.seal() == 2
    assert services.seal() == 0


@pytest.fixture
def unguarded(chain):
    """The table as somebody finds it who may switch triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_guard")


def test_an_entry_says_who_did_what_to_what(db):
    services.record("case.climb", subject=("case", 4), by=None, to=3, due=date(2026, 11, 23), codes=["a", 1])
    services.record("case.register", subject=("case", UUID(int=1)), by=None, actor_kind="resident")
    services.record("case.sign", subject=("case", 4), by=WANG)
    climb, register, sign = Entry.objects.order_by("id")
    assert (climb.actor_id, climb.actor_kind) == (None, "portal")
    assert climb.details == {"to": 3, "due": "2026-11-23", "codes": ["a", 1]}
    assert (register.actor_kind, register.subject_id) == ("resident", str(UUID(int=1)))
    assert (sign.actor_id, sign.actor_kind, sign.details) == (7, "user", {})
    assert list(Entry.objects.about("case", 4)) == [sign, climb]


@pytest.mark.parametrize(
    "value",
    [
        Sensitive("刘明", "name"),
        "x" * 65,
        "楼道灯坏了",
        "two words",
        "13812341234",
        "41100219900101001X",
        1.5,
        {"a": 1},
        ["好"],
    ],
)
def test_details_take_no_words_and_no_personal_values(value):
    with pytest.raises(TypeError) as refusal:
        services.record("case.note", subject=("case", 1), by=WANG, note=value)
    assert "note" in str(refusal.value) and str(value) not in str(refusal.value)


def test_a_row_inserted_by_sql_needs_only_verb_and_subject(db):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_entry (verb, subject_kind, subject_id) VALUES ('case.climb', 'case', '1')")
    entry = Entry.objects.get()
    assert (entry.actor_kind, entry.details, entry.at is not None) == ("portal", {}, True)
    assert services.seal() == 1 and services.verify() == []


def test_an_untouched_chain_verifies(chain, capsys):
    assert services.verify() == []
    call_command("verify_audit")
    assert "chain holds: 5 entries" in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET actor_id = 8 WHERE sequence = 2",
        "UPDATE audit_entry SET details = '{}' WHERE sequence = 2",
        "UPDATE audit_entry SET sequence = NULL, previous_hash = NULL, hash = NULL WHERE sequence = 2",
        "DELETE FROM audit_entry WHERE sequence = 2",
    ],
)
@pytest.mark.parametrize("sequence", [2, 6])
def test_changing_or_deleting_is_refused_sealed_or_not(chain, change, sequence):
    services.record("case.sign", subject=("case", 6), by=WANG)
    where = "sequence IS NULL" if sequence == 6 else "sequence = 2"
    with pytest.raises(IntegrityError, match="neither changed nor deleted"), transaction.atomic():
        connection.cursor().execute(change.replace("sequence = 2", where).replace(f"SET {where}", "SET sequence = 2"))
    assert services.verify() == []


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE audit_entry SET actor_id = 8 WHERE sequence = 2", [(2, "altered")]),
        ("UPDATE audit_entry SET at = at + interval '1 second' WHERE sequence = 5", [(5, "altered")]),
        ("UPDATE audit_entry SET details = '{\"level\": 2}' WHERE sequence = 1", [(1, "altered")]),
        ("UPDATE audit_entry SET hash = previous_hash WHERE sequence = 2", [(2, "altered"), (3, "unlinked")]),
        ("DELETE FROM audit_entry WHERE sequence = 1", [(2, "missing")]),
        ("DELETE FROM audit_entry WHERE sequence = 3", [(4, "missing")]),
        (
            "INSERT INTO audit_entry (verb, subject_kind, subject_id, sequence, previous_hash, hash)"
            " SELECT 'case.sign', 'case', '9', 6, hash, hash FROM audit_entry WHERE sequence = 5",
            [(6, "altered")],
        ),
        (
            "UPDATE audit_entry SET sequence = sequence + 10 WHERE sequence > 2;"
            "INSERT INTO audit_entry (verb, subject_kind, subject_id, sequence, previous_hash, hash)"
            " SELECT 'case.sign', 'case', '9', 3, hash, hash FROM audit_entry WHERE sequence = 2;"
            "UPDATE audit_entry SET sequence = sequence - 9 WHERE sequence > 10",
            [(3, "altered"), (4, "altered"), (5, "altered"), (6, "altered")],
        ),
    ],
)
def test_an_edited_deleted_or_inserted_row_is_found(unguarded, change, broken, capsys):
    connection.cursor().execute(change)
    assert [(b.sequence, b.reason) for b in services.verify()] == broken
    with pytest.raises(CommandError, match=f"chain breaks at {broken[0][0]} .*{broken[0][1]}"):
        call_command("verify_audit")


def test_a_chain_cut_off_at_its_end_misses_the_noted_head(unguarded):
    sequence, hash_hex = services.head()
    call_command("verify_audit", expect=f"{sequence}:{hash_hex}")
    connection.cursor().execute("DELETE FROM audit_entry WHERE sequence = 5")
    assert services.verify() == []
    with pytest.raises(CommandError, match="cut off"):
        call_command("verify_audit", expect=f"{sequence}:{hash_hex}")


def test_an_entry_committed_late_with_a_lower_id_is_sealed_later(db):
    with connection.cursor() as cursor:
        for number in (1000, 999):
            cursor.execute(
                "INSERT INTO audit_entry (id, verb, subject_kind, subject_id) VALUES (%s, 'case.sign', 'case', '1')",
                [number],
            )
            services.seal()
    assert list(Entry.objects.sealed().values_list("id", flat=True)) == [1000, 999]
    assert services.verify() == []


@pytest.mark.django_db(transaction=True)
def test_two_concurrent_sealers_make_one_chain():
    for number in range(300):
        services.record("case.sign", subject=("case", number), by=WANG)
    start = threading.Barrier(2)
    sealed = []

    def work():
        start.wait()
        while count := services.seal(batch=20):
            sealed.append(count)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sealed) == 300
    assert list(Entry.objects.sealed().values_list("sequence", flat=True)) == list(range(1, 301))
    assert services.verify() == []


def test_the_task_seals_everything(db):
    services.record("case.sign", subject=("case", 1), by=WANG)
    tasks.seal()
    assert not Entry.objects.unsealed().exists()
