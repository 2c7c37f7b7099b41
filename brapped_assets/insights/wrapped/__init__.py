"""Wrapped: the numbers of a period, and the cards they make."""

from brapped_assets.insights.wrapped.card import Card, Row
from brapped_assets.insights.wrapped.card_list import cards
from brapped_assets.insights.wrapped.cover_urls import pictures
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.insights.wrapped.queries import numbers

__all__ = ["Card", "Numbers", "Row", "cards", "numbers", "pictures"]
