"""Your own: each asset, check, job, schedule and sensor in this folder is loaded with Brapped's.

`dg scaffold defs dagster.asset mine.py` makes the first one.
"""
