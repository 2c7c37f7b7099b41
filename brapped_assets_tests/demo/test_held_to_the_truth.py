"""The simulated answers against the public description of the API, and key by key against real answers."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS30Validator

from brapped_assets.demo.account import Mode, SimulatedAccount
from brapped_assets.demo.payloads import REMOVED
from brapped_assets_tests.demo.conftest import Get

FIXTURES = Path(__file__).parents[2] / ".." / "shared" / "fixtures"
FEED = "/me/player/recently-played"
pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the folder of shared fixtures is absent")


def real(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def description() -> Any:
    """The OpenAPI document, with what its own notes and real answers say it gets wrong put right."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load((FIXTURES / "spotify-openapi.yml").read_text(encoding="utf-8"), Loader=loader)
    schemas = document["components"]["schemas"]
    for name, key in (
        ("CursorPagingObject", "next"),
        ("CursorPagingObject", "cursors"),
        ("PlayHistoryObject", "context"),
    ):
        # These are null in real answers (facts, section 7). `nullable` beside allOf still asks for an object.
        properties = schemas[name]["properties"]
        properties[key] = {"nullable": True} | properties[key]
        for branch in properties[key].pop("allOf", []):
            schemas["Nullable"] = {**schemas[branch["$ref"].rsplit("/", 1)[1]], "nullable": True}
            properties[key] = {**schemas["Nullable"]}
    return document


def without_deprecated(value: Any) -> Any:
    """The description of what a restricted app gets: nothing that is deprecated is required."""
    if isinstance(value, list):
        return [without_deprecated(item) for item in value]
    if not isinstance(value, dict):
        return value
    lost = set().union(*REMOVED.values())
    return {
        key: [name for name in inner if name not in lost]
        if key == "required" and isinstance(inner, list)
        else without_deprecated(inner)
        for key, inner in value.items()
    }


def shape(value: Any) -> Any:
    """A payload as its keys in order, and the kinds of its values."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def without_removed(value: Any) -> Any:
    """A real answer as a restricted app would get it; written apart from the code it checks."""
    gone = {
        "album": ["album_group", "available_markets", "label", "popularity"],
        "artist": ["followers", "popularity"],
        "track": ["available_markets", "linked_from", "popularity"],
    }
    if isinstance(value, list):
        return [without_removed(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: without_removed(inner) for key, inner in value.items() if key not in gone.get(value.get("type", ""), [])
    }


def an_album_play(get: Get, account: SimulatedAccount) -> Any:
    """A page whose first item was played from an album, as every item of the real page was."""
    plays = account.listener.plays_between(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))
    one = next(play for play in plays if (play.context or {}).get("type") == "album" and play.ms_played >= 30_000)
    account.clock = lambda: one.served_from + timedelta(minutes=1)
    page = get(FEED, limit=48).json()
    assert page["items"][0]["context"]["type"] == "album"
    return page


@pytest.mark.parametrize("mode", ["restricted", "extended"])
@pytest.mark.parametrize(
    "call",
    [
        (FEED, FEED),
        (f"{FEED}?after=99999999999999", FEED),
        ("/me", "/me"),
        ("/me/top/tracks?limit=50", "/me/top/tracks"),
        ("/me/top/artists?limit=50", "/me/top/artists"),
        ("/tracks/{track}", "/tracks/{id}"),
        ("/tracks/{twin}", "/tracks/{id}"),
        ("/artists/{artist}", "/artists/{id}"),
        ("/albums/{album}", "/albums/{id}"),
    ],
)
def test_answers_are_valid_by_the_public_description(
    get: Get, account: SimulatedAccount, description: Any, mode: Mode, call: tuple[str, str]
) -> None:
    path, operation = call
    account.mode = mode
    track = next(
        track
        for n in range(99)
        for _, album in account.catalogue.discography(n)
        for track in album
        if track.relinked_from
    )
    names = {"track": track.id, "twin": track.relinked_from, "artist": track.artists[0].id, "album": track.album.id}
    response = get(path.format(**names))
    assert response.status_code == 200
    answer = description["paths"][operation]["get"]["responses"]["200"]["$ref"].rsplit("/", 1)[1]
    schema = description["components"]["responses"][answer]["content"]["application/json"]["schema"]
    whole = {**schema, "components": description["components"]}
    body = response.json()
    if operation == FEED:
        # A local file is all nulls, of which the description knows nothing.
        body["items"] = [item for item in body["items"] if not item["track"]["is_local"]]
    validator = OAS30Validator(without_deprecated(whole) if mode == "restricted" else whole)
    assert [error.message for error in validator.iter_errors(body)] == []


@pytest.mark.parametrize("mode", ["restricted", "extended"])
def test_a_page_of_plays_has_the_keys_of_a_real_one(get: Get, account: SimulatedAccount, mode: Mode) -> None:
    account.mode = mode
    ours, theirs = an_album_play(get, account), real("recently_played_2026-02_limit48.json")
    if mode == "restricted":
        theirs = without_removed(theirs)
    assert shape(ours) == shape(theirs)


@pytest.mark.parametrize("mode", ["restricted", "extended"])
@pytest.mark.parametrize(("kind", "name"), [("artists", "artist_2026-03.json"), ("albums", "album_2026-03.json")])
def test_an_object_has_the_keys_of_a_real_one(
    get: Get, account: SimulatedAccount, mode: Mode, kind: str, name: str
) -> None:
    account.mode = mode
    album = next(
        album
        for number in range(99)
        for album, _ in account.catalogue.discography(number)
        if not album.artists[0].genres
    )
    ours = get(f"/{kind}/{album.id if kind == 'albums' else album.artists[0].id}").json()
    theirs = real(name)
    if mode == "restricted":
        theirs = without_removed(theirs)
    assert sorted_images(shape(ours)) == sorted_images(shape(theirs))


def sorted_images(of: Any) -> Any:
    # The keys of an image stand in another order in a page of plays than in a single object.
    return [(key, [sorted(item) for item in inner] if key == "images" else inner) for key, inner in of]


def test_a_restricted_user_has_no_country_no_email_and_no_product(get: Get, account: SimulatedAccount) -> None:
    keys = ["account_id", "display_name", "external_urls", "href", "id", "images", "type", "uri"]
    assert list(get("/me").json()) == keys


def test_a_batch_has_null_where_a_real_one_has(get: Get, account: SimulatedAccount) -> None:
    account.mode = "extended"
    theirs = real("tracks_batch_with_null_zmb3.json")
    track = account.catalogue.discography(1)[0][1][0]
    ours = get("/tracks", ids=f"{track.id},{'0' * 22}").json()
    assert [item is None for item in ours["tracks"]] == [item is None for item in theirs["tracks"]]


def test_errors_and_tokens_are_those_of_real_answers(get: Get, account: SimulatedAccount) -> None:
    assert get(f"/tracks/{'0' * 22}").json() == real("error_404_not_found.json")
    account.faults.add("rate_limited")
    assert get("/me").json() == real("error_429_rate_limit.json")
    tokens, client_id = account.tokens, account.client_id
    code = tokens.code(client_id=client_id, redirect_uri="http://127.0.0.1/", scope="a b", challenge=None)
    ours = tokens.exchange(
        code, client_id=client_id, redirect_uri="http://127.0.0.1/", verifier=None, authenticated=True
    )
    assert shape(ours) == shape(real("token_authorization_code.json"))
    refreshed = tokens.refresh(account.refresh_token(), client_id=client_id, authenticated=True)
    assert shape(refreshed) == shape(real("token_refresh_without_refresh_token.json"))
    assert shape(tokens.client_credentials()) == shape(real("token_client_credentials.json"))
