"""Headings by rule: what the rows of a figure say of order, change or comparison, in at most 90 characters.

A stored judgement is used only where the rows hold the values that it is about, unchanged; else a heading says measure,
value, place and year. A heading never says why. The present tense is for a value of the edition's year or the year
before.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import pandas as pd

from lagesbild.places import COUNTRY
from lagesbild.rules.judgements import Judgements
from lagesbild.statistics.differences import Compared
from lagesbild.statistics.direction import Direction
from lagesbild.statistics.panel import SEX_GAP
from lagesbild.statistics.ranks import NoRank
from lagesbild.statistics.surveys import Z_DECIDED
from lagesbild.swedish.findings import Measure, group_names
from lagesbild.swedish.numbers import MONTHS, SEX, in_place, listed
from lagesbild.swedish.words import (
    FEWEST_CASES,
    Standing,
    among_words,
    capital,
    order_words,
    persons_words,
    relative_words,
    share_words,
    times_words,
)
from lagesbild.tidy.rows import records

MOST = 90  # characters
PRESENT = 1  # years before the edition's that are told in the present tense
FEW_GROUPS = 3  # that a heading names one by one
WHOLE = (99.0, 101.0)  # percent that parts of one whole add up to, as they are rounded

Row = dict[str, Any]
ASKED = {"indicator", "place", "name", "role", "year", "sex", "group", "value", "count", "margin", "cases"}


class Weight(IntEnum):
    """How much a heading says: of several measures, the weightiest gives the figure its own."""

    VALUE = 0
    SHARE = 1
    BESIDE = 2
    FINDING = 3  # order, change or comparison, as the rules carry them


def figure_heading(measures: Mapping[str, Measure], rows: pd.DataFrame, judged: Judgements | None, edition: int) -> str:
    """The heading of a figure of several measures or one; empty where `rows` hold no value.

    `rows` are chart rows, with `cases` where the cases behind a rate are known; `judged` is None where their values are
    not the published ones.
    """
    known = _known(rows)
    series = [(measure, [row for row in known if row["indicator"] == name]) for name, measure in measures.items()]
    series = [(measure, own) for measure, own in series if own]
    if parts := _parts(series):
        largest, own = max(parts, key=lambda part: part[1][-1]["value"])
        return _Said(largest, own, judged, edition).share() or _fitting(_Said(largest, own, None, edition).value())
    if len(series) > 2 and len({each.indicator.unit for each, _ in series}) == 1 and series[0][0].unit.counted:
        return _largest(series, edition)
    said = [_weighed(measure, own, judged, edition) for measure, own in series]
    first = next((each for each in said if each[0] is Weight.FINDING), said[0] if said else (Weight.VALUE, ""))
    return first[1]


def measure_heading(measure: Measure, rows: pd.DataFrame, judged: Judgements | None, edition: int) -> str:
    """The heading of one measure; `rows` are chart rows of it alone."""
    known = _known(rows)
    return _weighed(measure, known, judged, edition)[1] if known else ""


def _known(rows: pd.DataFrame) -> list[Row]:
    """The rows that have a value, with what is asked of them."""
    return [row for row in records(rows, ASKED) if not math.isnan(row["value"])]


def _parts(series: list[tuple[Measure, list[Row]]]) -> list[tuple[Measure, list[Row]]]:
    """The measures and their rows up to the last year where several are parts of one whole; else none."""
    if len(series) < 2 or any(each.indicator.unit != "percent" for each, _ in series):
        return []
    own = [(measure, _own(rows)) for measure, rows in series]
    years = set.intersection(*({row["year"] for row in rows} for _, rows in own))
    if not years:
        return []
    until = [(measure, [row for row in rows if row["year"] <= max(years)]) for measure, rows in own]
    whole = sum(rows[-1]["value"] for _, rows in until)
    return until if WHOLE[0] <= whole <= WHOLE[1] else []


def _largest(series: list[tuple[Measure, list[Row]]], edition: int) -> str:
    """The largest of several numbers of the same things, in the last year that any of them has."""
    year = max(_own(rows)[-1]["year"] for _, rows in series)
    of_year = [(each, [row for row in rows if row["year"] == year]) for each, rows in series]
    said = max(
        (_Said(each, rows, None, edition) for each, rows in of_year if rows), key=lambda each: each.last["value"]
    )
    start = f"{said.subject} {said.verb} {'störst' if not said.measure.indicator.plural else 'flest'}"
    amount = said.measure.amount(said.last["value"])
    return _fitting([f"{start}: {amount}{said.where} {said.time}", f"{start}: {amount} {said.time}"])


def _totals(rows: list[Row]) -> list[Row]:
    """The rows of everybody; where all rows are of one sex, those. As `findings.totals`."""
    whole = [row for row in rows if not row["group"]]
    return whole if len({row["sex"] for row in whole}) == 1 else [row for row in whole if row["sex"] == "T"]


def _own(rows: list[Row]) -> list[Row]:
    """The municipality's rows of everybody by year, else the country's, else those of the first place."""
    rows = _totals(rows) or [row for row in rows if row["sex"] == rows[0]["sex"]]  # those of everybody may be hidden
    of_role = ([row for row in rows if row["role"] == role] for role in ("focus", "country"))
    own = next(filter(None, of_role), None) or [row for row in rows if row["place"] == rows[0]["place"]]
    return sorted(own, key=lambda row: row["year"])


def _weighed(measure: Measure, rows: list[Row], judged: Judgements | None, edition: int) -> tuple[Weight, str]:
    """The weightiest heading of one measure, with its weight."""
    if any(row["group"] for row in rows):
        return Weight.VALUE, _fitting(_groups(measure, rows, edition))
    said = _Said(measure, rows, judged, edition)
    tries: list[tuple[Weight, Callable[[], str]]] = [
        (Weight.FINDING, said.gap),
        (Weight.FINDING, said.order),
        (Weight.FINDING, said.comparison),
        (Weight.FINDING, said.change),
        (Weight.FINDING, said.survey_change),
        (Weight.BESIDE, said.beside),
        (Weight.SHARE, said.share),
    ]
    for weight, heading in tries:
        if text := heading():
            return weight, text
    return Weight.VALUE, _fitting(said.value())


def _fitting(candidates: Iterable[str]) -> str:
    """The first of `candidates`, fullest first, that is short enough; else the last one, cut at a word."""
    text = ""
    for text in candidates:
        if len(text) <= MOST:
            return text
    return text[: MOST + 1].rpartition(" ")[0]


@dataclass
class _Said:
    """What can be said of one measure's rows, at least one: each method gives a heading, or nothing.

    `own` and `last` are picked once: every sentence asks for them, and picking is what takes time.
    """

    measure: Measure
    rows: list[Row]
    judged: Judgements | None
    edition: int
    own: list[Row] = field(init=False)  # the rows that are spoken of, by year
    last: Row = field(init=False)
    found: dict[str, list[Row]] = field(init=False, default_factory=dict)  # see `judgement`

    def __post_init__(self) -> None:
        self.own = _own(self.rows)
        self.last = self.own[-1]

    @property
    def now(self) -> bool:
        return bool(self.last["year"] >= self.edition - PRESENT)

    @property
    def subject(self) -> str:
        """The measure as a heading names it, and of which sex where the rows are of one."""
        name = self.measure.subject
        sex = self.last["sex"]
        return name if sex == "T" else f"{name} bland {SEX[sex].lower()}"

    @property
    def verb(self) -> str:
        return "är" if self.now else "var"

    @property
    def time(self) -> str:
        """The time of the last value: "2022", "2021–2022"; the month only where the subject does not name it."""
        year, month = int(self.last["year"]), self.measure.indicator.month
        return str(year) if month and MONTHS[month - 1] in self.subject else self.measure.period(year)

    @property
    def when(self) -> str:
        """The time, which the past tense needs: " 2022"."""
        return "" if self.now else f" {self.time}"

    @property
    def where(self) -> str:
        return f" {in_place(self.last['name'])}"

    def judgement(self, frame: str, **at: object) -> Row | None:
        """The row of a frame of judgements that is about the rows' place, sex and last value; None where none is."""
        if self.judged is None or self.last["role"] != "focus" or self.last["group"]:
            return None
        if frame not in self.found:
            self.found[frame] = self.judged.records(frame, self.last["indicator"], self.last["place"])
        keys = {"sex": self.last["sex"]} | at
        return next((row for row in self.found[frame] if all(row[name] == keys[name] for name in keys)), None)

    def holds(self, row: Row) -> bool:
        """Whether the value and year of a judgement are the last ones of the rows."""
        return row["year"] == self.last["year"] and _same(row["value"], self.last["value"])

    # Order, comparison and change: what the rules carry.

    def order(self) -> str:
        """ "fjärde lägst bland landets kommuner 2022", where the difference to riket is decided the same way."""
        row = self.judgement("ranks")
        if self.judged is None or row is None or row["reason"] != NoRank.NONE or not self.holds(row):
            return ""
        to_country = self.judgement("differences", other=COUNTRY)
        if to_country is None or not self.holds(to_country):
            return ""
        ranks = self.judged.of("ranks", row["indicator"])
        alike = ranks["sex"][(ranks["year"] == row["year"]) & (ranks["rank"] == row["rank"])]
        ties = int((alike == row["sex"]).sum())
        entry = self.measure.indicator
        words = order_words(Standing(int(row["rank"]), int(row["n"]), entry.better, ties))
        sure = Compared.LOWER if words.endswith("lägst") else Compared.HIGHER
        if not words or to_country["verdict"] != sure:
            return ""
        start, year = f"{self.subject} {self.verb} {words}", self.time
        among = among_words(int(row["n"]), entry)
        return _fitting([f"{start} {among} {year}", f"{start} {among.partition(' kommuner')[0]} kommuner {year}"])

    def comparison(self) -> str:
        """The decided difference to riket, where the rows hold riket's value of the same year."""
        row = self.judgement("differences", other=COUNTRY)
        if row is None or row["verdict"] not in (Compared.LOWER, Compared.HIGHER) or not self.holds(row):
            return ""
        country = self.beside_row(only_country=True)
        if country is None or not _same(row["other_value"], country["value"]):
            return ""
        return _fitting([*self.relative(row), *self.compared(row, "i riket", self.where)])

    def relative(self, row: Row) -> Iterator[str]:
        """ "Drygt en tredjedel färre anmälda brott per invånare än i riket": rates of known cases only."""
        cases = self.last.get("cases")
        if cases is None or pd.isna(cases):  # the mean of the window: both places' cases together make `poisson`
            cases = 1 / row["poisson"] ** 2 if row["poisson"] > 0 else 0
        per = re.fullmatch(r"per [\d\s]+ (.+)", self.measure.unit.text)
        if cases < FEWEST_CASES or not per or not self.measure.unit.per:
            return
        base, counted = f"per {per[1]}", self.subject.removeprefix("Antalet ")
        if counted == self.subject:
            words = relative_words(row["value"], row["other_value"], *self.lower_higher)
            if words:
                yield f"{self.subject} {self.verb} {words} {base} än i riket{self.when}"
        elif times := times_words(row["value"], row["other_value"]):
            yield f"{capital(times)} så många {counted} {base} som i riket{self.when}"
        elif words := relative_words(row["value"], row["other_value"]):
            yield f"{capital(words)} {counted} {base} än i riket{self.when}"

    @property
    def lower_higher(self) -> tuple[str, str]:
        return ("färre", "fler") if self.measure.indicator.plural else ("lägre", "högre")

    def compared(self, row: Row, than: str, where: str, keep: bool = False) -> Iterator[str]:
        """A decided difference with both values, then without what a long name leaves no room for.

        With `keep` the `where` stays, and the values go.
        """
        word = self.lower_higher[row["verdict"] == Compared.HIGHER]
        values = f": {self.measure.number(row['value'])} mot {self.measure.amount(row['other_value'])}"
        for place, tail in ((where, values), *(() if keep else (("", values),)), (where, ""), ("", "")):
            yield f"{self.subject} {self.verb} {word}{place} än {than}{self.when}{tail}"

    def change(self) -> str:
        """What the direction rule says, where the rows hold every year of its window."""
        row = self.judgement("directions")
        if row is None or row["weak"] or row["last_year"] != self.last["year"]:
            return ""
        first, last = int(row["first_year"]), int(row["last_year"])
        series = {row["year"]: row["value"] for row in reversed(self.own)}  # the first of two
        if not set(range(first, last + 1)) <= series.keys():
            return ""
        years = f"{first}–{last}"
        if row["direction"] == Direction.TURNED:
            verb = "har vänt" if self.now else "vände"
            value = f", senast {self.measure.amount(series[last])}"
            start = f"{self.subject} {verb}"
            return _fitting([f"{start}{self.where} {years}{value}", f"{start} {years}{value}", f"{start} {years}"])
        verbs = {Direction.DECREASED: ("har minskat", "minskade"), Direction.INCREASED: ("har ökat", "ökade")}
        rose = series[last] > series[first]
        if row["direction"] not in verbs or rose != (row["direction"] == Direction.INCREASED):
            return ""  # no direction, or the rows' own values say otherwise
        start = f"{self.subject} {verbs[row['direction']][not self.now]}"
        values = f"från {self.measure.number(series[first])} till {self.measure.amount(series[last])}"
        return _fitting(f"{start}{tail} {years}" for tail in (f"{self.where} {values}", f" {values}", self.where, ""))

    def survey_change(self) -> str:
        """A change between two times of a survey that is surely another than the one that all places share."""
        row = self.judgement("changes")
        if row is None or row["last_year"] != self.last["year"] or not _same(row["last"], self.last["value"]):
            return ""
        first = next((own["value"] for own in self.own if own["year"] == row["first_year"]), None)
        more = row["z"] * (row["last"] - row["first"]) > 0  # it moved its own way, and not only less than others
        if first is None or not _same(first, row["first"]) or abs(row["z"]) <= Z_DECIDED or not more:
            return ""
        verb = ("har ökat", "ökade") if row["z"] > 0 else ("har minskat", "minskade")
        start = f"{self.subject} {verb[not self.now]} mer än i andra kommuner"
        years = f"{row['first_year']}–{self.measure.period(row['last_year'])[-4:]}"
        values = f": från {self.measure.number(row['first'])} till {self.measure.amount(row['last'])}"
        return _fitting([f"{start} {years}{values}", f"{start} {years}"])

    def gap(self) -> str:
        """Women beside men, where the rows hold both: the decided gap, else the two values; else nothing."""
        own = [row for row in self.rows if row["role"] == "focus"]
        women, men = ({row["year"]: row["value"] for row in reversed(own) if row["sex"] == sex} for sex in "KM")
        year = max(women.keys() & men.keys(), default=None)
        if year is None or year < max(row["year"] for row in own):
            return ""
        of_women = [{**row, "sex": "T"} for row in own if row["sex"] == "K"]
        said = _Said(self.measure, of_women, self.judged, self.edition)
        row, hers, his = said.judgement("differences", sex=SEX_GAP), women[year], men[year]
        same = row is not None and row["year"] == year and _same(row["value"], hers)
        if row is not None and same and _same(row["other_value"], his) and row["verdict"] in ("lower", "higher"):
            return _fitting(said.compared(row, "bland män", " bland kvinnor", keep=True))
        amounts = f"{self.measure.amount(hers)} bland kvinnor", f"{self.measure.number(his)} bland män"
        start = f"{said.subject} {said.verb}"
        return _fitting(
            [
                f"{start} {amounts[0]} och {amounts[1]}{said.where}{said.when}",
                f"{start} {amounts[0]} och {amounts[1]}{said.when}",
                f"{said.subject}: {amounts[0]}, {amounts[1]}{said.when}",
                f"{said.subject}: kvinnor {self.measure.number(hers)}, män {self.measure.number(his)}{said.when}",
            ]
        )

    # Values: beside another place's, as a share in words, alone.

    def beside_row(self, only_country: bool = False) -> Row | None:
        """Riket's row of the last year, else the one other place's; None without one."""
        of_year = [row for row in _totals(self.rows) if row["year"] == self.last["year"]]
        others = [row for row in of_year if row["place"] != self.last["place"]]
        alone = others[0] if len(others) == 1 and not only_country else None
        return next((row for row in others if row["role"] == "country"), alone)

    def beside(self) -> str:
        """ "Arbetslösheten är 3,0 procent i Umeå och 5,4 i riket": two values side by side."""
        other = self.beside_row()
        if other is None:
            return ""
        value, its = self.measure.amount(self.last["value"]), self.measure.number(other["value"])
        there, start = in_place(other["name"]), f"{self.subject} {self.verb}"
        bare = self.measure.number(self.last["value"])
        return _fitting(
            [
                f"{start} {value}{self.where} och {its} {there}{self.when}",
                f"{start} {value}, {its} {there}{self.when}",
                f"{self.subject}: {bare}{self.where} och {its} {there}{self.when}",
                f"{self.subject}: {bare}, {its} {there}{self.when}",
            ]
        )

    def share(self) -> str:
        """ "Knappt hälften av bostäderna är hyresrätter", for a share of which the catalogue has the clause."""
        clause, survey = self.measure.indicator.clause, self.measure.indicator.kind == "survey"
        if not clause or self.last["sex"] != "T" or self.measure.indicator.unit != "percent":
            return ""
        row = self.judgement("differences", other=COUNTRY)
        published = [self.last.get("margin"), row["margin"] if row is not None and self.holds(row) else None]
        margin = next((float(each) for each in published if survey and each is not None and pd.notna(each)), None)
        words = share_words(self.last["value"], margin, of_ten=not clause.startswith("av "))
        if not words:
            return ""
        asked = "av dem som svarade " if survey else ""
        verbs = re.sub(r"\{(.+?)/(.+?)\}", r"\1" if self.now else r"\2", clause)
        start = capital(f"{words} {asked}{verbs}")
        texts = [f"{start}{self.where}{self.when}"] if self.last["role"] != "focus" else []
        return next((text for text in (*texts, f"{start}{self.when}") if len(text) <= MOST), "")

    def value(self) -> Iterator[str]:
        """Measure, value, place and year; the persons too, where their number is known."""
        amount, year = self.measure.amount(self.last["value"]), self.time
        start, count = f"{self.subject} {self.verb} {amount}", self.last.get("count")
        if self.measure.indicator.unit == "percent" and count is not None and pd.notna(count):
            yield f"{start}, {persons_words(count)},{self.where} {year}"
        yield f"{start}{self.where} {year}"
        yield f"{start} {year}"
        yield f"{self.subject}: {self.measure.number(self.last['value'])} {year}"


def _same(value: float, other: float) -> bool:
    return math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-9)


def _groups(measure: Measure, rows: list[Row], edition: int) -> Iterator[str]:
    """The last year's groups by name where they are few, else the lowest and the highest value."""
    grouped = [row for row in rows if row["group"]]
    own = [row for row in grouped if row["role"] == "focus"] or grouped
    year = max(row["year"] for row in own)
    latest = [row for row in own if row["year"] == year]
    shown = [row for row in latest if row["sex"] == "T"] or latest
    said = _Said(measure, [{**row, "role": "focus", "sex": "T", "group": ""} for row in latest], None, edition)
    start, when = f"{said.subject} {said.verb}", f" {measure.period(year)}"
    names, values = group_names((row["group"], row["sex"]) for row in shown), [row["value"] for row in shown]
    if len(shown) <= FEW_GROUPS:
        first, *others = zip(names, values, strict=True)
        each = [f"{measure.amount(first[1])} ({first[0]})", *(f"{measure.number(v)} ({name})" for name, v in others)]
        yield f"{start} {listed(each)}{when}"
    low, high = min(values), max(values)
    bottom, top = (names[values.index(value)] for value in (low, high))
    yield f"{start} från {measure.number(low)} ({bottom}) till {measure.amount(high)} ({top}){when}"
    yield f"{start} mellan {measure.number(low)} och {measure.amount(high)}{when}"
    yield f"{said.subject}: {measure.number(low)} till {measure.number(high)}{when}"
