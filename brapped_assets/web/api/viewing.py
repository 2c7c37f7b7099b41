"""Whose plays a token opens, and what is wrong with a question, as a problem."""

from brapped_assets.insights.api_answers.parameters import Refused
from brapped_assets.insights.database_outage import absence_in
from brapped_assets.insights.viewer import Viewer, viewer
from brapped_assets.text.language import display_of, write_as
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.read_tokens import ReadToken
from brapped_assets.web.api.problems import Problem
from brapped_assets.web.site import Site


def viewer_of_token(tx: Connection, site: Site, token: ReadToken) -> Viewer:
    """Who sees all plays of the token's listener. Raises Problem without any, and WarehouseError in an outage."""
    if away := absence_in(tx):
        raise away.error
    whole = viewer(tx, site.clock(), token.listener_id, lives=site.lives)
    if whole is None:
        raise Problem("token-unknown", "Its listener was forgotten.")
    write_as(display_of("en", week_begins=whole.preference.week_begins))
    if whole.first_day is None:
        raise Problem("nothing-played", "Connect Spotify, or bring in an export: see the page Add history of Brapped.")
    return whole


def refusal(error: Refused) -> Problem:
    if error.parameter == "key":
        return Problem("not-found", str(error), parameter="key")
    return Problem("unknown-parameter" if error.is_unknown else "bad-parameter", str(error), parameter=error.parameter)
