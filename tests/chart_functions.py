"""Every chart function by its name: what a cell can draw with."""

from lagesbild.charts import bars, dots, lines, regional
from lagesbild.swedish.findings import KINDS

CHARTS = {name: getattr(module, name) for module in (bars, dots, lines) for name in KINDS if hasattr(module, name)}
REGIONAL = {name: getattr(regional, name) for name in KINDS if hasattr(regional, name)}
