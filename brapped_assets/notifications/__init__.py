"""Telling the owner in time: what is to be told, when, and by which way. No Dagster here.

`state_machine` decides (pure), `conditions` reads how things stand, `delivery` speaks to the outside, `notifier` joins
them.
"""
