"""Tables and views of the warehouse as their schema makes them, for Dagster to show before anything is materialized.

Generated from a database with the schema (`make generated`); a test holds the file against one.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg

FILE = Path(__file__).with_name("warehouse_tables.json")
# Whose rows they are.
ASSETS = {
    "raw.recently_played": "recently_played_raw",
    "star.streaming_fact": "streaming_fact",
    "star.track_dim": "track_dim",
    "star.artist_dim": "artist_dim",
    "star.artist_tags": "artist_tags",
    "star.album_group": "album_groups",
    "star.spotify_top": "spotify_top",
    "audit.import_file": "streaming_history",
    "star.spoken_play": "episode_history",
}


@cache
def tables() -> dict[str, dict[str, Any]]:
    """By name (`schema.table`): comment, columns, the tables it reads, and what each column is made of."""
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def asset_of(table: str) -> dg.AssetKey | None:
    """The asset that is this table or view, if one is."""
    schema, _, name = table.partition(".")
    if schema == "bi":
        return dg.AssetKey([schema, name])
    return dg.AssetKey(ASSETS[table]) if table in ASSETS else None


def schema_of(table: str) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column["name"],
                column["type"],
                description=column["description"],
                constraints=dg.TableColumnConstraints(nullable=column["is_nullable"]),
            )
            for column in tables()[table]["columns"]
        ]
    )


def lineage_of(sources: dict[str, list[str]]) -> dg.TableColumnLineage:
    """By column, those it is made of (`schema.table.column`); what is in no asset's own table is left out."""
    found: dict[str, list[dg.TableColumnDep]] = {}
    for column, made_of in sources.items():
        for source in made_of:
            table, _, name = source.rpartition(".")
            if key := asset_of(table):
                found.setdefault(column, []).append(dg.TableColumnDep(key, name))
    return dg.TableColumnLineage(found)
