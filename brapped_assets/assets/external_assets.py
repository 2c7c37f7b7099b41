"""What comes before our assets and after them: Spotify, and the views that BI tools and notebooks read.

Nobody materializes them here. They are in the graph so that it says where plays come from and where they go.
"""

import dagster as dg

from brapped_assets.assets import table_metadata
from brapped_assets.assets.warehouse_tables import asset_of, lineage_of, schema_of, tables

spotify_web_api = dg.AssetSpec(
    "spotify_web_api",
    description="Spotify's Web API: the last 50 plays of each listener who consented, tracks, artists, rankings.",
    group_name="spotify",
    kinds={"spotify"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=True),
    metadata={"url": dg.MetadataValue.url("https://developer.spotify.com/documentation/web-api")},
)
spotify_data_export = dg.AssetSpec(
    "spotify_data_export",
    description="The data export that Spotify sends to whoever asks for it: the whole history, as JSON in a zip.",
    group_name="spotify",
    kinds={"spotify", "json"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=True),
    metadata={"url": dg.MetadataValue.url("https://www.spotify.com/account/privacy/")},
)
musicbrainz_api = dg.AssetSpec(
    "musicbrainz_api",
    description="MusicBrainz, and Wikidata after it: genres, countries, years of artists, release groups of "
    "albums. It is sent ids, no plays.",
    group_name="musicbrainz",
    kinds={"json"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=False),
    metadata={"url": dg.MetadataValue.url("https://musicbrainz.org/doc/MusicBrainz_API")},
)

# Which assets write the tables that views read; what none of them writes (listeners, zones, what is hidden) is a
# person's doing.
WRITERS = {
    "star.streaming_fact": ("streaming_fact", "streaming_history"),
    "star.track_dim": ("track_dim",),
    "star.album_dim": ("track_dim",),
    "star.album_group": ("album_groups",),
    "star.track_artist": ("track_dim",),
    "star.artist_dim": ("artist_dim",),
    "star.artist_tags": ("artist_tags",),
    "star.artist_genre": ("artist_tags",),
    "star.genre_of_artist": ("artist_tags", "artist_dim"),
    "star.origin_of_artist": ("artist_tags",),
    "audit.poll": ("recently_played_raw",),
    "audit.gap": ("recently_played_raw",),
    "audit.coverage": ("streaming_history",),
    "star.spoken_play": ("episode_history",),
    "star.spoken_item": ("episode_history",),
}
# A column of a table that another asset writes, and the view that shows it.
ALSO = {"bi.track_albums": ("star.album_group",)}
BY_THE_HOUR = {"recently_played_raw", "streaming_fact"}


def bi_views() -> list[dg.AssetSpec]:
    """The public views that read an asset, each after it. An import feeds them, and makes no hour out of date."""
    read = {
        name: list(dict.fromkeys(asset for read in [*table["reads"], *ALSO.get(name, ())] for asset in _assets(read)))
        for name, table in tables().items()
        if name.startswith("bi.")
    }
    return [_bi_view(name, assets) for name, assets in read.items() if assets]


def _bi_view(name: str, assets: list[dg.AssetKey]) -> dg.AssetSpec:
    table, key = tables()[name], asset_of(name)
    assert key is not None
    newest = dg.LastPartitionMapping()
    return dg.AssetSpec(
        key,
        description=table["comment"],
        deps=[
            dg.AssetDep(asset, partition_mapping=newest if asset.path[-1] in BY_THE_HOUR else None) for asset in assets
        ],
        group_name="bi",
        kinds={"postgres", "view"},
        owners=table_metadata.OWNERS,
        tags=table_metadata.tags(is_personal="listener_id" in {column["name"] for column in table["columns"]}),
        metadata={
            "dagster/table_name": name,
            "dagster/column_schema": schema_of(name),
            "dagster/column_lineage": lineage_of(table["from"]),
        },
    )


def _assets(read: str) -> list[dg.AssetKey]:
    if read.startswith("bi."):
        key = asset_of(read)
        return [key] if key else []
    return [dg.AssetKey(name) for name in WRITERS.get(read, ())]
