"""Refusals whose text is fit for the person who reads it."""


class DomainError(Exception):
    """A refusal by a service. `message` is Chinese text that may be shown as it stands; it holds no personal value."""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class StalePage(DomainError):
    """The row changed after the page was opened: the message says who did what meanwhile."""
