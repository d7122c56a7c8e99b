"""What stands on a page: figures, cards, tables and passages as accessible HTML, with the data behind them."""

from .blocks import Card, Cell, Chapter, Column, DataTable, FigureBlock, KeyFigure, Listing, Passage, Provenance
from .shown import MIME, Shown, chapter_shown, figure_shown, passage_shown, table_shown

__all__ = [
    "MIME",
    "Card",
    "Cell",
    "Chapter",
    "Column",
    "DataTable",
    "FigureBlock",
    "KeyFigure",
    "Listing",
    "Passage",
    "Provenance",
    "Shown",
    "chapter_shown",
    "figure_shown",
    "passage_shown",
    "table_shown",
]
