"""Addresses of the staff pages about whistles, site visits and drafts."""

spot_urls: list = []
