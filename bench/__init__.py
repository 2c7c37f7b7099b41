"""Benchmarks: `python -m bench [NAME…]` prints what was measured beside its budget and a baseline of the same run.

A benchmark never fails: a missed budget is a word in a table. Everything is real (PostgreSQL, HTTP, processes) and lies
in a temporary folder that is gone afterwards. Unix only: it ends processes by signals.
"""
