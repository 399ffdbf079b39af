"""Addresses of the staff pages about what is released to the public ledger."""

openly_urls: list = []
