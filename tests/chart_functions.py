"""Every chart function by its name: what a cell can draw with."""

from lagesbild import charts
from lagesbild.charts import KINDS, regional

BY_NAME = {chart.__name__: chart for chart in KINDS}
REGIONAL = {name: chart for name, chart in BY_NAME.items() if chart.__module__ == regional.__name__}
CHARTS = {name: chart for name, chart in BY_NAME.items() if name not in REGIONAL}
assert all(getattr(charts, name) is chart for name, chart in BY_NAME.items())
