-- Run once, when PostgreSQL's volume is new: Dagster's history is a database of its own, beside the plays.
create database dagster;
