"""Wrapped: the numbers of a period, the cards they make, and how each is counted."""

from brapped_assets.insights.formulas.wrapped import FORMULAS
from brapped_assets.insights.wrapped.card import Card, Row
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.insights.wrapped.pictures import pictures
from brapped_assets.insights.wrapped.queries import numbers
from brapped_assets.insights.wrapped.stories import cards

__all__ = ["FORMULAS", "Card", "Numbers", "Row", "cards", "numbers", "pictures"]
