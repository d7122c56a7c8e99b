"""What a notebook opens: its part of the catalogue, its rows and its judgements."""

from .opening import Page, RefusedEdition, open_page, setting_of

__all__ = ["Page", "RefusedEdition", "open_page", "setting_of"]
