"""R3's profiles and R5: who is supported by what, and what changed the share."""

import pandas as pd

from ....exhibits import KeyFigure, Shown
from ....tables import data_table
from ....wording import decimal
from ....wording.findings import Measure
from ...figures import Chart
from ..exhibiting import About, Drawn, figure_of, notice, values_text
from ..material import Material
from ..movement import movement_finding, movement_sentence, movement_table
from ..profiles import TOTAL
from .frames import POINTS, SHARES, names_of


def profile(material: Material, chart: Chart, rows: pd.DataFrame) -> Shown:
    """R3, first picture: each type as percent of the inhabitants, one panel a municipality."""
    part = material.setting.catalog.parts["R3"]
    if rows.empty:
        text = "Helårsekvivalenter eller invånare 20–64 år saknas för två år i rad."
        return notice(f"R3. {part.title}", text, "Kör 'lagesbild fetch'.", anchor="r3")
    catalog, last = material.setting.catalog, material.profiles.years[1]
    measures = {id: Measure(catalog.indicators[id], catalog.units["percent"], 1) for id in rows["indicator"].unique()}
    table = data_table(rows, measures, f"Procent av invånarna 20–64 år efter ersättning, {last}")
    about = About(
        "R3", "r3", part.title, _profile_finding(material),
        f"Procent av invånarna 20–64 år den 31 december {last}. {names_of(material, rows['place'].unique())}.",
        material.shares_source, state="derived", definition=catalog.indicators[TOTAL].definition,
        method="Helårsekvivalenterna divideras med antalet invånare 20–64 år den 31 december.",
        notes=tuple(one.text for one in material.observed if one.printed),
        remake=material.remake("R3"), key_figures=tuple(_key_figures(material)),
    )  # fmt: skip
    return figure_of(about, Drawn(chart, rows, SHARES, table, values_text(rows)))


def _profile_finding(material: Material) -> str:
    profiles, last = material.profiles, material.profiles.years[1]
    shares = {p: s for p in profiles.places if (s := profiles.population_share(p, last)) is not None}
    low, high = min(shares, key=shares.get), max(shares, key=shares.get)
    name = material.setting.places.name
    return (
        f"Ersättningarna motsvarar {decimal(shares[low], 1)} procent av invånarna 20–64 år i {name(low)} och "
        f"{decimal(shares[high], 1)} i {name(high)} {last}."
    )


def _key_figures(material: Material):
    """The total of each place in the last year, with its place in the country."""
    profiles, ranks = material.profiles, material.ranking.rows.set_index("place")["rank"]
    last = profiles.years[1]
    for place in profiles.places:
        known = place in ranks.index and material.ranking.year == last
        rank = f"{ranks[place]:.0f}/{material.ranking.among}" if known else ""
        yield KeyFigure(TOTAL, place, last, "T", f"{profiles.count(place, TOTAL, last):.4f}", "", rank)


def movement(material: Material, chart: Chart, rows: pd.DataFrame) -> Shown:
    """R5: what each type and the population gave, exactly."""
    part = material.setting.catalog.parts["R5"]
    if rows.empty:
        text = "Ändringen kan inte delas upp: helårsekvivalenter eller invånare 20–64 år saknas för två år i rad."
        return notice(f"R5. {part.title}", text, "Kör 'lagesbild fetch'.", anchor="r5")
    profiles, moved = material.profiles, material.moved
    about = About(
        "R5", "r5", part.title, movement_finding(profiles, moved),
        f"Procentenheter av invånarna 20–64 år, {material.years_text}. {names_of(material, moved)}.",
        material.shares_source, state="derived",
        method="Exakt uppdelning: medelvärdet av att ändra ersättningarna först och att ändra befolkningen först "
        "(Shapley; Das Gupta 1993).",
        remake=material.remake("R5"),
        notes=tuple(movement_sentence(profiles, place, split) for place, split in moved.items()),
    )  # fmt: skip
    return figure_of(about, Drawn(chart, rows, POINTS, movement_table(profiles, moved), values_text(rows)))
