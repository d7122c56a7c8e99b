"""What stands on a page: figures, cards, tables and passages as accessible HTML, with the data behind them."""

from .blocks import Card, Column, DataTable, FigureBlock, KeyFigure, Passage, Provenance
from .shown import MIME, Shown, figure_shown, passage_shown, table_shown

__all__ = [
    "MIME",
    "Card",
    "Column",
    "DataTable",
    "FigureBlock",
    "KeyFigure",
    "Passage",
    "Provenance",
    "Shown",
    "figure_shown",
    "passage_shown",
    "table_shown",
]
