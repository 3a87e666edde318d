"""Measurements, run by hand or by `make bench`; they are no tests."""
