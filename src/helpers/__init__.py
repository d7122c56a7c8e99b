"""What notebooks share: what one writes in a cell."""

from helpers.report import open_region, open_report
from helpers.show import show_figure, show_plot, show_table, show_text

__all__ = ["open_region", "open_report", "show_figure", "show_plot", "show_table", "show_text"]
