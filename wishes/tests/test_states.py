"""Every pair of both tables, and the shape they must keep together."""

import pytest

from wishes.states import (
    CLAIM_TABLE,
    HELD,
    MOVES_WISH,
    NOT_ENDED,
    TABLE,
    Action,
    Alarm,
    ClaimAction,
    ClaimStatus,
    Status,
    Who,
    actions_for,
    rule_of,
)

S, A = Status, Action
# Written out a second time, by hand: what leads where. Whatever is not here must be impossible.
LEADS = {
    S.PENDING: {"publish": S.WAITING, "return": S.RETURNED, "refuse": S.REFUSED, "to_case": S.CASE, "cancel": S.CANCELLED},
    S.RETURNED: {"complete": S.PENDING, "refuse": S.REFUSED, "to_case": S.CASE, "cancel": S.CANCELLED},
    S.WAITING: {
        "claim": S.CLAIMED, "reword": None, "take_down": S.TAKEN_DOWN, "to_case": S.CASE, "cancel": S.CANCELLED,
    },
    S.CLAIMED: {
        "join": None, "leave": None, "progress": S.WORKING, "deliver": S.CONFIRMING, "release": S.WAITING,
        "cancel": S.CANCELLED,
    },
    S.WORKING: {
        "join": None, "leave": None, "progress": S.WORKING, "deliver": S.CONFIRMING, "release": S.WAITING,
        "cancel": S.CANCELLED,
    },
    S.CONFIRMING: {"confirm": S.FULFILLED, "not_yet": S.WORKING, "release": S.WAITING},
    S.FULFILLED: {"follow_up": S.FOLLOWED_UP, "thank": None},
    S.FOLLOWED_UP: {"thank": None},
    S.TAKEN_DOWN: {
        "put_back": S.WAITING, "reword": None, "refuse": S.REFUSED, "to_case": S.CASE, "cancel": S.CANCELLED,
    },
    S.REFUSED: {}, S.CASE: {}, S.CANCELLED: {},
}  # fmt: skip


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_every_pair(status, action):
    rule = rule_of(status, action)
    if action == A.NOTE:
        assert rule.to is None and rule.who == {Who.STAFF}
    elif action not in LEADS[status]:
        assert rule is None
    else:
        assert rule.to == LEADS[status][action] and rule.who


def test_a_wish_is_in_hand_exactly_while_a_claim_lives():
    for (status, action), rule in TABLE.items():
        to = rule.to or status
        if action == A.CLAIM:
            assert status not in HELD and to in HELD
        elif status in HELD:
            ends = {MOVES_WISH[a] for (_, a), end in CLAIM_TABLE.items() if end != ClaimStatus.LIVE}
            assert (to not in HELD) == (action in ends)
        else:
            assert to not in HELD


@pytest.mark.parametrize("action", ClaimAction)
@pytest.mark.parametrize("status", ClaimStatus)
def test_every_pair_of_the_claim(status, action):
    ends = {
        "confirm": ClaimStatus.FULFILLED, "give_up": ClaimStatus.GIVEN_UP, "revoke": ClaimStatus.REVOKED,
        "lapse": ClaimStatus.LAPSED, "cancel": ClaimStatus.REVOKED,
    }  # fmt: skip
    expected = ends.get(action, ClaimStatus.LIVE) if status == ClaimStatus.LIVE else None
    assert CLAIM_TABLE.get((status, action)) == expected


def test_every_action_on_a_claim_has_its_partner_on_the_wish():
    assert set(MOVES_WISH) == set(ClaimAction)
    for action in MOVES_WISH.values():
        assert any(status in HELD for status, other in TABLE if other == action)


def test_nothing_is_final_before_its_end_and_nobody_is_left_out():
    for status in NOT_ENDED:
        assert actions_for(status, frozenset(Who)), status
    assert not set(Alarm.values) & set(Action.values)
    assert actions_for(S.WAITING, frozenset({Who.VOLUNTEER})) == [A.CLAIM]
    assert actions_for(S.CONFIRMING, frozenset({Who.WISHER})) == [A.NOT_YET, A.CONFIRM]
    assert actions_for(S.CONFIRMING, frozenset({Who.CLAIMER})) == []
