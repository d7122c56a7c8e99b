"""What the drawings share: units, names, and the card in a withheld figure's place."""

from collections.abc import Iterable

from ....charts.look import Frame
from ....exhibits import Card, FigureBlock, Provenance
from ....wording import STATE_TEXT, listed
from ..exhibiting import About
from ..material import Material
from ..movement import DECIMALS

RANKS = Frame(unit_text="plats bland kommunerna", decimals=0, low=0)
SHARES = Frame(unit_symbol="%", unit_text="procent av invånarna", decimals=1, low=0)
POINTS = Frame(unit_text="procentenheter", decimals=DECIMALS)
SOURCE = "Utgivare: SCB, tabell TAB1386."
FETCH = (
    "Kör 'lagesbild fetch', så hämtas tabellen TAB1386 från SCB månad för månad; med '--places all' för alla kommuner."
)


def names_of(material: Material, places: Iterable[str]) -> str:
    """ "Umeå, Nordmaling och Vännäs"."""
    return listed([material.setting.places.name(place) for place in places])


def withheld(about: About, why: str) -> FigureBlock:
    """A card in a figure's place: why it is not drawn, and what would be needed."""
    return FigureBlock(
        number=about.number,
        anchor=about.anchor,
        title=about.title,
        state="slot",
        state_text=STATE_TEXT["slot"],
        subtitle=about.subtitle,
        provenance=Provenance(about.source, about.definition, about.method, about.remake),
        card=Card(why, FETCH),
    )
