"""`brapped genres`: how far the genres of artists are known, and what the home's own genres.csv says of them."""

from datetime import UTC, datetime

from rich.console import Console

from brapped_assets.console import exit_codes
from brapped_assets.console.screen import escape
from brapped_assets.settings import Settings
from brapped_assets.transfer.artist_overrides import COLUMNS, FILE, take_over
from brapped_assets.warehouse import artist_overrides, artist_tags

SHOWN = 10


def tell_genres(settings: Settings, console: Console) -> int:
    """Take over genres.csv, and tell what is known; returns the exit code, 1 where lines of it make no sense."""
    now = datetime.now(UTC)
    with settings.warehouse() as warehouse:
        said = take_over(warehouse, settings.brapped_home, now)
        with warehouse.transaction() as tx:
            known, waiting = artist_tags.known(tx), artist_tags.backlog(tx, now)
            strangers = artist_overrides.unmatched(tx)
    console.print(
        f"Genres are known of {known.known:,} of {known.artists:,} artists that Spotify has an id of; "
        f"{known.asked:,} were asked about."
    )
    if settings.brapped_genres == "off":
        console.print("BRAPPED_GENRES=off: nobody is asked.")
    elif waiting.due:
        minutes = round(waiting.due / settings.musicbrainz_calls_a_second / 60) + 1
        console.print(
            f"{waiting.due:,} are still to be asked about, the most played first: some {minutes} minutes while "
            "`brapped up` runs. Ids of artists and albums are sent to MusicBrainz and Wikidata, no plays."
        )
    file = escape(str(settings.brapped_home / FILE))
    if said.is_there:
        console.print(f"[green]✓[/] {file} says something of {said.artists:,} artists, and goes before all else.")
    elif not said.problems:
        console.print(f"To say yourself what an artist is: {file}, with the first line {','.join(COLUMNS)}.")
    for problem in said.problems:
        console.print(f"[yellow]![/] {escape(problem)}", soft_wrap=True)
    if strangers:
        more = f" and {len(strangers) - SHOWN} more" if len(strangers) > SHOWN else ""
        names = ", ".join(strangers[:SHOWN])
        console.print(f"[yellow]![/] Nobody played these yet: {escape(names)}{more}.", soft_wrap=True)
    return exit_codes.FAILED if said.problems else exit_codes.DONE
