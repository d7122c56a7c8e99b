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
from lagesbild.rules.register import written_of
from lagesbild.sources.snapshot import fetch_dates
from lagesbild.swedish.names import Naming, official_name
from lagesbild.tidy.schema import current, whole_years


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
    place, year, judged, places = request.municipality, request.year, edition.judged, edition.places
    of, own = (place, year), bool(request.region)
    region = request.region or next((n for n, entry in catalog.regions.items() if place in entry.members), "")
    written = written_of(request.paths, region, year, catalog) if region else None
    assessment = None if own else edition.assessment
    name = catalog.regions[region].name if own else places.name(place)
    naming = Naming(name, name if own else official_name(catalog, place, name), judged=assessment is not None)

    def indicators() -> str:
        from lagesbild.pages.measures import indicators_html

        return indicators_html(catalog, places, judged, whole_years(current(edition.rows), catalog), of)

    def follow_up() -> str:
        from lagesbild.pages.follow_up import follow_up_html

        return follow_up_html(catalog, naming, year, assessment, written, region, request.front)

    def plain() -> str:
        from lagesbild.pages.words import plain_html

        return plain_html(catalog, naming, judged, whole_years(current(edition.rows), catalog), assessment, of)

    def basis() -> str:
        from lagesbild.pages.basis import basis_html

        return basis_html(
            catalog,
            places,
            judged,
            edition.rows,
            [each for each in (assessment, written and written.assessment) if each],
            municipality=place,
            year=year,
            region=region,
            own=own,
            vintage=max(fetch_dates(request.paths).values(), default="okänt datum"),
        )

    def method() -> str:
        from lagesbild.publishing.method import method_html

        return method_html(catalog, request.paths, places, judged, edition.rows, of)

    def terms() -> str:
        from lagesbild.pages.words import terms_html

        return terms_html(catalog.terms)

    bodies = {
        "indikatorer": indicators,
        "folja_upp": follow_up,
        "lattlast": plain,
        "underlaget": basis,
        "metod": method,
        "begrepp": terms,
    }
    # of the municipality, or of every member of a region whose own report it is
    told = catalog.regions[region].members if own else [place]
    figures = partial(key_figures, current(edition.rows), judged, catalog, told)
    return places, Computed(figures, {name: bodies[name] for name in made_pages(request)})
