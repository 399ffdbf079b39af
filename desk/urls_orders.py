"""Addresses of the staff pages about supervision orders."""

orders_urls: list = []
