"""`brapped token`: the tokens by which programs read the API: made, shown, revoked."""

from datetime import UTC, datetime

from rich.console import Console
from typer import BadParameter

from brapped_assets.console import exit_codes
from brapped_assets.console.screen import escape
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.text.plain import plain
from brapped_assets.transfer.listener_choice import choose_listener
from brapped_assets.warehouse import read_tokens
from brapped_assets.warehouse.read_tokens import LONGEST_NAME, SCOPES, Scope


def make_sure_of_one(make: str | None, revoke: int | None) -> None:
    """Raises BadParameter."""
    if make is not None and revoke is not None:
        raise BadParameter("Make one or revoke one, not both.")


def make_token(
    settings: Settings,
    console: Console,
    errors: Console,
    *,
    name: str,
    scopes: list[str],
    per_minute: int,
    listener: str | None,
) -> int:
    """Print a new token, alone on its line; the words about it go elsewhere. Raises SettingsError."""
    name = plain(name).strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise SettingsError(f"A token needs a name of at most {LONGEST_NAME} characters: what it is for.")
    chosen: tuple[Scope, ...] = tuple(scope for scope in SCOPES if scope in scopes)
    with settings.warehouse() as warehouse, warehouse.transaction() as tx:
        person = choose_listener(tx, listener)
        if person is None:
            raise SettingsError("There is nobody yet whose listening a token could open.")
        token = read_tokens.make(tx, person.listener_id, name, chosen, datetime.now(UTC), per_minute=per_minute)
    errors.print(
        f"A token for {escape(name)}: whoever has it reads {', '.join(chosen)} of {escape(person.display_name)}. "
        "It is shown this once.",
        soft_wrap=True,
    )
    console.print(token, markup=False, soft_wrap=True)
    return exit_codes.DONE


def revoke_token(settings: Settings, console: Console, token_id: int) -> int:
    """Raises SettingsError for an id that is none."""
    with settings.warehouse() as warehouse, warehouse.transaction() as tx:
        if not read_tokens.revoke(tx, token_id):
            raise SettingsError(f"There is no token {token_id}. The tokens there are: brapped token.")
    console.print(f"Token {token_id} opens nothing any more.")
    return exit_codes.DONE


def show_tokens(settings: Settings, console: Console) -> int:
    """Every token there is, without what would open anything."""
    with settings.warehouse() as warehouse, warehouse.transaction() as tx:
        found = read_tokens.all_tokens(tx)
    if not found:
        console.print("There is no read token, so the API is off. To make one: brapped token --make NAME.")
    for one in found:
        used = f"last used {one.last_used_at:%Y-%m-%d %H:%M} UTC" if one.last_used_at else "not used yet"
        console.print(
            f"{one.token_id}. [bold]{escape(one.name)}[/] ({escape(one.listener_name)}): {', '.join(one.scopes)}; "
            f"{one.per_minute} a minute; made {one.created_at:%Y-%m-%d}, {used}",
            soft_wrap=True,
        )
    return exit_codes.DONE
