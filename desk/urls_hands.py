"""Addresses of the staff pages about assignments."""

hands_urls: list = []
