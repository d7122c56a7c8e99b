"""All kinds of figures: `(chart rows, frame) -> Figure`, by the name that the catalogue and notebooks use."""

from .bars import bars_by_group, profile_bars, ranked_bars, value_bars
from .dots import dot_rows, dots, dots_by_year
from .dumbbells import dumbbell, rank_change
from .fans import fan
from .lines import lines
from .panels import dots_with_lines, small_lines, small_multiples, two_panels
from .shares import share_bars, stacked_area, stacked_shares

KINDS = {
    kind.__name__: kind
    for kind in (
        bars_by_group,
        dot_rows,
        dots_by_year,
        dots_with_lines,
        dumbbell,
        fan,
        lines,
        profile_bars,
        rank_change,
        ranked_bars,
        share_bars,
        small_lines,
        small_multiples,
        stacked_area,
        stacked_shares,
        two_panels,
        value_bars,
    )
}
__all__ = [*KINDS, "KINDS", "dots"]
