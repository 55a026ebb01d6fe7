"""Comparisons with other programs, run by hand or by `make check-jexl`."""
