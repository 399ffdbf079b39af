"""Benches: `make bench` writes var/bench.json. Ratios are taken within one run, because machines are noisy.

Everything happens in a scratch database that is made for the run and dropped after it.
"""
