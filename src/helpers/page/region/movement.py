"""R5: what moved each place's share of the inhabitants: every type of support, and the population itself."""

import pandas as pd

from ...exhibits import Column, DataTable
from ...support import Decomposition, decomposition
from ...wording import decimal, listed, signed
from .profiles import Profiles

POPULATION_LABEL, CHANGE_LABEL = "Befolkningen", "Hela ändringen"
DECIMALS = 2  # percentage points; the parts add up before they are rounded


def splits(profiles: Profiles) -> dict[str, Decomposition]:
    """Place -> the exact split of the change of its share; places without a population are left out."""
    found = {}
    for place in profiles.places:
        people = tuple(profiles.inhabitants(place, year) for year in profiles.years)
        if None in people:
            continue
        before, now = ({id: profiles.count(place, id, year) for id in profiles.types} for year in profiles.years)
        found[place] = decomposition(before, now, people)
    return found


def parts_of(profiles: Profiles, split: Decomposition) -> dict[str, float]:
    """Label -> percentage points: the types in the order of the tables, then the population."""
    entries = profiles.setting.catalog.indicators
    return {entries[id].label: split.types[id] for id in profiles.types} | {POPULATION_LABEL: split.population}


def step_rows(profiles: Profiles, moved: dict[str, Decomposition]) -> pd.DataFrame:
    """Rows for a waterfall: `place`, `name`, `label`, `value` (percentage points), `total` (the last bar), `year`."""
    rows = [
        {"place": place, "label": label, "value": points, "total": label == CHANGE_LABEL}
        for place, split in moved.items()
        for label, points in (parts_of(profiles, split) | {CHANGE_LABEL: split.change}).items()
    ]
    columns = ["place", "label", "value", "total"]
    names = profiles.setting.places.names
    found = pd.DataFrame(rows, columns=columns)
    return found.assign(name=found["place"].map(names), year=profiles.years[1] if profiles.years else 0)


def movement_table(profiles: Profiles, moved: dict[str, Decomposition]) -> DataTable:
    """One row a part and one column a place; the last row is the change of the share."""
    first, last = profiles.years
    columns = [parts_of(profiles, split) | {CHANGE_LABEL: split.change} for split in moved.values()]
    rows = tuple((label, *(signed(column[label], DECIMALS) for column in columns)) for label in columns[0])
    return DataTable(
        caption=f"Vad som ändrade andelen av invånarna 20–64 år {first}–{last}, procentenheter. Delarna summerar till "
        "ändringen; avrundade kan de skilja på sista decimalen.",
        columns=(Column("Del"), *(Column(profiles.setting.places.name(place), numeric=True) for place in moved)),
        rows=rows,
    )


def movement_sentence(profiles: Profiles, place: str, split: Decomposition) -> str:
    """ "Nordmaling: 16,76 till 15,46 procent, −1,29 procentenheter: Arbetslöshet −0,62, ... och befolkningen 0,00." """
    last = profiles.years[1]
    now = sum(profiles.population_share(place, last, id) for id in profiles.types)  # the split is of the types
    before = now - split.change
    name = profiles.setting.places.name(place)
    parts = sorted(parts_of(profiles, split).items(), key=lambda part: -abs(part[1]))
    given = listed([f"{label} {signed(points, DECIMALS)}" for label, points in parts])
    return (
        f"{name}: från {decimal(before, DECIMALS)} till {decimal(now, DECIMALS)} procent, "
        f"{signed(split.change, DECIMALS)} procentenheter. Det gav {given}."
    )


def movement_finding(profiles: Profiles, moved: dict[str, Decomposition]) -> str:
    """Which part pulled the share down most, and which up, in how many of the places."""
    down: dict[str, int] = {}
    up: dict[str, int] = {}
    for split in moved.values():
        parts = parts_of(profiles, split)
        for counts, pick in ((down, min), (up, max)):
            label = pick(parts, key=parts.get)
            counts[label] = counts.get(label, 0) + 1
    most_down, most_up = max(down, key=down.get), max(up, key=up.get)
    first, last = profiles.years
    return (
        f"{most_down} drog ner andelen mest i {down[most_down]} av {len(moved)} kommuner {first}–{last}, "
        f"och {most_up} drog upp den mest i {up[most_up]}."
    )
