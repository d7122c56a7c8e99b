"""What is judged of every municipality at once: directions, differences, ranks, and how uncertain surveys are.

Computed with the tidy table, one set an edition's year, and stored with it: a page reads them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.paths import PACKAGE, Paths
from lagesbild.places import COUNTRY, Places
from lagesbild.rules.uses import indicator_pages
from lagesbild.statistics.differences import (
    COLUMNS,
    Others,
    register_differences,
    sex_differences,
    survey_differences,
    survey_gaps,
)
from lagesbild.statistics.direction import directions
from lagesbild.statistics.intervals import half_width, rate_interval
from lagesbild.statistics.panel import SEX_GAP, Panel, Populations, SeriesContext, panels, populations
from lagesbild.statistics.ranks import RANKS, WHOLE, RankRule, latest_ranks
from lagesbild.statistics.surveys import (
    CHANGES,
    Survey,
    answer_sizes,
    estimated_margin,
    shared_changes,
    size_classes,
)
from lagesbild.tidy.build import TableAtHand, content_key, derived
from lagesbild.tidy.rows import Rows
from lagesbild.tidy.schema import survey_rows, up_to, yearly

POPULATION = "population"  # inhabitants on 31 December
CLASSED_BY = 2022  # the year of the population that size classes are made by
ROOMS = ("rules", "statistics")  # whose code the judgements follow from
GROUP, COUNTY = "group", "county"  # in the column `other`: the mean of the comparison group; the region
FEWEST_MEMBERS = 4  # of a comparison group
PLAIN_SURVEY = Survey((20_000, 70_000))  # a survey that data/catalog/surveys.yml does not know


@dataclass(frozen=True)
class Judgements:
    """Frames about every municipality and indicator, for one edition's year.

    `directions`: see `statistics.direction`. `differences`: see `statistics.differences`, `other` is 0000 (riket),
    "county" or "group", and for sex K-M women minus men. `ranks`: indicator, sex and the columns of `latest_ranks`.
    `changes`: indicator, sex and the columns of `shared_changes`. `answers`: indicator, sex, class, people (the class's
    lowest population) and n, the answers that a survey's value is worth.
    """

    directions: pd.DataFrame
    differences: pd.DataFrame
    ranks: pd.DataFrame
    changes: pd.DataFrame
    answers: pd.DataFrame

    @cached_property
    def rows(self) -> dict[str, Rows]:
        """Each frame by indicator and place, but `answers`."""
        return {name: Rows(getattr(self, name)) for name in ("directions", "differences", "ranks", "changes")}

    def of(self, frame: str, indicator: str, *places: str) -> pd.DataFrame:
        """The rows of a frame that are about an indicator; with `places` theirs alone."""
        return self.rows[frame].of(indicator, *places)

    def records(self, frame: str, indicator: str, place: str) -> list[dict[str, Any]]:
        """The rows of a frame that are about an indicator in a place, as plain values."""
        return self.rows[frame].records(indicator, [place])


FRAMES = [field.name for field in fields(Judgements)]


def judgements(paths: Paths, table: TableAtHand, catalog: Catalog, places: Places, year: int) -> Judgements:
    """The judgements of an edition's year: as they are stored, or computed and stored anew."""
    key = judgements_key(table.key)
    computed = lambda: judged(up_to(table.newest, year), catalog, places, year)  # noqa: E731
    frames = derived(paths, f"judgements-{year}", key, FRAMES, lambda: vars(computed()))
    return Judgements(**frames)


def judgements_key(table: str) -> str:
    """A checksum of what the judgements follow from: the table, by its key, and the code that judges."""
    code = sorted(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py"))
    return content_key(code, table)


def judged(table: pd.DataFrame, catalog: Catalog, places: Places, year: int) -> Judgements:
    """All directions, differences and ranks; `table` holds current rows up to the edition's year."""
    rows = yearly(table, catalog)
    return measured(rows, setting_of(table, rows, catalog, places, year))


def setting_of(table: pd.DataFrame, rows: pd.DataFrame, catalog: Catalog, places: Places, year: int) -> "Setting":
    """What the catalogue and the rows of `table` say of measures, places and surveys; `rows` are its `yearly` ones."""
    known = {code: kind == "K" for code, kind in places.kinds.items()}
    years = range(int(rows["year"].min()), year + 1) if len(rows) else range(year, year + 1)
    of = populations(rows[rows["indicator"] == POPULATION], known, years)
    contexts = {indicator: series_context(catalog, indicator) for indicator in catalog.indicators}
    sizes = _answers(table, catalog, of, contexts, year)
    counted = {indicator for indicator in catalog.indicators if catalog.unit_of(indicator).counted}
    return Setting(contexts, of, _others(catalog, places, of), sizes, counted, set(indicator_pages(catalog)), year)


@dataclass(frozen=True)
class Sizes:
    """n_eff of one question by size class: `lowest` population of each class, `n`, and each place's class."""

    lowest: tuple[int, ...]
    n: np.ndarray
    classes: np.ndarray


@dataclass(frozen=True)
class Setting:
    """What judgements need beside the rows. `sizes`: (indicator, sex) -> n_eff in each size class of each survey."""

    contexts: Mapping[str, SeriesContext]
    of: Populations
    others: list[Others]  # whom each municipality is compared with
    sizes: Mapping[tuple[str, str], Sizes]
    counted: Collection[str]  # numbers of persons or cases: neither compared nor ranked, but judged for their direction
    together: set[str]  # the indicators over which p is adjusted
    year: int


def measured(rows: pd.DataFrame, setting: Setting) -> Judgements:
    """The judgements of yearly rows of everybody, women and men."""
    year, of = setting.year, setting.of
    municipalities = int(of.municipality.sum())
    parts: dict[str, list[Part]] = {name: [] for name in FRAMES}
    sexes: dict[str, dict[str, Panel]] = {}
    every = list(panels(rows, setting.contexts, of))
    for indicator, sex, panel in every:
        sexes.setdefault(indicator, {})[sex] = panel
        sizes = _sizes_of(setting, indicator, sex)
        if panel.context.survey:
            parts["changes"].append((indicator, sex, shared_changes(panel, sizes, year, PLAIN_SURVEY.fewest)))
        if indicator not in setting.counted:
            compare = survey_differences if panel.context.survey else _register
            parts["differences"] += [(indicator, sex, compare(panel, other, sizes, year)) for other in setting.others]
            rule = RankRule(panel.context.better, municipalities, municipalities)
            parts["ranks"].append((indicator, sex, latest_ranks(panel, _margin(panel, sizes), rule, year)))
    for indicator, both in sexes.items():
        if both.keys() >= {"K", "M"} and indicator not in setting.counted:
            parts["differences"].append((indicator, SEX_GAP, _gap(indicator, both, setting)))
    return Judgements(
        directions(every, year, setting.together),
        _stacked(parts["differences"], COLUMNS),
        _stacked(parts["ranks"], ["indicator", "sex", *RANKS]).astype(WHOLE),
        _stacked(parts["changes"], ["indicator", "sex", *CHANGES]),
        answers_frame(setting.sizes),
    )


Columns = Mapping[str, np.ndarray]  # a frame for each indicator and sex costs more than what is judged of it
Part = tuple[str, str, Columns]  # what is known of one indicator and sex


def _stacked(parts: Iterable[Part], columns: list[str]) -> pd.DataFrame:
    filled = [part for part in parts if len(part[2]["place"])]
    if not filled:
        return pd.DataFrame(columns=columns)
    indicators, sexes, each = zip(*filled, strict=True)
    lengths = [len(part["place"]) for part in each]
    of = {"indicator": np.array(indicators, object), "sex": np.array(sexes, object)}
    keys = {name: np.repeat(each_of, lengths) for name, each_of in of.items()}
    rest = {name: np.concatenate([part[name] for part in each]) for name in columns if name not in keys}
    return pd.DataFrame(keys | rest)[columns]


def series_context(catalog: Catalog, indicator: str) -> SeriesContext:
    """How an indicator's series is made, as the rules must know it."""
    entry, unit = catalog.indicators[indicator], catalog.unit_of(indicator)
    rate = bool(entry.population and unit.per)
    return SeriesContext(
        scale="percent" if entry.unit == "percent" else "rate" if rate else "positive",
        better=entry.better,
        survey=entry.kind == "survey",
        breaks=tuple(cut.year for cut in entry.breaks),
        years_pooled=entry.years_pooled,
        every=entry.every,
        decimals=catalog.decimals_of(indicator),
        per=unit.per or 100_000,
    )


# Whom each municipality is compared with.


def _others(catalog: Catalog, places: Places, of: Populations) -> list[Others]:
    """The country, the region and the comparison group of every municipality; a region of one municipality is none."""
    at = {code: n for n, code in enumerate(of.places)}
    regions = {code: places.county(catalog, code) for code, kind in places.kinds.items() if kind == "K"}
    groups = {code: places.comparison_group(catalog, code) for code in regions}
    largest = max((len(group.members) for group in groups.values() if group), default=1)
    country, county = (np.full((len(at), 1), -1) for _ in range(2))
    similar = np.full((len(at), max(largest, 1)), -1)
    for code, region in regions.items():
        own, group = at[code], groups[code]
        country[own] = at.get(COUNTRY, -1)
        if region in at and sum(other == region for other in regions.values()) > 1:
            county[own] = at[region]
        members = [at[member] for member in group.members if member in at] if group else []
        similar[own, : len(members)] = members
    return [Others(COUNTRY, country), Others(COUNTY, county), Others(GROUP, similar, FEWEST_MEMBERS)]


def _register(panel: Panel, others: Others, sizes: np.ndarray, year: int) -> Columns:
    return register_differences(panel, others, year)


def _gap(indicator: str, both: dict[str, Panel], setting: Setting) -> Columns:
    if not both["K"].context.survey:
        return sex_differences(both["K"], both["M"], setting.year)
    women, men = (_sizes_of(setting, indicator, sex) for sex in "KM")
    return survey_gaps(both["K"], both["M"], (women, men), setting.year)


def _sizes_of(setting: Setting, indicator: str, sex: str) -> np.ndarray:
    """n_eff of each place; NaN for the country, whose own error is taken as 0, and where there is no estimate.

    A region counts as the largest municipalities do: it asks more, so that errs on the safe side.
    """
    known = setting.sizes.get((indicator, sex))
    if known is None:
        return np.full(len(setting.of.places), np.nan)
    return np.where((known.classes >= 0) & (setting.of.places != COUNTRY), known.n[known.classes], np.nan)


def _margin(panel: Panel, sizes: np.ndarray) -> np.ndarray:
    """Half the 95 % interval of every value: as published, estimated from n_eff, or by the cases behind a rate."""
    if panel.context.survey and panel.context.scale == "percent":
        return np.where(np.isfinite(panel.margin), panel.margin, estimated_margin(panel.value, sizes[:, None]))
    counted = np.isfinite(panel.count) & (panel.base > 0)
    if panel.context.scale != "rate" or not counted.any():
        return panel.margin
    interval = rate_interval(np.where(counted, panel.count, 0), np.where(counted, panel.base, 1), panel.context.per)
    return np.where(np.isfinite(panel.margin), panel.margin, np.where(counted, half_width(interval), np.nan))


# How many answers a survey's value is worth.


def survey_sizes(
    rows: pd.DataFrame, survey: Survey, contexts: Mapping[str, SeriesContext], of: Populations, year: int
) -> dict[str, Sizes]:
    """Question -> its n_eff, from one sex's `rows` (indicator, place, year, sex, value) of all the survey's questions.

    A question that `contexts` does not know is asked as the others are.
    """
    column = min(max(CLASSED_BY - of.years[0], 0), len(of.years) - 1)
    classes = size_classes(of.latest[:, column], survey)
    known = [contexts[question] for question in rows["indicator"].unique() if question in contexts]
    asked = {q: contexts.get(q, replace(known[0], breaks=())) for q in rows["indicator"].unique()}
    questions = {question: panel for question, _, panel in panels(rows, asked, of)}
    sizes = answer_sizes(questions, classes, survey, year)
    return {question: Sizes((0, *survey.classes), n, classes) for question, n in sizes.items()}


def _answers(
    table: pd.DataFrame, catalog: Catalog, of: Populations, contexts: dict[str, SeriesContext], year: int
) -> dict[tuple[str, str], Sizes]:
    """(indicator, sex) -> n_eff, of the surveys in data/catalog/surveys.yml; of others question by question."""
    asked = survey_rows(table, catalog)
    surveys = {
        name: Survey(tuple(entry.classes), entry.fewest, tuple(entry.documented))
        for name, entry in catalog.surveys.items()
    }
    known = set(asked["question"])
    alone = [name for name, entry in catalog.indicators.items() if entry.kind == "survey" and name not in known]
    own = yearly(table[table["indicator"].isin(alone)], catalog)
    own = own[own["status"] == ""].rename(columns={"indicator": "question"})
    columns = ["survey", "question", "place", "year", "sex", "value"]
    every = pd.concat([asked[columns], own.assign(survey=own["question"])[columns]], ignore_index=True)
    every = every[every["value"].notna()].rename(columns={"question": "indicator"})
    sizes: dict[tuple[str, str], Sizes] = {}
    for (name, sex), rows in every.groupby(["survey", "sex"], sort=False):
        own_sizes = survey_sizes(rows, surveys.get(str(name), PLAIN_SURVEY), contexts, of, year)
        sizes |= {(question, str(sex)): n for question, n in own_sizes.items()}
    return sizes


def answers_frame(sizes: Mapping[tuple[str, str], Sizes]) -> pd.DataFrame:
    """The frame `answers`."""
    lines = [
        (indicator, sex, at, lowest, known.n[at])
        for (indicator, sex), known in sizes.items()
        for at, lowest in enumerate(known.lowest)
    ]
    return pd.DataFrame(lines, columns=["indicator", "sex", "class", "people", "n"])
