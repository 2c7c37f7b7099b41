"""The `bi` views as a model for Power BI: a TMDL script, made from what the database says of itself."""

from itertools import groupby
from typing import NamedTuple

from brapped_assets.insights.power_bi.data_source import Place
from brapped_assets.insights.power_bi.measures import MEASURES, Measure
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

# What a table loads, where that is not the view of its name. What is hidden on the pages is in no report either.
LOADED_FROM = {"plays": "shown_plays"}
TYPES = {
    "integer": "int64",
    "bigint": "int64",
    "double precision": "double",
    "text": "string",
    "boolean": "boolean",
    "date": "dateTime",
    "timestamp without time zone": "dateTime",
    "timestamp with time zone": "dateTime",
}
FORMATS = {
    "integer": "0",
    "bigint": "0",
    "date": "Short Date",
    "timestamp without time zone": "General Date",
    "timestamp with time zone": "General Date",
}
# From many to one. Names are filtered by their own tables, so each way from a name to a play is one.
RELATIONSHIPS = (
    ("plays.played_on", "dates.day"),
    ("plays.track_key", "tracks.track_key"),
    ("plays.artist_key", "artists.artist_key"),
    ("plays.album_id", "albums.album_id"),
    ("plays.listener_id", "listeners.listener_id"),
    ("track_artists.track_key", "tracks.track_key"),
    ("track_artists.artist_key", "artists.artist_key"),
    ("artist_genres.artist_key", "artists.artist_key"),
    ("track_albums.track_key", "tracks.track_key"),
    ("coverage_gaps.listener_id", "listeners.listener_id"),
)
SORTED_BY = {"dates.month_name": "month", "dates.weekday_name": "iso_weekday"}
# Power BI takes no empty key on the side of one; albums of local files have none.
NOT_EMPTY = {"albums": "album_id"}
# A report takes these from the tables of tracks, artists, albums and dates: filters on them reach everything.
HIDDEN_IN_PLAYS = {"track_name", "artist_name", "album_name", "duration_ms", "played_on"}


class Column(NamedTuple):
    name: str
    type: str
    words: str


class View(NamedTuple):
    name: str
    words: str
    columns: list[Column]


def views(tx: Connection) -> list[View]:
    """Every view of the schema `bi` with its columns, as the database describes them."""
    rows = tx.execute(q.bi_columns).fetchall()
    return [
        View(*view, [Column(row["column"], row["type"], row["words"]) for row in of])
        for view, of in groupby(rows, key=lambda row: (row["view"], row["view_words"]))
    ]


def tmdl(at: Place, all_views: list[View], listener_id: int | None = None) -> str:
    """A script for Power BI Desktop's TMDL view: one table a view, relationships, measures, where the database is.

    With a `listener_id`, tables about listeners load that one's rows alone.

    The language has no comments; what has to be said is said in descriptions.
    """
    by_name = {view.name: view for view in all_views}
    for table, source in LOADED_FROM.items():
        by_name[table] = by_name.pop(source)
    blocks = [
        _parameter("Server", at.server),
        _parameter("Database", at.database),
        *(_table(name, view, listener_id) for name, view in sorted(by_name.items())),
        *(_relationship(many, one) for many, one in RELATIONSHIPS),
    ]
    return "createOrReplace\n\n" + "\n\n".join(_indented(block, 1) for block in blocks) + "\n"


def _parameter(name: str, value: str) -> str:
    quoted = value.replace('"', '""')
    return f'expression {name} = "{quoted}" meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]'


def _table(name: str, view: View, listener_id: int | None) -> str:
    head = [f"/// {view.words}", f"table {name}"]
    if name == "plays":
        head.insert(1, "/// Written by Brapped. Not yet tried in Power BI Desktop.")
    if name == "dates":
        head.append("\tdataCategory: Time")
    parts = ["\n".join(head)]
    if name == "plays":
        parts += [_indented(_measure(measure), 1) for measure in MEASURES]
    parts += [_indented(_column(name, column), 1) for column in view.columns]
    is_of_one = listener_id is not None and any(column.name == "listener_id" for column in view.columns)
    return "\n\n".join([*parts, _indented(_partition(name, view.name, listener_id if is_of_one else None), 1)])


def _measure(measure: Measure) -> str:
    lines = [f"/// {measure.words}", f"/// The same in SQL, over everything: {measure.sql}"]
    if "\n" in measure.dax:
        lines += [f"measure '{measure.name}' =", _indented(measure.dax, 2)]
    else:
        lines.append(f"measure '{measure.name}' = {measure.dax}")
    return "\n".join([*lines, f"\tformatString: {measure.format}"])


def _column(table: str, column: Column) -> str:
    lines = [f"/// {column.words}", f"column {column.name}", f"\tdataType: {TYPES[column.type]}"]
    if f"{table}.{column.name}" == "dates.day":
        lines.append("\tisKey")
    if column.name.endswith(("_key", "_id")) or (table == "plays" and column.name in HIDDEN_IN_PLAYS):
        lines.append("\tisHidden")
    if column.name == "image_url":
        lines.append("\tdataCategory: ImageUrl")
    if column.type in FORMATS:
        lines.append(f"\tformatString: {FORMATS[column.type]}")
    # Numbers are added up by measures alone: a sum of hours or years says nothing.
    lines += ["\tsummarizeBy: none", f"\tsourceColumn: {column.name}"]
    if sorted_by := SORTED_BY.get(f"{table}.{column.name}"):
        lines.append(f"\tsortByColumn: {sorted_by}")
    return "\n".join(lines)


def _partition(table: str, view: str, listener_id: int | None) -> str:
    steps = ["Source = PostgreSQL.Database(Server, Database)", f'Data = Source{{[Schema="bi",Item="{view}"]}}[Data]']
    last = "Data"
    if key := NOT_EMPTY.get(table):
        steps.append(f"Named = Table.SelectRows(Data, each [{key}] <> null)")
        last = "Named"
    if listener_id is not None:
        steps.append(f"Theirs = Table.SelectRows({last}, each [listener_id] = {listener_id})")
        last = "Theirs"
    query = "let\n\t" + ",\n\t".join(steps) + f"\nin\n\t{last}"
    return f"partition {table} = m\n\tmode: import\n\tsource =\n{_indented(query, 3)}"


def _relationship(many: str, one: str) -> str:
    name = f"{many} to {one}".replace(".", " ")
    return f"relationship '{name}'\n\tfromColumn: {many}\n\ttoColumn: {one}"


def _indented(text: str, tabs: int) -> str:
    return "\n".join("\t" * tabs + line if line else "" for line in text.split("\n"))
