"""Demonstration data: invented people and requests, told through the real services. Only where settings.DEMO is on."""
