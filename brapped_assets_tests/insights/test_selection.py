"""What a selection leaves, and what counts by its rule, is what SQL over the public views says."""

from dataclasses import fields
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights.columns.shown_plays import ShownPlays
from brapped_assets.insights.selected_viewer import viewer_of
from brapped_assets.insights.selection import EVERYTHING, KINDS, MOST_VALUES, Rule, Selection, read_selection
from brapped_assets.insights.viewer import viewer
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.columns.test_life_cache import told
from brapped_assets_tests.insights.overview_plays import CONTEXT, NOW, Told, describe, histories, know, play, vary
from brapped_assets_tests.insights.overview_plays import tell as tell_history

GROUPS = {
    "android": "Phone",
    "iOS 17": "Phone",
    "web_player windows 10;chrome": "Web",
    "Partner google cast_tv;TV": "TV",
}
# What counts by a rule, and what a selection leaves, over bi.plays p and where its tracks are from.
COUNTS = """
       case %(rule)s
            when 'spotify' then p.ms_played >= 30000
            when 'lastfm' then coalesce(p.duration_ms > 30000, false)
                               and p.ms_played >= least(p.duration_ms / 2.0, 240000)
            when 'finished' then coalesce(p.reason_end = 'trackdone', false)
            else true end"""
PLAYS = """
from bi.plays p
left join bi.track_albums a using (track_key)
join bi.tracks t using (track_key)"""
LEFT = """
      (%(private)s or p.incognito is not true)
  and (cardinality(%(artist)s::int[]) = 0 or p.artist_key = any(%(artist)s))
  and (cardinality(%(track)s::int[]) = 0
       or coalesce(t.isrc, t.track_id) in (select coalesce(o.isrc, o.track_id) from bi.tracks o
                                            where o.track_key = any(%(track)s)))
  and (cardinality(%(album)s::int[]) = 0
       or a.release_group in (select release_group from star.album_dim where album_key = any(%(album)s)))
  and (cardinality(%(genre)s::text[]) = 0
       or p.artist_key in (select artist_key from bi.artist_genres where genre = any(%(genre)s)))
  and (cardinality(%(origin)s::text[]) = 0
       or p.artist_key in (select artist_key from bi.artists where country = any(%(origin)s)))
  and (cardinality(%(began)s::int[]) = 0
       or p.artist_key in (select artist_key from bi.artists where began / 10 * 10 = any(%(began)s)))
  and (cardinality(%(decade)s::int[]) = 0
       or coalesce(extract(year from a.release_date)::int / 10 * 10, 0) = any(%(decade)s))
  and (cardinality(%(weekday)s::int[]) = 0 or extract(isodow from p.played_on)::int = any(%(weekday)s))
  and (cardinality(%(hour)s::int[]) = 0 or p.played_hour = any(%(hour)s))
  and (cardinality(%(platforms)s::text[]) = 0 or p.platform = any(%(platforms)s))
  and (cardinality(%(country)s::text[]) = 0 or p.country = any(%(country)s))
  and (cardinality(%(context)s::text[]) = 0 or p.context_type = any(%(context)s) or p.context_uri = any(%(context)s))
  and (cardinality(%(source)s::text[]) = 0 or p.source = any(%(source)s))
  and (cardinality(%(end)s::text[]) = 0 or ('skipped' = any(%(end)s) and p.skipped)
       or ('finished' = any(%(end)s) and p.reason_end = 'trackdone'))
  and (cardinality(%(mode)s::text[]) = 0 or ('shuffled' = any(%(mode)s) and p.shuffle)
       or ('offline' = any(%(mode)s) and p.offline))
  and (cardinality(%(basis)s::text[]) = 0 or p.ms_played_basis = any(%(basis)s))"""
BY_HAND = f"""
select p.played_at, p.track_key, p.ms_played, {COUNTS} as counts_as_play
{PLAYS}
where {LEFT}
order by p.played_at, p.play_key
"""


def values_of(selection: Selection) -> dict[str, Any]:
    """A selection as SQL by hand takes it."""
    platforms = [word for word, group in GROUPS.items() if group in selection.device]
    return {
        **{kind: list(getattr(selection, kind)) for kind in KINDS},
        "rule": selection.rule, "private": selection.private,
        "platforms": platforms or (["none"] if selection.device else []),
    }  # fmt: skip


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Few of the kinds at a time, or nothing would be left."""
    values: dict[str, st.SearchStrategy[Any]] = {
        "artist": st.integers(1, 4),
        "track": st.integers(1, 7),
        "album": st.integers(1, 4),
        "genre": st.sampled_from(("rock", "alternative rock", "k-pop", "jazz", "polka")),
        "origin": st.sampled_from(("GB", "KR", "XK")),
        "began": st.sampled_from((1960, 1970)),
        "decade": st.sampled_from((0, 1970, 1980)),
        "weekday": st.integers(1, 7),
        "hour": st.integers(0, 23),
        "device": st.sampled_from(("Phone", "Web", "TV", "Car")),
        "country": st.sampled_from(("DE", "IN")),
        "context": st.sampled_from(("playlist", "album", CONTEXT)),
        "source": st.sampled_from(("api", "export", "both", "legacy")),
        "end": st.sampled_from(("skipped", "finished")),
        "mode": st.sampled_from(("shuffled", "offline")),
        "basis": st.sampled_from(("reported", "estimated")),
    }
    assert set(values) == set(KINDS)
    kinds = draw(st.lists(st.sampled_from(sorted(values)), unique=True, max_size=3))
    asked: dict[str, Any] = {
        kind: tuple(draw(st.lists(values[kind], min_size=1, max_size=3, unique=True))) for kind in kinds
    }
    rule: Rule = draw(st.sampled_from(get_args(Rule)))
    return Selection(rule=rule, private=draw(st.booleans()), **asked)


@examples(60)
@given(history=histories(), selection=selections())
def test_a_selection_leaves_what_sql_over_the_views_leaves(
    warehouse: Warehouse, history: Any, selection: Selection
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        tell_history(tx, history)
        vary(tx)
        describe(tx)
        tx.execute("delete from insights.hidden")
        who = viewer(tx, NOW)
        assert who is not None
        expected = tx.execute(BY_HAND, values_of(selection)).fetchall()
        found = told(viewer_of(tx, who, selection).shown)
        assert [{name: row[name] for name in expected[0]} for row in found] == expected if expected else found == []
        part = viewer_of(tx, who, selection).shown
        # The sums of most plays are those of all without the others.
        assert sums(part) == sums(ShownPlays(part.life, part.kept, part.rows, part.counting))


def sums(of: ShownPlays) -> list[Any]:
    """What a part of the plays may find by what it leaves out."""
    columns = [getattr(of.by_day, column.name) for column in fields(of.by_day)]
    columns += [of.played_days, of.ever.by_track.plays, of.ever.by_track.ms, of.ever.plays_by_platform]
    return [np.asarray(column).tolist() for column in columns]


def test_what_was_heard_before_by_any_other_device_is_not_new(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        play(tx, me, [Told(NOW.replace(month=1), 1, 200_000, False, None, False, "android", False),
                      Told(NOW.replace(day=1), 1, 200_000, False, None, False, "iOS 17", False)])  # fmt: skip
        who = viewer(tx, NOW)
        assert who is not None
        web = viewer_of(tx, who, Selection(device=("Phone",)))
        assert web.shown.everything is who.shown


@pytest.mark.parametrize(
    ("address", "selection", "ignored"),
    [
        ([], EVERYTHING, []),
        ([("range", "2024"), ("by", "minutes")], EVERYTHING, []),
        ([("artist", "3"), ("artist", "1"), ("artist", "3")], Selection(artist=(1, 3)), []),
        ([("device", "phone"), ("country", "de")], Selection(device=("Phone",), country=("DE",)), []),
        ([("decade", "unknown"), ("decade", "1980")], Selection(decade=(0, 1980)), []),
        ([("private", "yes"), ("rule", "lastfm")], Selection(rule="lastfm", private=True), []),
        ([("genre", "K-Pop"), ("genre", "drum  and bass"), ("origin", "gb"), ("began", "1960")],
         Selection(genre=("drum and bass", "k-pop"), origin=("GB",), began=(1960,)), []),
        ([("genre", "a\x00b"), ("began", "unknown")], EVERYTHING,
         ["'a\\x00b' is no genre; it was left out.", "'unknown' is no began; it was left out."]),
        ([("decade", "1985")], EVERYTHING, ["'1985' is no decade; it was left out."]),
        ([("artist", "-1")], EVERYTHING, ["'-1' is no artist; it was left out."]),
        ([("hour", "24"), ("hour", "0")], Selection(hour=(0,)), ["'24' is no hour; it was left out."]),
        ([("context", "spotify:album:1 or")], EVERYTHING, ["'spotify:album:1 or' is no context; it was left out."]),
        (
            [("private", "maybe")],
            EVERYTHING,
            ["'maybe' is no answer to whether private sessions come along; say yes, no."],
        ),
        ([("private", "no"), ("private", "yes")], Selection(private=True),
         ["Of two values for private the last counts: yes."]),
        ([("rule", "all"), ("rule", "all"), ("rule", "lastfm")], Selection(rule="lastfm"),
         ["Of two values for rule the last counts: lastfm."]),
        ([("rule", "mine")], EVERYTHING, ["'mine' is no rule of counting; say spotify, lastfm, finished, all."]),
    ],
)  # fmt: skip
def test_an_address_is_read_as_far_as_it_can_be_and_says_what_was_left_out(
    address: list[tuple[str, str]], selection: Selection, ignored: list[str]
) -> None:
    assert read_selection(address) == (selection, ignored)


def test_ten_thousand_values_are_bounded_and_said() -> None:
    found, ignored = read_selection([("track", f"{key}") for key in range(1, 10_001)])
    assert len(found.track) == MOST_VALUES
    assert ignored == [f"Of 10,000 values for track the first {MOST_VALUES} count."]


@given(selection=selections())
def test_the_address_of_a_selection_is_that_selection(selection: Selection) -> None:
    read, ignored = read_selection(selection.asked())
    assert ignored == []
    assert read.asked() == read_selection(read.asked())[0].asked()
    for kind in KINDS:
        assert set(getattr(read, kind)) == set(getattr(selection, kind))


def test_a_click_adds_a_value_and_a_second_takes_it_back() -> None:
    once = EVERYTHING.toggled("hour", 8)
    assert (once, once.toggled("hour", 8)) == (Selection(hour=(8,)), EVERYTHING)
    assert once.toggled("hour", 9).without("hour") == EVERYTHING
