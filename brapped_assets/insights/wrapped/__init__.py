"""Wrapped: the numbers of a period, the cards they make, and how each is counted."""

from brapped_assets.insights.how_counted.wrapped import FORMULAS
from brapped_assets.insights.wrapped.card import Card, Row
from brapped_assets.insights.wrapped.card_list import cards
from brapped_assets.insights.wrapped.cover_urls import pictures
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.insights.wrapped.queries import numbers

__all__ = ["FORMULAS", "Card", "Numbers", "Row", "cards", "numbers", "pictures"]
