"""Somebody else's SQL: one SELECT over the listener's own rows is run, and nothing else reaches the database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.mcp_server.allowed_sql import LONGEST, RefusedStatement, read_statement
from brapped_assets.mcp_server.listener_tables import ListenerTable

TABLES = {
    name: ListenerTable(name, "", (), f"select * from bi.{name} where listener_id = 7")
    for name in ("plays", "shown_plays", "tracks")
}
MINE = "(SELECT * FROM bi.plays WHERE listener_id = 7)"


@pytest.mark.parametrize(
    ("asked", "run"),
    [
        ("select count(*) from bi.plays", f"SELECT COUNT(*) FROM {MINE} AS plays"),
        ("select count(*) from plays -- all of them", f"SELECT COUNT(*) FROM {MINE} AS plays"),
        ('select count(*) from BI."plays" p', f"SELECT COUNT(*) FROM {MINE} AS p"),
        ("select bi.plays.played_on from bi.plays", f"SELECT plays.played_on FROM {MINE} AS plays"),
        ("table bi.plays", f"SELECT * FROM {MINE} AS plays"),
        ("with mine as (select * from plays) select * from mine",
         f"WITH mine AS (SELECT * FROM {MINE} AS plays) SELECT * FROM mine"),
        ("select 1 union all select count(*) from plays", f"SELECT 1 UNION ALL SELECT COUNT(*) FROM {MINE} AS plays"),
        ("select (select count(*) from plays)", f"SELECT (SELECT COUNT(*) FROM {MINE} AS plays)"),
    ],
)  # fmt: skip
def test_every_table_is_read_as_the_listeners_rows_of_it(asked: str, run: str) -> None:
    assert read_statement(asked, TABLES) == run


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("", "one SELECT at a time"),
        ("select 1; drop table x", "one SELECT at a time"),
        ("begin; select 1", "one SELECT at a time"),
        ("nonsense", "Only a SELECT"),
        ("nonsense of somebody", "cannot be read"),
        ("select from from", "cannot be read"),
        ("select (" * 500, "cannot be read"),
        (f"select '{'x' * LONGEST}'", "characters at most"),
        ("select '\0'", "no zero"),
        ("insert into bi.plays values (1)", "Only a SELECT"),
        ("with gone as (delete from bi.plays returning *) select * from gone", "DELETE"),
        ("with new as (insert into bi.plays values (1) returning 1) select * from new", "INSERT"),
        ("select * into stolen from bi.plays", "INTO"),
        ("select * from bi.plays for update", "LOCK"),
        ("copy bi.plays to '/tmp/stolen'", "Only a SELECT"),
        ("copy (select 1) to program 'sh'", "Only a SELECT"),
        ("do $$ begin perform pg_sleep(9); end $$", "Only a SELECT"),
        ("set role postgres", "Only a SELECT"),
        ("explain analyze select 1", "Only a SELECT"),
        ("call audit.anything()", "Only a SELECT"),
        ("vacuum", "Only a SELECT"),
        ("select pg_sleep(60)", "pg_sleep"),
        ("select pg_catalog.pg_sleep(60)", "pg_sleep"),
        ('select pg_catalog."pg_sleep"(60)', "pg_sleep"),
        ("select set_config('role', 'postgres', false)", "set_config"),
        ("select current_setting('data_directory')", "current_setting"),
        ("select pg_read_file('/etc/passwd')", "pg_read_file"),
        ("select * from pg_ls_dir('.')", "pg_ls_dir"),
        ("select query_to_xml('select * from audit.listener', true, true, '')", "query_to_xml"),
        ("select lo_import('/etc/passwd')", "lo_import"),
        ("select * from dblink('host=x', 'select 1') as t(a int)", "dblink"),
        ("select audit.forgotten_before('x')", "forgotten_before"),
        ("select repeat('x', 1000000000)", "REPEAT"),
        ("select lpad('x', 1000000000)", "PAD"),
        ("select count(*) from generate_series(1, 1000000000)", "GENERATE_SERIES"),
        ("with recursive r as (select 1 union all select 1 from r) select * from r", "RECURSIVE"),
        ("select 'audit.listener'::regclass", "REGCLASS"),
        ("select $1", "PARAMETER"),
        ("select * from bi.plays tablesample system (1)", "TABLESAMPLE"),
        ("select * from audit.listener", "no table audit.listener"),
        ("select * from star.streaming_fact", "no table star.streaming_fact"),
        ("select * from pg_authid", "no table pg_authid"),
        ("select * from pg_catalog.pg_authid", "no table pg_catalog.pg_authid"),
        ("select * from information_schema.tables", "no table information_schema.tables"),
        ("select * from other.bi.plays", "no table other.bi.plays"),
        ('select * from bi."PLAYS"', 'no table bi."PLAYS"'),
        ("with pg_authid as (select 1) select * from pg_authid", "cannot be named pg_authid"),
        ("select * from (with pg_shadow as (select 1) select 1) x, pg_shadow", "cannot be named pg_shadow"),
        ("with plays as (select 1) select * from plays", "cannot be named plays"),
    ],
)  # fmt: skip
def test_whatever_else_is_refused_in_words(asked: str, why: str) -> None:
    with pytest.raises(RefusedStatement, match="(?i)" + why.replace("(", r"\(").replace(".", r"\.")):
        read_statement(asked, TABLES)


TEXT = """select * from bi.plays plays p tracks pg_authid audit.listener where with x as ( ) , ; -- /* */ union all
delete returning into for update pg_sleep(1) 1 '' $$ join on true lateral values order by limit table"""
WORDS = st.sampled_from(TEXT.split())
FORBIDDEN = ("PG_", "AUDIT", "DELETE", "INTO", "UPDATE", "--", "/*", ";")


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_no_words_reach_a_table_past_its_listener(asked: str) -> None:
    try:
        run = read_statement(asked, TABLES)
    except RefusedStatement:
        return
    left = run
    for table in TABLES.values():
        left = left.replace(f"(SELECT * FROM bi.{table.name} WHERE listener_id = 7)", "")
    assert "bi." not in left
    assert [word for word in FORBIDDEN if word in left.upper()] == []
