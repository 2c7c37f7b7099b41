"""What a listener may say of plays: hidden ones, and artists and songs that are the same."""

from collections.abc import Iterable

from hypothesis import strategies as st

from brapped_assets.warehouse.db.connections import Connection

MADE = ("hide artist", "hide track", "hide time", "same artist", "same track")
CORRECTIONS = (*MADE, "show", "not the same")
SOME = "(select {0} from star.{1} order by {0} offset %s %% greatest((select count(*) from star.{1}), 1) limit 1)"


def correct(tx: Connection, me: int, action: str, n: int) -> None:
    """One thing that a listener may say."""
    match action:
        case "hide artist" | "hide track":
            key, table = ("artist_key", "artist_dim") if action == "hide artist" else ("track_key", "track_dim")
            tx.execute(f"insert into insights.hidden (listener_id, {key}, hidden_at)"
                       f" select %s, key, now() from {SOME.format(key, table)} k (key) on conflict do nothing",
                       (me, n))  # fmt: skip
        case "hide time":
            tx.execute("insert into insights.hidden_time (listener_id, from_at, until_at, hidden_at)"
                       " select %s, f.played_at, f.played_at + interval '1 hour', now()"
                       f" from star.streaming_fact f where f.play_key = {SOME.format('play_key', 'streaming_fact')}"
                       " on conflict do nothing",
                       (me, n))  # fmt: skip
        case "show":
            tx.execute("delete from insights.hidden where hidden_id = (select max(hidden_id) from insights.hidden)")
            tx.execute("delete from insights.hidden_time")
        case "same artist" | "same track":
            kind = action.removeprefix("same ")
            keys = SOME.format(f"{kind}_key", f"{kind}_dim")
            tx.execute("insert into insights.alias (listener_id, kind, from_key, to_key, aliased_at)"
                       f" select %s, %s, f.key, t.key, now() from {keys} f (key), {keys} t (key)"
                       " on conflict do nothing",
                       (me, kind, n, 7 * n + 1))  # fmt: skip
        case "not the same":
            tx.execute("delete from insights.alias where alias_id = (select min(alias_id) from insights.alias)")


def corrections() -> st.SearchStrategy[list[tuple[str, int]]]:
    """None mostly, or a few: what is said, and of what."""
    one = st.tuples(st.sampled_from(MADE), st.integers(0, 9))
    return st.one_of(st.just([]), st.lists(one, min_size=1, max_size=3))


def say_all(tx: Connection, me: int, told: Iterable[tuple[str, int]]) -> None:
    for action, n in told:
        correct(tx, me, action, n)
