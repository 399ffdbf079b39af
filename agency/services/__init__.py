"""The verbs of errands: `from agency import services as agency`, then `agency.finish(errand, …, by=request.user)`."""

from agency.services.acting import stale_words
from agency.services.contact import reveal_door
from agency.services.intake import Asked, ask
from agency.services.running import HandBack, accept, again, finish, go, hand_back, lack

__all__ = [
    "Asked",
    "HandBack",
    "accept",
    "again",
    "ask",
    "finish",
    "go",
    "hand_back",
    "lack",
    "reveal_door",
    "stale_words",
]
