"""The page *Indikatorer*: every measure of the figures and priorities, with value, direction, rank and whose it is.

A value, its rank and its class are of one year: where the rank is of an earlier year than the value, the rank's cell
has that year and its value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.charts import fan
from lagesbild.charts.svg import Drawings, drawings
from lagesbild.charts.theme import Frame, breaks_of
from lagesbild.html.components import Cell, Column, DataTable
from lagesbild.html.marks import measure_anchor, page_link, source_anchor, use_anchor
from lagesbild.html.render import rendered
from lagesbild.places import COUNTRY, Places
from lagesbild.rules.comparing import Ranking, comparable, ranking
from lagesbild.rules.directions import movements, place_outlooks
from lagesbild.rules.judgements import COUNTY, GROUP, Judgements
from lagesbild.rules.uses import Use, indicator_pages, indicator_uses
from lagesbild.statistics.differences import Compared
from lagesbild.statistics.direction import Direction, Movement
from lagesbild.statistics.intervals import usable
from lagesbild.statistics.outlook import NoOutlook, Outlook, tried_and_drawn
from lagesbild.swedish.findings import CLASSES_ARE_OURS, EMPTY_CLASS, NO_RANK, QUARTILES, Measure, class_spans
from lagesbild.swedish.numbers import NBSP, OWN_COMPUTATION, SEX, decimal, in_place, listed, period_text, signed
from lagesbild.swedish.verdicts import HOW, METHOD, NO_OUTLOOK, movement_sign, tried_text
from lagesbild.swedish.words import inner
from lagesbild.tidy.schema import yearly_totals

FILE = "indikatorer.html"
NONE, LACKING, GROUPED, UNJUDGED = "–", "Saknas", "Delas upp i grupper", "Inte bedömd"
# What is known of a difference, in the words that the whole report has for it.
KNOWN = {
    Compared.LOWER: "säkert lägre",
    Compared.HIGHER: "säkert högre",
    Compared.WITHIN: "ryms i svängningen",
    Compared.UNKNOWN: "osäkerheten okänd",
}
HERE = {verdict: f"{KNOWN[verdict]} här" for verdict in (Compared.LOWER, Compared.HIGHER)}
ORDER = {True: 1, False: 2, None: 3}  # of directions: better, worse, neither


@dataclass(frozen=True)
class Field:
    """One cell of the list: its text, a smaller line below, where it leads, and what it is sorted by."""

    text: str
    note: str = ""
    links: tuple[tuple[str, str], ...] = ()  # (text, address) instead of the text
    key: str = ""  # "" comes last, whichever way the list is sorted
    tone: str = ""


@dataclass(frozen=True)
class Line:
    """One measure of the list, by the headings of COLUMNS."""

    anchor: str
    fields: tuple[Field, ...]


COLUMNS = (
    ("Mått", "text"),
    ("Senaste värde", ""),
    ("År", "number"),
    ("Riket", ""),
    ("Riktning", "number"),
    ("Plats", "number"),
    ("Utgivare", "text"),
    ("Finns på", "text"),
)  # heading, and how it is sorted; values of different units are not


@dataclass(frozen=True)
class _Known:
    """What is known of one measure in the place."""

    indicator: str
    measure: Measure
    own: pd.Series | None  # the latest value, a tidy row
    differences: pd.DataFrame  # its rows of `Judgements.differences`, by `other`
    ranking: Ranking
    movement: Movement | None
    uses: list[Use]


def indicators_html(
    catalog: Catalog, places: Places, judged: Judgements, data: pd.DataFrame, of: tuple[str, int]
) -> str:
    """The body of the page. `data` are the edition's current rows of whole years; `of` is the municipality and year."""
    place, year = of
    name = places.name(place)
    known = _known(catalog, judged, data, place)
    compared = [each for each in known if each.own is not None and len(each.differences)]
    ranked = [each for each in known if each.ranking.placing]
    tried = place_outlooks(data, catalog, place, year)
    return rendered(
        "pages/indicators.html",
        place=name,
        year=year,
        columns=COLUMNS,
        lines=[_line(each, catalog, places.municipalities) for each in known],
        lacking=sum(each.own is None for each in known),
        municipalities=places.municipalities,
        no_ranks=_no_ranks(catalog, known),
        others=_others_table(catalog, places, place, compared),
        classes=_class_table(ranked) if ranked else None,
        outlooks=list(_ahead(catalog, data, tried, place, name)),
        untried=[(NO_OUTLOOK[why], names) for why, names in _by_reason(catalog, tried).items() if why in NO_OUTLOOK],
        tried=tried_text(*tried_and_drawn(tried), len(tried)),
        method=f"{HOW} {METHOD}",
    )


def _known(catalog: Catalog, judged: Judgements, data: pd.DataFrame, place: str) -> list[_Known]:
    """Every measure of a figure or priority: those with a value first, each by the order of the pages."""
    rows = data[usable(data) & (data["place"] == place) & (data["group"] == "")]
    order = rows["sex"].map({"T": 2, "K": 1, "M": 0})  # everybody, else women, says so
    latest = rows.assign(order=order).sort_values(["order", "year"]).drop_duplicates("indicator", keep="last")
    own = {row["indicator"]: row for _, row in latest.iterrows()}
    at_hand = set(data.loc[(data["place"] == place) & data["value"].notna(), "indicator"])
    uses, moved = indicator_uses(catalog, at_hand), movements(judged.directions, place)
    differences = judged.differences
    differences = differences[(differences["place"] == place) & (differences["sex"] == "T")]
    known = [
        _Known(
            indicator,
            Measure(catalog.indicators[indicator], catalog.unit_of(indicator), catalog.decimals_of(indicator)),
            own.get(indicator),
            differences[differences["indicator"] == indicator].set_index("other"),
            ranking(judged.of("ranks", indicator), indicator, place),
            moved.get(indicator),
            uses.get(indicator, []),
        )
        for indicator in indicator_pages(catalog)
    ]
    return sorted(known, key=lambda each: each.own is None)


# The list.


def _line(known: _Known, catalog: Catalog, municipalities: int) -> Line:
    entry, own = known.measure.indicator, known.own
    page = indicator_pages(catalog)[known.indicator][0]
    name = entry.subject
    first = Field(
        name,
        note="Ersätter ett mått som saknas"
        if any(use.related for use in known.uses)
        else ("Programmets eget mått" if own is None and not known.uses else ""),
        links=((name, f"underlaget.html#{source_anchor(known.indicator)}"),),
        key=name,
    )
    named = [n for n, figure in catalog.figures.items() if known.indicator in (*figure.measure, *figure.dots)]
    uses = known.uses or [Use(page, figure=n) for n in named[:1]]  # not drawn: the figure says why, or draws it too
    places = tuple(_use_link(catalog, use) for use in uses)  # none where another measure has taken its place
    first_of = places[0][0] if places else catalog.pages[page].nav
    where = Field("" if places else NONE, links=places, key=f"{list(catalog.pages).index(page)} {first_of}")
    publisher = catalog.publishers[entry.publisher].name
    last = (Field(publisher, key=publisher), where)
    anchor = measure_anchor(known.indicator)
    if own is None:
        said = GROUPED if known.uses else LACKING
        value = Field(
            said, links=() if known.uses else ((said, f"underlaget.html#{_lacks(catalog, known.indicator)}"),)
        )
        return Line(anchor, (first, value, *[Field(NONE)] * 4, *last))
    period = period_text(entry, int(own["year"]))
    value = Field(_amount(known.measure, own["value"]), note="" if own["sex"] == "T" else SEX[own["sex"]].lower())
    return Line(
        anchor,
        (
            first,
            value,
            Field(period, key=str(own["year"])),
            _country(known),
            _direction(known.movement),
            _place(known, municipalities),
            *last,
        ),
    )


def _amount(measure: Measure, value: float) -> str:
    """A value as a table has it: "12,5 %"."""
    symbol = measure.unit.symbol
    return f"{measure.number(value)}{NBSP}{symbol}" if symbol else measure.number(value)


def _use_link(catalog: Catalog, use: Use) -> tuple[str, str]:
    """A figure or priority with its page, and the address."""
    what = f"Figur {use.figure}" if use.figure else f"Prioritering {use.priority}"
    return f"{what}, {catalog.pages[use.page].nav}", f"{page_link(use.page)}#{use_anchor(use)}"


def _lacks(catalog: Catalog, indicator: str) -> str:
    """The anchor on *Underlaget* that tells how a measure without values is added."""
    figures = [n for n, figure in catalog.figures.items() if indicator in (*figure.measure, *figure.stand_in)]
    return f"figur-{figures[0]}" if figures else source_anchor(indicator)


def _country(known: _Known) -> Field:
    """Riket's value of the same year, and what is known of the difference."""
    if COUNTRY not in known.differences.index:
        return Field(NONE)
    pair, own = known.differences.loc[COUNTRY], known.own
    verdict = HERE.get(pair["verdict"], KNOWN[pair["verdict"]])
    if own is not None and pair["year"] != own["year"]:
        verdict = f"{known.measure.period(pair['year'])}, mot {known.measure.number(pair['value'])} här: {verdict}"
    return Field(_amount(known.measure, pair["other_value"]), verdict)


def _direction(moved: Movement | None) -> Field:
    if moved is None or not moved.judged:
        return Field(UNJUDGED, links=((UNJUDGED, "underlaget.html#riktningar"),))
    sign = movement_sign(moved)
    words = "Ingen säker ändring" if moved.direction is Direction.NO_MOVEMENT else sign.words
    still = moved.direction is Direction.NO_MOVEMENT
    key = 4 if still else ORDER[moved.good] + (0.5 if moved.weak else 0)
    return Field(words, note=f"{moved.span[0]}–{moved.span[1]}", key=f"{key:.1f}", tone=sign.tone)


def _place(known: _Known, municipalities: int) -> Field:
    """The rank with its year where the value is of another, and the class; nothing for what is not ranked."""
    placing = known.ranking.placing
    if placing is None or known.own is None:
        return Field(NONE)
    beside = "" if placing.n == municipalities else " som deltog" if known.measure.indicator.voluntary else " med värde"
    notes = [QUARTILES[placing.quartile].lower()]
    if placing.year != known.own["year"]:
        notes.insert(0, f"{known.measure.period(placing.year)}, då {_amount(known.measure, placing.value)}")
    text = f"{placing.rank} av {placing.n}{beside}"
    return Field(text, note=", ".join(notes), key=f"{placing.rank / placing.n:.4f}")


def _no_ranks(catalog: Catalog, known: list[_Known]) -> list[tuple[str, list[str]]]:
    """Why measures with a value have no place -> their names."""
    counted = {each.indicator for each in known} - set(comparable(catalog, (each.indicator for each in known)))
    reasons: dict[str, list[str]] = {}
    for each in known:
        if each.own is not None and each.ranking.placing is None:
            why = NO_RANK.get(each.ranking.reason, "kommunen har inget värde det år som platserna gäller")
            why = "ett antal jämförs inte mellan kommuner av olika storlek" if each.indicator in counted else why
            reasons.setdefault(f"{why[0].upper()}{why[1:]}", []).append(each.measure.subject)
    return list(reasons.items())


# What else is compared: the region, the similar municipalities, and the classes' limits.


def _others_table(catalog: Catalog, places: Places, place: str, known: list[_Known]) -> DataTable | None:
    """The measures beside riket, region and similar municipalities, each of one year; None without any."""
    county, group = places.county(catalog, place), places.comparison_group(catalog, place)
    others = {COUNTRY: places.name(COUNTRY)} | ({COUNTY: places.name(county)} if county else {})
    others |= {GROUP: "Liknande kommuner"} if group else {}
    rows = tuple(
        (
            Cell(each.measure.subject, (), f"#{measure_anchor(each.indicator)}"),
            _amount(each.measure, each.own["value"]),
            period_text(each.measure.indicator, int(each.own["year"])),
            *(_other(each, other, len(group.members) if group else 0) for other in others),
        )
        for each in known
        if each.own is not None
    )
    headers = ("Mått", places.name(place), "År", *others.values())
    names = [places.name(code) for code in group.members] if group else []
    similar = f" Liknande kommuner är {listed(names)}; värdet är deras medelvärde." if names else ""
    caption = f"{places.name(place)} jämfört med andra samma år.{similar}"
    return DataTable(caption, tuple(Column(header) for header in headers), rows) if rows else None


def _other(known: _Known, other: str, members: int) -> Cell | str:
    if other not in known.differences.index:
        return NONE
    pair, measure = known.differences.loc[other], known.measure
    change = f"{signed(pair['difference'], measure.decimals)} {measure.difference_unit(pair['difference'])}"
    notes = [f"skillnad {change}, {KNOWN[pair['verdict']]}"]
    if known.own is not None and pair["year"] != known.own["year"]:
        notes.insert(0, f"{measure.period(pair['year'])}, mot {measure.number(pair['value'])} här")
    notes += [f"medel av {pair['n']} av {members}"] if other == GROUP and pair["n"] != members else []
    return Cell(_amount(measure, pair["other_value"]), tuple(notes))


def _class_table(known: list[_Known]) -> DataTable:
    """The values of each class, from its first place to its last, in the year of the ranks."""
    body = []
    for each in known:
        spans, placing = class_spans(each.ranking.cuts, each.measure), each.ranking.placing
        cells = [Cell("", quartile=q, chip=spans[q]) if q in spans else EMPTY_CLASS for q in QUARTILES]
        period = each.measure.period(placing.year) if placing else ""
        body.append((Cell(each.measure.subject, (f"{each.measure.unit.text}, {period}",)), *cells))
    caption = f"Klassernas gränser, från bäst till sämst placerade kommun i klassen. {CLASSES_ARE_OURS}"
    return DataTable(caption, tuple(Column(header) for header in ("Mått", *QUARTILES.values())), tuple(body))


# Two years ahead: a drawing and a table of the series where that has worked.


def _by_reason(catalog: Catalog, tried: Mapping[str, Outlook]) -> dict[NoOutlook, list[str]]:
    reasons: dict[NoOutlook, list[str]] = {}
    for indicator, outlook in tried.items():
        reasons.setdefault(outlook.reason, []).append(catalog.indicators[indicator].subject)
    return reasons


@dataclass(frozen=True)
class Ahead:
    """One measure's outlook: a heading, a line below it, both drawings, and a table of what is expected."""

    anchor: str
    heading: str
    subtitle: str
    drawings: Drawings
    source: str
    table: DataTable


def _ahead(
    catalog: Catalog, data: pd.DataFrame, tried: Mapping[str, Outlook], place: str, name: str
) -> Iterator[Ahead]:
    """The outlooks that are drawn, none for most measures."""
    points = yearly_totals(data[data["place"] == place], catalog)
    for indicator, outlook in tried.items():
        path = outlook.path
        if path is None:
            continue
        entry, subject = catalog.indicators[indicator], catalog.indicators[indicator].subject
        measure = Measure(entry, catalog.unit_of(indicator), catalog.decimals_of(indicator))
        past = points[(points["indicator"] == indicator) & (points["year"] < path["year"].min())]
        past = past.sort_values("year").tail(outlook.years)
        same = {column: past[column].iloc[-1] for column in ("indicator", "place", "month", "sex", "group", "vintage")}
        rows = pd.concat([past, path.assign(**same, status="")], ignore_index=True)
        words = {"label": entry.label, "unit": measure.unit.text, "decimals": measure.decimals, "mark": "line"}
        rows = rows.assign(name=name, role="focus", **words)
        first, last, end = past.iloc[0], past.iloc[-1], path.iloc[-1]
        named, ends = inner(subject), _span(end, 80, measure.decimals)
        alternative = (
            f"Linje över tid, med en solfjäder för två år framåt: {named}, {name}. {int(first.year)}: "
            f"{measure.number(first.value)}, {int(last.year)}: {measure.number(last.value)}. Väntat {int(end.year)}: "
            f"{measure.number(end.value)}, i 80 av 100 utfall {ends}."
        )
        frame, anchor = Frame(breaks=breaks_of({indicator: measure}, rows)), f"utblick-{indicator.replace('_', '-')}"
        body = [
            (str(int(row.year)), _amount(measure, row.value), *(_span(row, at, measure.decimals) for at in (80, 95)))
            for row in path.itertuples()
        ]
        headers = ("År", "Väntat värde", "80 av 100 utfall", "95 av 100 utfall")
        yield Ahead(
            anchor,
            f"{subject} väntas bli {measure.amount(end.value)} {int(end.year)}",
            f"Om serien går som hittills. {name}, publicerat till {int(last.year)}.",
            drawings(fan, rows, frame, anchor, alternative),
            f"Källa: {OWN_COMPUTATION} av uppgifter från {catalog.publishers[entry.publisher].name}.",
            DataTable(f"{subject}: väntade värden {in_place(name)}.", tuple(map(Column, headers)), tuple(body)),
        )


def _span(row: Any, level: int, decimals: int) -> str:
    return " till ".join(decimal(getattr(row, f"{end}{level}"), decimals) for end in ("low", "high"))
