"""Metadata every table asset carries, in Dagster's own keys."""

import dagster as dg

from brapped_assets.warehouse import run_stats
from brapped_assets.warehouse.db.connections import Connection

OWNERS = ["team:brapped"]


def definition(table: str) -> dict[str, str]:
    """What is known of a table without a database."""
    return {"dagster/table_name": f"brapped.{table}"}


def contents(tx: Connection, table: str) -> dict[str, dg.MetadataValue]:
    """Columns, as the database has them at this moment, and the number of rows."""
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
        "dagster/column_schema": dg.MetadataValue.table_schema(dg.TableSchema(columns=columns)),
        "dagster/row_count": dg.MetadataValue.int(run_stats.rows(tx, table)),
    }
