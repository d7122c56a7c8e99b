"""What is computed beside the notebooks: key figures, and the pages that no notebook makes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.places import Places
from lagesbild.publishing.frame import made_pages
from lagesbild.publishing.request import BuildRequest
from lagesbild.rules.editions import edition_of, key_figures
from lagesbild.tidy.schema import current


@dataclass(frozen=True)
class Computed:
    """Each is made when it is asked for, which is while the notebooks run."""

    key_figures: Callable[[], pd.DataFrame]
    pages: dict[str, Callable[[], str]]  # name of a page that no notebook makes -> its body


def computed(request: BuildRequest, catalog: Catalog, page: str) -> tuple[Places, Computed]:
    """The places of the edition, and what is computed from it beside the notebooks.

    Raises RefusedEdition, UnknownPlace or a RecordError before anything is computed.
    """
    edition = edition_of(request.paths, page, request.municipality, request.year)
    place, judged = request.municipality, edition.judged
    of = (place, request.year)

    def method() -> str:
        from lagesbild.publishing.method import method_html

        return method_html(catalog, request.paths, edition.places, judged, edition.rows, of)

    bodies = {"metod": method}
    # of the municipality, or of every member of a region whose own report it is
    told = catalog.regions[request.region].members if request.region else [place]
    figures = partial(key_figures, current(edition.rows), judged, catalog, told)
    return edition.places, Computed(figures, {name: bodies[name] for name in made_pages(request)})
