"""Differences between places and between women and men: are they more than the difference uses to swing?

A frame of differences has one row an indicator, place, sex and other, COLUMNS: `difference` in the measure's unit (for
percent points), `n` others that its value is the mean of, `margin` 95 % of the place's own value, `scaled` the
difference on the scale of `panel` with `noise` its standard deviation from year to year and `poisson` that of the cases
behind it, `answers` n_eff of a survey.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtr

from lagesbild.statistics.intervals import refuse_duplicates
from lagesbild.statistics.noise import FEWEST_CASES, Signals, judged_windows
from lagesbild.statistics.panel import Panel, printed
from lagesbild.statistics.surveys import Z_DECIDED, estimated_margin, z_of_known, z_of_margins, z_of_two

P_DECIDED = 0.01


class Compared(StrEnum):
    """What is known of a difference."""

    LOWER = "lower"
    HIGHER = "higher"
    WITHIN = "within"  # what it uses to swing, or what the sample allows
    UNKNOWN = "unknown"  # nothing tells how uncertain it is


class Basis(StrEnum):
    """What a difference was held against."""

    NONE = ""
    NOISE = "noise"  # how much the difference uses to swing between years
    MARGINS = "margins"  # published margins of error
    ESTIMATE = "estimate"  # n_eff of the survey's size class
    FEW_CASES = "few_cases"  # nothing: there are too few of them a year


COLUMNS = [
    "indicator", "place", "sex", "other", "year", "value", "other_value", "difference", "n", "margin",
    "decimals", "verdict", "basis", "p", "scaled", "noise", "poisson", "degrees", "answers",
]  # fmt: skip


Columns = dict[str, np.ndarray]  # `place`, `other` and those of COLUMNS from `year` on, of some rows of a panel


@dataclass(frozen=True)
class Others:
    """Whom each place is compared with: `name` in the column `other`.

    `members` (places x others) are rows of the panel, -1 where there is none; a mean of fewer than `at_least` is none.
    """

    name: str
    members: np.ndarray
    at_least: int = 1

    def of(self, rows: np.ndarray, column: np.ndarray, values: np.ndarray) -> np.ndarray:
        """The members' values in each row's column, rows x others; NaN where there is no member."""
        members = self.members[rows]
        return np.where(members >= 0, values[members, column[:, None]], np.nan)


def register_differences(panel: Panel, others: Others, edition: int) -> Columns:
    """Each municipality minus the mean of its others, in the last year that both have.

    Decided where the last difference on the measure's scale is larger than the difference uses to swing, or than the
    cases behind it allow, at p < 0.01. Without six years in a row nothing tells how much it swings. The columns are
    `place`, `other` and those of COLUMNS from `year` on.
    """
    rows, out = _plain(panel, others, edition)
    signals = panel.against(others.members, others.at_least)

    def poisson(start: int, stop: int) -> np.ndarray:
        own = np.nan_to_num(panel.poisson_variance(start, stop))
        return own + panel.poisson_of_others(others.members, start, stop)

    return _held_against_noise(rows, out, signals, panel, poisson, edition, others)


def _plain(panel: Panel, others: Others, edition: int) -> tuple[np.ndarray, Columns]:
    """Values side by side in the last year that both have, without a verdict."""
    last = edition - panel.first_year + 1
    known = np.isfinite(panel.value[:, :last])
    n = (known[others.members] & (others.members >= 0)[:, :, None]).sum(1)
    both = known & (n >= others.at_least)
    rows = np.flatnonzero(both.any(1) & panel.municipality)
    column = (both.shape[1] - 1 - np.argmax(both[:, ::-1], axis=1))[rows]
    values = others.of(rows, column, panel.value)
    members = np.isfinite(values).sum(1)
    mean = np.where(np.isfinite(values), values, 0.0).sum(1) / members
    return rows, _columns(panel, rows, column, mean, members, others.name)


def _columns(
    panel: Panel, rows: np.ndarray, column: np.ndarray, other_value: np.ndarray, n: np.ndarray, other: str
) -> Columns:
    value = panel.value[rows, column]
    empty = ("margin", "p", "scaled", "noise", "poisson", "degrees", "answers")
    texts = {"other": other, "verdict": str(Compared.UNKNOWN), "basis": str(Basis.NONE)}
    return {
        "place": panel.places[rows],
        "year": column + panel.first_year,
        "value": value,
        "other_value": other_value,
        "difference": value - other_value,
        "n": n.astype(int),
        "decimals": np.full(len(rows), panel.context.decimals),
        **{name: np.full(len(rows), np.nan) for name in empty},
        **{name: np.full(len(rows), text, object) for name, text in texts.items()},
    }


def _held_against_noise(
    places: np.ndarray,
    columns: Columns,
    signals: Signals,
    panel: Panel,
    poisson: Callable[[int, int], np.ndarray],
    edition: int,
    others: Others | None,
) -> Columns:
    """`columns`, of these places, with the verdicts of the rows whose last difference ends a window.

    `poisson` gives the variance of each place's difference that its mean cases in some columns allow; 0 where unknown.
    """
    if not panel.context.yearly or not len(places):
        return columns
    at = np.full(len(panel.places), -1)
    at[places] = np.arange(len(places))
    for window in judged_windows(signals, edition - panel.first_year, panel.municipality):
        start, stop = window.start, window.stop
        few = signals.cases(start, stop)[window.rows] < FEWEST_CASES
        columns["basis"][at[window.rows[few & (at[window.rows] >= 0)]]] = str(Basis.FEW_CASES)
        chosen = ~few & (at[window.rows] >= 0)
        judged, rows = window.rows[chosen], at[window.rows[chosen]]
        last, degrees = window.y[chosen, -1], window.degrees[chosen]
        variance, chance = window.variance[chosen], poisson(start, stop)[judged]
        p = 2 * stdtr(degrees, -np.abs(last) / np.sqrt(np.maximum(variance, chance)))
        if others is not None:  # the mean is that of the members that have the window whole
            mean, n = panel.others(others.members, others.at_least, start, stop)
            columns["value"][rows], columns["other_value"][rows] = panel.value[judged, stop - 1], mean[judged]
            columns["difference"][rows], columns["n"][rows] = panel.value[judged, stop - 1] - mean[judged], n[judged]
        tested = {"p": p, "scaled": last, "noise": np.sqrt(variance), "poisson": np.sqrt(chance), "degrees": degrees}
        for name, values in (tested | {"basis": str(Basis.NOISE), "year": stop - 1 + panel.first_year}).items():
            columns[name][rows] = values
        sides = columns["value"][rows], columns["other_value"][rows]
        columns["verdict"][rows] = _verdict(p < P_DECIDED, last, *sides, columns["decimals"][rows])
    return columns


def _verdict(
    decided: np.ndarray, test: np.ndarray, value: np.ndarray, other: np.ndarray, decimals: np.ndarray
) -> np.ndarray:
    """The verdict where the tested and the printed difference have one sign; else nothing is decided."""
    apart = np.sign(printed(value, decimals) - printed(other, decimals))
    agree = decided & (np.sign(test) == apart) & (apart != 0)
    verdict = np.where(apart < 0, str(Compared.LOWER), str(Compared.HIGHER))
    return np.where(agree, verdict, str(Compared.WITHIN))


def place_differences(to_same: pd.DataFrame, focus: str) -> pd.DataFrame:
    """`focus` minus each other place: indicator, sex, year, place, other, value, other_value, difference, verdict, p.

    `to_same` are rows of a frame of differences, all against one and the same other, such as riket: the two places'
    variances are added, and of two surveys the pooled share is tested. Places of another year than the focus's are
    left out.
    """
    refuse_duplicates(to_same, ["indicator", "sex", "place"], "differences between places")
    keys, held = (
        ["indicator", "sex", "year"],
        ["value", "scaled", "noise", "poisson", "degrees", "answers", "margin", "basis"],
    )
    own = to_same.loc[to_same["place"] == focus, [*keys, "place", "decimals", *held]]
    rest = to_same.loc[to_same["place"] != focus, [*keys, "place", *held]].rename(columns={"place": "other"})
    pairs = own.merge(rest, on=keys, suffixes=("", "_other"))
    first, second = ({name: pairs[f"{name}{side}"].to_numpy() for name in held} for side in ("", "_other"))
    scaled = first["scaled"] - second["scaled"]
    swing, chance = (np.hypot(first[name], second[name]) for name in ("noise", "poisson"))
    error, degrees = np.maximum(swing, chance), np.fmin(first["degrees"], second["degrees"])
    published = (first["basis"] == Basis.MARGINS) & (second["basis"] == Basis.MARGINS)
    z = np.where(
        published,
        z_of_margins(first["value"], first["margin"], second["value"], second["margin"]),
        z_of_two(first["value"], first["answers"], second["value"], second["answers"]),
    )
    by_noise = np.isfinite(scaled)
    p = np.where(by_noise, 2 * stdtr(degrees, -np.abs(scaled) / error), 2 * ndtr(-np.abs(z)))
    difference = first["value"] - second["value"]
    test = np.where(by_noise, scaled, z)
    verdict = _verdict(p < P_DECIDED, test, first["value"], second["value"], pairs["decimals"].to_numpy())
    verdict = np.where(np.isfinite(p), verdict, str(Compared.UNKNOWN))
    pairs = pairs.assign(other_value=second["value"], difference=difference, verdict=verdict, p=p)
    return pairs[[*keys, "place", "other", "value", "other_value", "difference", "verdict", "p"]]


# The gap between women and men, an indicator of its own.


def sex_differences(women: Panel, men: Panel, edition: int) -> Columns:
    """Women minus men of a register, in the last year that has both; columns as `register_differences`."""
    rows, out = _side_by_side(women, men, edition)

    def poisson(start: int, stop: int) -> np.ndarray:
        return sum((np.nan_to_num(each.poisson_variance(start, stop)) for each in (women, men)), np.zeros(1))

    return _held_against_noise(rows, out, women.gap_to(men), women, poisson, edition, None)


def _side_by_side(women: Panel, men: Panel, edition: int) -> tuple[np.ndarray, Columns]:
    known = np.isfinite(women.value) & np.isfinite(men.value)
    known[:, edition - women.first_year + 1 :] = False
    rows = np.flatnonzero(known.any(1) & women.municipality)
    column = (known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1))[rows]
    return rows, _columns(women, rows, column, men.value[rows, column], np.ones(len(rows)), "M")


# Surveys: published margins, else n_eff of the size class.


def survey_differences(panel: Panel, others: Others, sizes: np.ndarray, edition: int) -> Columns:
    """Each municipality minus the mean of its others in the last year that enough of them took part.

    `sizes` is n_eff of each place, NaN where there is no estimate. A value without n_eff, such as riket's, is taken as
    known. Columns as `register_differences`; `margin` is the municipality's own, published or estimated.
    """
    rows, out = _plain(panel, others, edition)
    column = out["year"] - panel.first_year
    margin = panel.margin[rows, column]
    n = out["n"].astype(float)
    values = others.of(rows, column, panel.value) / 100
    took_part = np.isfinite(values)
    squares = np.where(took_part, others.of(rows, column, panel.margin) ** 2, 0.0)  # NaN where a member has no margin
    other_margin = np.sqrt(squares.sum(1)) / n
    of_members = np.where(took_part, sizes[others.members[rows]], np.nan)
    variance = np.where(np.isfinite(of_members), values * (1 - values) / of_members, 0.0).sum(1) / n**2
    value, other = out["value"], out["other_value"]
    published = np.isfinite(margin) & np.isfinite(other_margin)
    alone = (n == 1) & np.isfinite(of_members).any(1)  # another place with an estimate of its own
    with np.errstate(divide="ignore", invalid="ignore"):
        z = z_of_known(value, other, sizes[rows], variance)
        z = np.where(alone, z_of_two(value, sizes[rows], other, np.nan_to_num(of_members).sum(1)), z)
        z = np.where(published, z_of_margins(value, margin, other, other_margin), z)
    margin = np.where(np.isfinite(margin), margin, estimated_margin(value, sizes[rows]))
    return _held_against_sample(out | {"answers": sizes[rows]}, z, published, margin)


def survey_gaps(women: Panel, men: Panel, sizes: tuple[np.ndarray, np.ndarray], edition: int) -> Columns:
    """Women minus men of a survey; `sizes` of women and of men. `margin` is that of the difference."""
    rows, out = _side_by_side(women, men, edition)
    column = out["year"] - women.first_year
    value, other = out["value"], out["other_value"]
    margins = [panel.margin[rows, column] for panel in (women, men)]
    published = np.isfinite(margins[0]) & np.isfinite(margins[1])
    z = np.where(
        published,
        z_of_margins(value, margins[0], other, margins[1]),
        z_of_two(value, sizes[0][rows], other, sizes[1][rows]),
    )
    known = [
        np.where(np.isfinite(margin), margin, estimated_margin(at, n[rows]))
        for margin, at, n in zip(margins, (value, other), sizes, strict=True)
    ]
    return _held_against_sample(out, z, published, np.hypot(*known))


def _held_against_sample(out: Columns, z: np.ndarray, published: np.ndarray, margin: np.ndarray) -> Columns:
    tested = np.isfinite(z)
    basis = np.where(published, str(Basis.MARGINS), str(Basis.ESTIMATE))
    sides = (out[name] for name in ("value", "other_value", "decimals"))
    verdict = _verdict(np.abs(z) > Z_DECIDED, z, *sides)
    held = {
        "margin": margin,
        "p": np.where(tested, 2 * ndtr(-np.abs(z)), np.nan),
        "basis": np.where(tested, basis, ""),
        "verdict": np.where(tested, verdict, str(Compared.UNKNOWN)),
    }
    return out | held
