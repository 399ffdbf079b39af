"""What may be done to many ticked cases at once."""

from cases.states import Action

# With the word for it.
BULK = {Action.SIGN: "签收", Action.HAND_OVER: "转交"}
MOST = 100
