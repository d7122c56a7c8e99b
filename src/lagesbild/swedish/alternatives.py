"""Alternative texts by a formula: what a drawing shows to a reader who does not see it, in 100 to 250 characters.

Kind and what is compared; then, of one time, highest, lowest and where the municipality lies; of several times, its
first and last value, where it turned, and who lies highest and lowest at the end. The heading is never said again: the
whole data stands in the table under the figure.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from lagesbild.catalog.models import Better
from lagesbild.swedish.findings import Measure, group_names, places_text, subjects_text, totals
from lagesbild.swedish.numbers import inside, period_text, years_text
from lagesbild.swedish.words import count_words, inner
from lagesbild.tidy.schema import breaks_in

SHORTEST, LONGEST = 100, 250  # characters
TABLE = ("Alla värden finns i tabellen under figuren.", "Där står också hur måttet räknas.")
BETTER: Mapping[Better, str] = {"lower": "Lägre är bättre.", "higher": "Högre är bättre.", "neither": ""}

Amount = Callable[[float], str]  # a value with its unit, or without


@dataclass(frozen=True)
class Written:
    """How values are written: a number, and the unit that is said once a sentence."""

    number: Amount
    unit: str = ""

    def amount(self, value: float) -> str:
        return f"{self.number(value)} {self.unit}".strip()


def fitted(sentences: Iterable[str], rest: Iterable[str] = ()) -> str:
    """The first sentence and those after it that there is room for; what is too short gets `rest` and the table.

    A first sentence that is longer than an alternative text is cut at a word.
    """
    first, *others = [sentence for sentence in sentences if sentence]
    text = first if len(first) <= LONGEST else f"{first[: LONGEST - 1].rpartition(' ')[0].rstrip(',;:')}…"
    for sentence in others:
        if len(text) + 1 + len(sentence) <= LONGEST:
            text += f" {sentence}"
    for sentence in (*rest, *TABLE):
        if len(text) < SHORTEST and sentence:
            text += f" {sentence}"
    return text


def ordered_text(
    head: str, values: Mapping[str, float], written: Written, own: str = "", more: Iterable[str] = ()
) -> str:
    """The text of values of one time by place or group: highest and lowest, and the place of `own` among them.

    `head` says the kind and what is compared; `more` are sentences to add where there is room.
    """
    return fitted([head, *_order(values, written, own), *more], [_count(len(values))])


def changes_text(
    head: str, series: Mapping[str, Mapping[int, float]], written: Written, own: str = "", more: Iterable[str] = ()
) -> str:
    """The text of series by place: the first, last and turning value of `own` or the first one, and the ends' order.

    `series`: name -> year -> value, of the years that have one.
    """
    name = own if own in series else next(iter(series))
    year = max(series[name])
    then = {each: values[year] for each, values in series.items() if year in values}
    ends = [f"{year} {inner(text)}" for text in _order(then, replace(written, unit=""), "")]
    return fitted([head, _course(name, series[name], written), *(ends if len(then) > 1 else []), *more])


def alternative_text(kind: str, measures: Mapping[str, Measure], rows: pd.DataFrame, better: Better = "neither") -> str:
    """The text of a figure: `kind` is what the chart is called, or how an analyst describes a drawing of his own.

    `rows` are the chart rows drawn; `better` is the better side of the measure, where all have the same.
    """
    known = rows[rows["value"].notna()]
    named = {name: measure for name, measure in measures.items() if name in set(known["indicator"])}
    if not named:
        return fitted([f"{kind.removesuffix('.')}."])
    first = next(iter(named.values()))
    head = _head(kind, named, known)
    own = _own_name(known)
    rest = [BETTER[better]]
    if (known["group"] != "").any():
        return _groups(head, first, known, rest)
    if set(known["sex"]) >= {"K", "M"}:
        return _sexes(head, first, known, own, rest)
    known = _unbroken(totals(known), named)
    if len(named) > 1:
        return fitted([head, *_measures(named, known, own)], [*rest, _count(len(known))])
    if known["year"].nunique() > 1:
        series = {str(name): _by_year(of.sort_values("year")) for name, of in known.groupby("name", sort=False)}
        return changes_text(head, series, _written(first), own, rest)
    values = dict(zip(known["name"], known["value"], strict=False))
    return ordered_text(head, values, _written(first), own, rest)


def _by_year(rows: pd.DataFrame) -> dict[int, float]:
    return dict(zip(rows["year"].tolist(), rows["value"].tolist(), strict=True))


def _unbroken(rows: pd.DataFrame, measures: Mapping[str, Measure]) -> pd.DataFrame:
    """The rows of each measure since its last break: nothing is told across one."""
    frames = []
    for name, measure in measures.items():
        of = rows[rows["indicator"] == name]
        cut = max((each.year for each in breaks_in(measure.indicator, of) if each.year <= of["year"].max()), default=0)
        frames.append(of[of["year"] >= cut])
    return pd.concat(frames)


def _head(kind: str, measures: Mapping[str, Measure], rows: pd.DataFrame) -> str:
    """Kind, measures, places and years: what is compared. Long lists become numbers."""
    kind = kind.strip().removesuffix(".")
    labels = inner(subjects_text(measures))
    several = f"{count_words(len(measures))} mått" if len(measures) > 1 else labels
    first = next(iter(measures.values())).indicator
    years = period_text(first, int(rows["year"].iloc[0])) if rows["year"].nunique() == 1 else years_text(rows["year"])
    for what in (labels, several):
        text = f"{kind}: {what}, {places_text(rows)}, {years}."
        if len(text) <= LONGEST // 2 + 25:
            return text
    return f"{kind}." if len(text) > LONGEST else text


def _own_name(rows: pd.DataFrame) -> str:
    """The municipality's name where it is drawn."""
    return next(iter(rows.loc[rows["role"] == "focus", "name"]), "")


def _count(n: int) -> str:
    return f"Visar {'ett värde' if n == 1 else f'{n} värden'}."


def _order(values: Mapping[str, float], written: Written, own: str) -> list[str]:
    """Highest and lowest of several, and where `own` lies between them."""
    if len(values) < 2:
        return [f"{name}: {written.amount(value)}." for name, value in values.items()]
    ordered = sorted(values, key=lambda name: -values[name])
    high, low = ordered[0], ordered[-1]
    texts = [
        f"Högst {inside(high)}, {written.amount(values[high])}, lägst {inside(low)}, {written.number(values[low])}."
    ]
    if own in values and own not in (high, low):
        at = sum(value > values[own] for value in values.values()) + 1
        texts.append(f"{own} ligger på plats {at} av {len(values)} uppifrån, {written.number(values[own])}.")
    return texts


def _course(name: str, values: Mapping[int, float], written: Written) -> str:
    """First and last value of one series, and the year it turned where that lies beyond both."""
    years = sorted(values)
    first, last = years[0], years[-1]
    if len(years) < 2:
        return f"{name}: {written.amount(values[first])} ({first})."
    number = {year: written.number(value) for year, value in values.items()}
    text = f"{name}: från {number[first]} ({first}) till {number[last]} ({last}) {written.unit}".strip()
    top, bottom = (pick(years, key=values.__getitem__) for pick in (max, min))
    above, below = values[top] - max(values[first], values[last]), min(values[first], values[last]) - values[bottom]
    word, year = ("högst", top) if above >= below else ("lägst", bottom)
    turned = max(above, below) > 0 and number[year] not in (number[first], number[last])
    return f"{text}, {word} {number[year]} ({year})." if turned else f"{text}."


def _measures(measures: Mapping[str, Measure], rows: pd.DataFrame, own: str) -> list[str]:
    """A sentence a measure: its course where it has several years, else the own place's value and the others' ends."""
    texts = []
    for indicator, measure in measures.items():
        of, label = rows[rows["indicator"] == indicator].sort_values("year"), measure.indicator.label
        name = own if own in set(of["name"]) else str(of["name"].iloc[0])
        mine = of[of["name"] == name]
        if mine["year"].nunique() > 1:
            texts.append(_course(label, _by_year(mine), _written(measure)))
            continue
        last = of[of["year"] == mine["year"].iloc[-1]].drop_duplicates("name").set_index("name")["value"]
        ends = {"högst": str(last.idxmax()), "lägst": str(last.idxmin())} if len(last) > 1 else {}
        others = [f"{word} {inside(at)}, {measure.number(last[at])}" for word, at in ends.items() if at != name]
        texts.append("; ".join([f"{label}: {inside(name)} {measure.amount(last[name])}", *others]) + ".")
    return texts


def _written(measure: Measure) -> Written:
    return Written(measure.number, measure.unit.text)


def _groups(head: str, measure: Measure, rows: pd.DataFrame, rest: list[str]) -> str:
    """The last year's groups: highest and lowest, and how the first of them began."""
    own = rows[rows["group"] != ""]
    own = own[own["role"] == "focus"] if (own["role"] == "focus").any() else own
    last = own[own["year"] == own["year"].max()]
    last = last[last["sex"] == "T"] if (last["sex"] == "T").any() else last
    names = group_names(zip(last["group"], last["sex"], strict=True))
    values = dict(zip(names, last["value"], strict=True))
    texts = _order(values, _written(measure), "")
    begun = []
    if own["year"].nunique() > 1:
        top = last.loc[last["value"].idxmax()]
        of = own[(own["group"] == top["group"]) & (own["sex"] == top["sex"])]
        series = {int(row.year): float(row.value) for row in of.sort_values("year").itertuples()}
        begun = [_course(str(top["group"]), series, _written(measure))] if len(series) > 1 else []
    return fitted([head, *texts, *begun, *rest], [_count(len(rows))])


def _sexes(head: str, measure: Measure, rows: pd.DataFrame, own: str, rest: list[str]) -> str:
    """Women and men in the municipality, and in which place they are furthest from and nearest to each other."""
    year = rows.loc[rows["name"] == own, "year"].max() if own else rows["year"].max()
    of_year = rows[(rows["year"] == year) & rows["sex"].isin(["K", "M"])].drop_duplicates(["name", "sex"])
    pairs = of_year.pivot(index="name", columns="sex", values="value").reindex(columns=["K", "M"]).dropna()
    if pairs.empty:
        return fitted([head, *rest], [_count(len(rows))])
    name = own if own in pairs.index else str(pairs.index[0])
    texts = [f"{name}: kvinnor {measure.number(pairs['K'][name])}, män {measure.amount(pairs['M'][name])}."]
    apart = (pairs["K"] - pairs["M"]).abs()
    if len(pairs) > 1:
        far, near = str(apart.idxmax()), str(apart.idxmin())
        values = f"kvinnor {measure.number(pairs['K'][far])}, män {measure.number(pairs['M'][far])}"
        texts.append(f"Störst skillnad: {inside(far)}, {values}. Minst: {inside(near)}.")
    return fitted([head, *texts, *rest], [_count(len(rows))])
