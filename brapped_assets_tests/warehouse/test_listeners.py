"""Listeners: whose token it is, without keeping any."""

from psycopg import sql

from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.listeners import Listener
from brapped_assets_tests.warehouse.polled_plays import at


def _welcome(tx: Connection, token: str, user: str | None = None, name: str | None = None) -> Listener:
    return listeners.save_listener(
        tx, refresh_token=token, time_zone="Asia/Kolkata", now=at(0), spotify_user_id=user, display_name=name
    )


def test_somebody_new_is_welcomed_with_everything_told(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        found = listeners.save_listener(
            tx,
            refresh_token="token",
            time_zone="Asia/Kolkata",
            now=at(1),
            spotify_user_id="ann",
            account_id="7",
            display_name="Ann",
            authorized_at=at(0),
        )
        assert listeners.listeners(tx) == [found]
        assert tx.execute("select account_id, created_at from audit.listener").fetchall() == [
            {"account_id": "7", "created_at": at(1)}
        ]
    assert found == Listener(found.listener_id, "ann", "Ann", "Asia/Kolkata", None, at(0), None)


def test_a_new_token_of_a_known_listener_ends_the_old_ones_reign_and_renews_consent(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        ann = _welcome(tx, "first", "ann", "Ann")
        listeners.end_consent(tx, ann.listener_id, at(5))
        listeners.end_consent(tx, ann.listener_id, at(9))
        assert [one.consent_ended_at for one in listeners.listeners(tx)] == [at(5)]
        again = listeners.save_listener(
            tx, refresh_token="second", time_zone="Europe/Berlin", now=at(9), spotify_user_id="ann", authorized_at=at(9)
        )
        # The zone is changed by a command only.
        assert again == Listener(ann.listener_id, "ann", "Ann", "Asia/Kolkata", None, at(9), None)
        assert (listeners.by_token(tx, "first"), listeners.by_token(tx, "second")) == (None, again)


def test_without_a_name_the_only_listener_is_meant_and_gets_the_id_once_it_is_known(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        unnamed = _welcome(tx, "first")
        assert (unnamed.spotify_user_id, unnamed.display_name) == (listeners.UNNAMED, "Listener")
        assert _welcome(tx, "second").listener_id == unnamed.listener_id
        named = _welcome(tx, "second", "ann", "Ann")
        assert (named.listener_id, named.spotify_user_id) == (unnamed.listener_id, "ann")
        assert _welcome(tx, "third").listener_id == unnamed.listener_id
        assert len(listeners.listeners(tx)) == 1


def test_two_people_stay_two_whatever_is_told_later(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        ann, ben = _welcome(tx, "a", "ann"), _welcome(tx, "b", "ben")
        stranger = _welcome(tx, "c")
        assert len({ann.listener_id, ben.listener_id, stranger.listener_id}) == 3
        assert _welcome(tx, "a2", "ann").listener_id == ann.listener_id
        assert _welcome(tx, "d").listener_id == stranger.listener_id
        assert listeners.by_token(tx, "nobody's") is None


def test_a_fingerprint_tells_tokens_apart_and_stays_the_same() -> None:
    assert listeners.fingerprint("token") == listeners.fingerprint("token")
    assert listeners.fingerprint("token") != listeners.fingerprint("tokem")
    assert len(listeners.fingerprint("x" * 1000)) == 32


def test_a_rotated_token_is_readable_only_with_the_one_it_came_from(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        ann = _welcome(tx, "given", "ann").listener_id
        assert listeners.newest_token(tx, ann, "given") == "given"
        listeners.keep_rotated(tx, ann, given="given", rotated="rotated", now=at(0))
        assert listeners.newest_token(tx, ann, "given") == "rotated"
        assert listeners.newest_token(tx, ann, "of a new login") == "of a new login"
        listeners.keep_rotated(tx, ann, given="given", rotated="rotated again", now=at(1))
        assert listeners.newest_token(tx, ann, "given") == "rotated again"
        assert tx.execute("select count(*) as n from audit.rotated_token").fetchone() == {"n": 1}


def test_no_table_holds_a_token(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        ann = _welcome(tx, "canary-given", "ann").listener_id
        listeners.keep_rotated(tx, ann, given="canary-given", rotated="canary-rotated", now=at(0))
        columns = tx.execute(
            "select table_schema, table_name, column_name, data_type from information_schema.columns"
            " where table_schema in ('raw', 'star', 'audit') and data_type in ('text', 'bytea', 'jsonb', 'uuid')"
        ).fetchall()
        assert {"token_fingerprint", "encrypted"} <= {column["column_name"] for column in columns}
        for column in columns:
            name, table = column["column_name"], (column["table_schema"], column["table_name"])
            stored = sql.SQL("encode({}, 'escape')" if column["data_type"] == "bytea" else "{}::text").format(
                sql.Identifier(name)
            )
            for clue in ("canary", "given", "rotated"):
                found = sql.SQL("select {} as found from {} where {} like {}").format(
                    stored, sql.Identifier(*table), stored, f"%{clue}%"
                )
                assert tx.execute(found).fetchall() == [], (table, name)
