"""Benchmarks: how fast and how large the program is, measured on the machine at hand."""
