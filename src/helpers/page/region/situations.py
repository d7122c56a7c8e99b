"""R7: how things stand in each municipality: the numbers made from the figures, people's own words beside them."""

from dataclasses import dataclass

import pandas as pd

from ...assessments import prose_html
from ...assessments.regions import RegionAssessment
from ...wording import decimal, listed, signed
from .profiles import TOTAL, Profiles
from .ranking import Ranking


@dataclass(frozen=True)
class Judged:
    prose: str  # clean HTML
    by: str


@dataclass(frozen=True)
class Situation:
    """One municipality: `computed` is made from the figures, `judgements` are what people wrote."""

    name: str
    anchor: str
    computed: str
    judgements: tuple[Judged, ...]


def situations_of(profiles: Profiles, ranking: Ranking, assessment: RegionAssessment | None) -> list[Situation]:
    """Every member, then every comparison, in the catalogue's order."""
    written = assessment.situations if assessment else []
    return [
        Situation(
            name=profiles.setting.places.name(place),
            anchor=f"lage-{place}",
            computed=f"{_numbers(profiles, place)}{_rank(ranking, place)}",
            judgements=tuple(Judged(prose_html(one.text), one.judged_by) for one in written if one.place == place),
        )
        for place in (*profiles.region.members, *profiles.region.comparisons)
    ]


def _numbers(profiles: Profiles, place: str) -> str:
    if place not in profiles.places:
        return "Hela uppgifter om helårsekvivalenter saknas i underlaget för två år i rad."
    first, last = profiles.years
    share, points = profiles.population_share(place, last), profiles.share_change(place)
    text = f"{last}: {decimal(profiles.count(place, TOTAL, last), 0)} helårsekvivalenter"
    text += f", {decimal(share, 1)} procent av invånarna 20–64 år" if share is not None else ""
    text += f". Det är {_more(profiles.change(place))} än {first}"
    text += f" ({signed(points, 2)} procentenheter)" if points is not None else ""
    return f"{text}. {_largest(profiles, place)} {_changed_most(profiles, place)}"


def _more(change: float) -> str:
    if round(change) == 0:
        return "lika många"
    return f"{decimal(abs(change), 0)} {'fler' if change > 0 else 'färre'}"


def _largest(profiles: Profiles, place: str) -> str:
    last, entries = profiles.years[1], profiles.setting.catalog.indicators
    counts = {id: profiles.count(place, id, last) for id in profiles.types}
    top = sorted(counts, key=counts.get, reverse=True)[:3]
    return f"Störst: {listed([f'{entries[id].label} ({decimal(counts[id], 0)})' for id in top])}."


def _changed_most(profiles: Profiles, place: str) -> str:
    entries = profiles.setting.catalog.indicators
    changes = {id: profiles.change(place, id) for id in profiles.types}
    low, high = min(changes, key=changes.get), max(changes, key=changes.get)
    parts = [f"minskade {entries[low].label} ({signed(changes[low], 0)})"] if changes[low] < 0 else []
    parts += [f"ökade {entries[high].label} ({signed(changes[high], 0)})"] if changes[high] > 0 else []
    return f"Mest {' och '.join(parts)}." if parts else "Ingen ersättning ändrades."


def _rank(ranking: Ranking, place: str) -> str:
    own = ranking.rows[ranking.rows["place"] == place]
    if own.empty:
        return ""
    row = own.iloc[0]
    text = f" Plats {row['rank']:.0f} av {ranking.among} i riket {ranking.year}"
    if pd.isna(row["previous"]):
        return f"{text}."
    return f"{text}, plats {row['previous']:.0f} året före."
