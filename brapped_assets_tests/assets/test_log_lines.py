"""What a step did, in one line of its log."""

from pathlib import Path

import dagster as dg

from brapped_assets_tests.assets.runs import poll, run
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.history.export_builders import document, extended


def said(result: dg.ExecuteInProcessResult, instance: dg.DagsterInstance) -> dict[str | None, list[str]]:
    """What the steps of a run logged of their own, by step."""
    assert result.success
    found: dict[str | None, list[str]] = {}
    for entry in instance.all_logs(result.run_id):
        if entry.dagster_event is None and int(entry.level) >= 20:
            found.setdefault(entry.step_key, []).append(entry.user_message)
    return found


def test_each_step_says_in_numbers_what_it_did(
    connected: Connected, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    assert said(poll(instance), instance) == {
        "recently_played_raw": [
            "Listeners asked: 1. Items served: 50, of them new plays: 50, gaps found: 0. Calls left today: 927."
        ],
        "streaming_fact": ["Plays added: 50. Waiting to be looked up now: 66."],
    }
    inbox = tmp_path / "home" / "exports"
    inbox.mkdir(parents=True)
    (inbox / "endsong_0.json").write_bytes(document([extended()]))
    assert said(run("import_history", instance), instance) == {
        "streaming_history": [
            "Files: 1, known before: 0. Rows: 1. Plays added: 1, matched with polled ones: 0, known before: 0."
        ],
        "episode_history": ["Episodes, chapters and videos: 0."],
    }
    refreshed = said(run("refresh_dimensions", instance), instance)
    artists = {call.path for call in connected.account.calls if call.path.startswith("/v1/artists/")}
    assert refreshed == {
        "track_dim": ["Payloads read: 47. Tracks looked up: 1, unknown to Spotify: 1, without an answer: 0."],
        "artist_dim": [f"Artists looked up: {len(artists)}, unknown to Spotify: 0, without an answer: 0."],
    }
    assert said(run("daily_upkeep", instance), instance) == {
        "spotify_top": [f"Ranks written: 300. Calls left today: {920 - len(artists)}."],
        "listening_audit": ["Claims verified: 14. Broken: none."],
    }
    assert said(run("wrapped_reports", instance, {"dagster/partition": "2026"}), instance) == {
        "wrapped_report": ["Years asked for: 1. Files written: 2."]
    }
