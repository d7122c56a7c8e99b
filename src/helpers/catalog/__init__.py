"""What is measured, where it stands in the report, and who publishes it: `data/catalog/`, read strictly."""

from .content import Catalog
from .loader import CatalogError, load_catalog
from .models import (
    Break,
    Comparisons,
    Figure,
    FocusArea,
    Gap,
    Goal,
    Indicator,
    Page,
    PinnedFile,
    PinnedSeries,
    PinnedTable,
    Priority,
    Programme,
    Publisher,
    Region,
    SnapshotScope,
    Unit,
)

__all__ = [
    "Break",
    "Catalog",
    "CatalogError",
    "Comparisons",
    "Figure",
    "FocusArea",
    "Gap",
    "Goal",
    "Indicator",
    "Page",
    "PinnedFile",
    "PinnedSeries",
    "PinnedTable",
    "Priority",
    "Programme",
    "Publisher",
    "Region",
    "SnapshotScope",
    "Unit",
    "load_catalog",
]
