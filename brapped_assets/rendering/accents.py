"""Colours of covers as rules of a style sheet: of an item's page, or of a card."""

from brapped_assets.insights.cover_colours import Scheme

ITEM = "item"


def accents_rule(name: str, colours: Scheme) -> str:
    """`name` is that of a card, or `item`."""
    selector = ".item.card" if name == ITEM else f".scene.k-{name}"
    ground, ink, near, far = colours.ground, colours.ink, colours.near, colours.far
    return f"{selector}{{--bg:{ground};--fg:{ink};--s1:{near};--s2:{far};--s3:{far}}}"
