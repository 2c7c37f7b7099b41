"""Metadata every table asset carries, in Dagster's own keys."""

from collections.abc import Mapping
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import dagster as dg

from brapped_assets.assets.warehouse_tables import lineage_of, schema_of
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.warehouse import run_stats
from brapped_assets.warehouse.db.connections import Connection

OWNERS = ["team:brapped"]


def tags(*, is_personal: bool) -> dict[str, str]:
    """Whose business it is, to select by: `pii` is what tells of one listener."""
    return {"domain": "listening", "pii": str(is_personal).lower()}


def definition(table: str, made_of: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What is known of a table without a database; `made_of` says by column which column of another it is made of."""
    lineage = {column: [source] for column, source in (made_of or {}).items()}
    return {
        "dagster/table_name": table,
        "dagster/column_schema": schema_of(table),
        **({"dagster/column_lineage": lineage_of(lineage)} if lineage else {}),
    }


def spent(tx: Connection, spotify: SpotifyResource, started: float) -> dict[str, float]:
    """What a run that asks Spotify took: calls, how many are left today, and seconds since `perf_counter` `started`."""
    return {
        "calls_used": spotify.ledger.made,
        "calls_left_today": spotify.ledger.left_in(tx, datetime.now(UTC)),
        "seconds": round(perf_counter() - started, 3),
    }


def contents(tx: Connection, table: str) -> dict[str, dg.MetadataValue]:
    """Where it is, its columns as the database has them at this moment, and the number of rows."""
    columns = [
        dg.TableColumn(
            column.name,
            column.type,
            description=column.description,
            constraints=dg.TableColumnConstraints(nullable=column.is_nullable),
        )
        for column in run_stats.columns(tx, table)
    ]
    return {
        "dagster/table_name": dg.MetadataValue.text(f"{tx.info.dbname}.{table}"),
        "dagster/column_schema": dg.MetadataValue.table_schema(dg.TableSchema(columns=columns)),
        "dagster/row_count": dg.MetadataValue.int(run_stats.rows(tx, table)),
    }
