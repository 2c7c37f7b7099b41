"""An import by the command, told to Dagster as one of the asset's own, so that its UI shows it and its sensor knows."""

import logging

from brapped_assets.services.dagster_instance import open_instance, storage_is_there
from brapped_assets.settings import Settings
from brapped_assets.transfer.import_summary import Summary

log = logging.getLogger(__name__)


def tell_dagster(
    settings: Settings, listener_id: int, summary: Summary, seconds: float, *, even_first: bool = False
) -> None:
    """Record materializations of `streaming_history` and `episode_history` that belong to no run, with their metadata.

    Nothing happens where Dagster has not been used yet, unless `even_first`. What hinders it fails nothing: what is
    imported is imported, and the next poll tells the sensor what is due.
    """
    try:
        if even_first or storage_is_there(settings):
            _tell(settings, listener_id, summary, seconds)
    except Exception as error:  # noqa: BLE001  (whatever Dagster and its storage raise)
        log.info("Dagster was not told of the import: %s", type(error).__name__)


def _tell(settings: Settings, listener_id: int, summary: Summary, seconds: float) -> None:
    # Seconds, for those who have Dagster.
    import dagster as dg  # noqa: PLC0415

    from brapped_assets.assets import episode_history  # noqa: PLC0415
    from brapped_assets.assets.streaming_history import metadata, streaming_history  # noqa: PLC0415
    from brapped_assets.resources.neon import NeonResource  # noqa: PLC0415
    from brapped_assets.resources.spotify import SpotifyResource  # noqa: PLC0415

    with open_instance(settings) as instance:
        context = dg.build_init_resource_context(instance=instance)
        with (
            NeonResource().yield_for_execution(context) as neon,
            SpotifyResource(neon=neon).yield_for_execution(context) as spotify,
        ):
            told = metadata(neon, spotify, listener_id, summary, seconds)
            spoken, found = episode_history.metadata(neon), episode_history.verdict(neon)
        instance.report_runless_asset_event(dg.AssetMaterialization(streaming_history.key, metadata=told))
        instance.report_runless_asset_event(dg.AssetMaterialization(episode_history.KEY, metadata=spoken))
        # A check counts only if it ran for the newest materialization.
        check = episode_history.NO_MUSIC.spec(episode_history.KEY).key
        result = episode_history.NO_MUSIC.result(check, found)
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(check.asset_key, check.name, passed=result.passed, metadata=result.metadata)
        )
