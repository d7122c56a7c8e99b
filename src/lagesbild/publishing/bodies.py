"""The pages that no notebook makes.

A copy of the kernels' template makes them while notebooks run. What they need is imported here at once: it is then
imported in the template, and not again in each copy.
"""

import pickle
from collections.abc import Callable

import statsmodels.tsa.exponential_smoothing.ets  # noqa: F401  # the outlooks' model

from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.pages.basis import basis_html
from lagesbild.pages.follow_up import follow_up_html
from lagesbild.pages.measures import indicators_html
from lagesbild.pages.words import plain_html, terms_html
from lagesbild.publishing.frame import made_pages
from lagesbild.publishing.made import subject
from lagesbild.publishing.method import method_html
from lagesbild.publishing.request import BuildRequest


def bodies(request: BuildRequest, catalog: Catalog) -> dict[str, Callable[[], str]]:
    """Name of a page that no notebook makes -> what makes its body. Raises as `subject`."""
    about = subject(request, catalog)
    edition, region, written, assessment = about.edition, about.region, about.written, about.assessment
    judged, places, of = edition.judged, edition.places, (request.municipality, request.year)

    def basis() -> str:
        return basis_html(
            catalog,
            places,
            judged,
            edition.data,
            edition.revised,
            [each for each in (assessment, written and written.assessment) if each],
            municipality=request.municipality,
            year=request.year,
            region=region,
            own=about.own,
            vintage=edition.vintage,
        )

    every: dict[str, Callable[[], str]] = {
        "indikatorer": lambda: indicators_html(catalog, places, judged, edition.data, of),
        "folja_upp": lambda: follow_up_html(
            catalog, about.naming, request.year, assessment, written, region, request.front
        ),
        "lattlast": lambda: plain_html(catalog, about.naming, judged, edition.data, assessment, of),
        "underlaget": basis,
        "metod": lambda: method_html(catalog, request.paths, places, judged, edition.data, of),
        "begrepp": lambda: terms_html(catalog.terms),
    }
    return {name: every[name] for name in made_pages(request)}


def bodies_ahead(content: bytes) -> bytes:
    """The bodies, pickled by name, for a request that another process has pickled."""
    request = pickle.loads(content)
    made = bodies(request, load_catalog(request.paths))
    return pickle.dumps({name: body() for name, body in made.items()})
