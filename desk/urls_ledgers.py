"""Addresses of the staff pages about district reviews, ledgers and hand-outs."""

ledgers_urls: list = []
