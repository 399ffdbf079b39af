"""A simulated quarter of the district: `manage.py rehearse`. Real services, simulated time, a scratch database."""
