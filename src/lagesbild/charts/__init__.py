"""Every chart that a figure can be drawn by: `charts.lines`, `charts.ranked_bars` and the others.

A chart takes chart rows and a `Frame`, and gives a matplotlib figure. Chart rows are tidy rows with `name` (of the
place), `label` (of the indicator), `role`, `unit`, `decimals` and `mark`.
"""

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure

from lagesbild.charts.bars import (
    bars_by_group,
    profile_bars,
    ranked_bars,
    share_bars,
    stacked_area,
    stacked_shares,
)
from lagesbild.charts.dots import dot_rows, dots_by_year, dumbbell, rank_change
from lagesbild.charts.panels import dots_with_lines, fan, lines, slopes, small_lines, small_multiples, two_panels
from lagesbild.charts.regional import national_scale, region_map, timeline, two_measures, waterfall
from lagesbild.charts.regional import with_shape as with_shape
from lagesbild.charts.theme import Frame

Chart = Callable[[pd.DataFrame, Frame], Figure]

KINDS: dict[Chart, str] = {  # what each is called in an alternative text
    bars_by_group: "Staplar för varje grupp",
    dot_rows: "Punkter på en rad för varje mått",
    dots_by_year: "Punkter för varje undersökningsår",
    dots_with_lines: "Linje för det närliggande måttet och punkter för rapportens eget mått, i var sitt fält",
    dumbbell: "Punkter för kvinnor och män, förbundna med ett streck för varje plats",
    fan: "Linje över tid och en solfjäder för de två åren framåt, ett fält för varje mått",
    lines: "Linjediagram över tid",
    national_scale: "Skala med fyra zoner för varje ersättning, ett fält för varje kommun",
    profile_bars: "Staplar för varje ersättning, ett fält för varje kommun",
    rank_change: "Streck från förra årets plats till årets",
    ranked_bars: "Liggande staplar, ordnade efter värde",
    region_map: "Karta med kommunerna färgade efter zon",
    share_bars: "Staplar som delar upp hundra procent, en för varje år",
    slopes: "Streck mellan två undersökningsår för varje plats",
    small_lines: "Små linjediagram, ett för varje mått med egen skala",
    small_multiples: "Små diagram, ett för varje grupp",
    stacked_area: "Staplade ytor över tid",
    stacked_shares: "Staplar som delar upp hundra procent på grupper",
    timeline: "Tidslinje med ett streck från start till slut för varje initiativ",
    two_measures: "Punkter för varje kommun, det ena måttet vågrätt och det andra lodrätt",
    two_panels: "Två fält ovanför varandra med samma år",
    waterfall: "Staplar som börjar där den förra slutar, ett fält för varje kommun",
}
