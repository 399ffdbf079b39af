"""Addresses of the staff pages about call-backs."""

callbacks_urls: list = []
