"""Addresses of the staff pages about joint meetings."""

meetings_urls: list = []
