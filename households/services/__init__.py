"""Verbs of households and of people's rights over their data, by subject: rights, keeping, caring, pairing, revealing, bulk."""

from households.services.rights import FIRST_NOTICE, answer, ask, current_notice, load_notice

__all__ = ["FIRST_NOTICE", "answer", "ask", "current_notice", "load_notice"]
