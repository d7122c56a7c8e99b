"""*Det viktigaste*: which lines may stand there, and what a line must be worth."""

from lagesbild.statistics.trends import FEWEST_WEAK

MOST_LINES = 6
MOST_STATUSES = 2
EDGE = 0.1  # a rank is told when it lies in the worst or the best tenth
GAP_YEARS = FEWEST_WEAK  # a register's gap without an interval must be on one side so long: by chance p < 0.01
