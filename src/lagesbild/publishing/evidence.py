"""What the page *Metod* shows of an edition: a worked example, what survey answers are worth, measured error rates."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.html.components import Column, DataTable
from lagesbild.paths import Paths
from lagesbild.places import Places
from lagesbild.rules.judgements import POPULATION, Judgements, series_context
from lagesbild.rules.uses import indicator_pages, indicator_uses
from lagesbild.statistics.differences import P_DECIDED
from lagesbild.statistics.direction import P_MOVED, Direction, Method, Movement, movement, slope_test
from lagesbild.statistics.noise import MOST, Judged, design, judged_windows, noise_variance
from lagesbild.statistics.panel import Panel, panels, populations, printed
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.numbers import NBSP, SEX, decimal, listed, signed
from lagesbild.swedish.verdicts import movement_sign, p_text
from lagesbild.tidy.schema import yearly

# The example: one movement of the place, worked out from its values, so that a reader can follow the arithmetic.


def worked_example(
    judged: Judgements, rows: pd.DataFrame, catalog: Catalog, places: Places, place: str, year: int
) -> dict[str, object]:
    """The surest arrow of the place, else the still measure with the smallest p, step by step; empty without any.

    `rows` are current rows up to the edition's `year`.
    """
    known = judged.directions
    own = known[(known["place"] == place) & (known["sex"] == "T") & (known["method"] == Method.POOL)]
    own = own[own["p_adjusted"].notna()].sort_values("p")  # of measures that some page shows
    arrows = own[own["direction"].isin([Direction.INCREASED, Direction.DECREASED])]
    still = own[own["direction"] == Direction.NO_MOVEMENT]
    chosen = next((one.iloc[0] for one in (arrows[~arrows["weak"].astype(bool)], arrows, still) if len(one)), None)
    if chosen is None:
        return {}
    indicator = str(chosen["indicator"])
    panel, window, n = _window(rows, catalog, places, indicator, place, year)
    measure = Measure(catalog.indicators[indicator], catalog.unit_of(indicator), catalog.decimals_of(indicator))
    at_hand = set(rows.loc[(rows["place"] == place) & rows["value"].notna(), "indicator"])
    figures = [use.figure for use in indicator_uses(catalog, at_hand).get(indicator, []) if use.figure]
    return _steps(panel, window, n, movement(chosen), measure) | {"figure": figures[0] if figures else ""}


def _window(
    rows: pd.DataFrame, catalog: Catalog, places: Places, indicator: str, place: str, year: int
) -> tuple[Panel, Judged, int]:
    """The measure in all places, the place's window with its noise, and the place's row."""
    rows = rows[rows["indicator"].isin([indicator, POPULATION]) & (rows["year"] <= year)]
    rows = yearly(rows, catalog)
    known = {code: kind == "K" for code, kind in places.kinds.items()}
    of = populations(rows[rows["indicator"] == POPULATION], known, range(int(rows["year"].min()), year + 1))
    every = panels(rows, {indicator: series_context(catalog, indicator)}, of)
    panel = next(own for _, sex, own in every if sex == "T")
    n = list(of.places).index(place)
    window = next(judged_windows(panel.signals, year - panel.first_year, np.arange(len(of.places)) == n))
    return panel, window, n


def _steps(panel: Panel, window: Judged, n: int, moved: Movement, measure: Measure) -> dict[str, object]:
    start, stop, pool, y = window.start, window.stop, window.pool, window.y[0]
    shape, years = design(stop - start), range(start + panel.first_year, stop + panel.first_year)
    second = (y[:-2] + y[2:]) / 2 - y[1:-1]
    own = float(noise_variance(window.y)[0])
    size = panel.log_population[[n], stop - 1]
    prior, floor = float(pool.prior(size)[0]), float(panel.poisson_variance(start, stop)[n])
    s = float(np.sqrt(np.fmax(window.variance[0], floor)))
    slope, error, p = (float(part[0]) for part in slope_test(window.y, np.array([s]), window.degrees))
    without = [np.polyfit(np.delete(np.arange(len(y)), out), np.delete(y, out), 1)[0] for out in range(len(y))]
    values = [measure.number(value) for value in panel.value[n, start:stop]]
    ends = printed(panel.value[n, [start, stop - 1]], panel.context.decimals)
    beside = ["", *(signed(e, 4) for e in second), ""]
    table = DataTable(
        f"{measure.indicator.label}, de år som bedöms.",
        tuple(Column(header, bool(at)) for at, header in enumerate(("År", measure.unit.symbol or "Värde", "y", "e"))),
        tuple(zip(map(str, years), values, [decimal(value, 4) for value in y], beside, strict=True)),
    )
    by_count = bool(np.isfinite(panel.by_count[n, start:stop]).all())
    return {
        "table": table,
        "label": measure.indicator.label,
        "title": measure.indicator.title,
        "scale": "count" if by_count else "percent" if panel.context.scale == "percent" else "value",
        "per": decimal(panel.context.per, 0),
        "first": measure.amount(panel.value[n, start]),
        "last": measure.amount(panel.value[n, stop - 1]),
        "years": (years[0], years[-1]),
        "n": len(y),
        "spread": decimal(1 / float(shape.slope @ shape.slope), 1),
        "slope": _exact(slope),
        "slope_percent": signed(100 * (np.exp(slope) - 1), 1),
        "squares": _exact(float((second**2).mean())),
        "own": _exact(own),
        "own_percent": _swing(own),
        "prior": _exact(prior),
        "prior_percent": _swing(prior),
        "people": decimal(np.exp(float(size[0])), 0),
        "d": decimal(shape.d, 2),
        "d0": decimal(pool.d0, 1),
        "moderated": _exact(float(window.variance[0])),
        "floor": _exact(floor) if floor > window.variance[0] else "",
        "s": _exact(s),
        "s_percent": _swing(s**2),
        "factor": _exact(float(np.sqrt(shape.slope_variance))),
        "error": _exact(error),
        "slope_size": _exact(abs(slope)),
        "t": decimal(abs(slope) / error, 2),
        "degrees": decimal(float(window.degrees[0]), 1),
        "p": _p(p),
        "p_adjusted": _p(moved.p_adjusted),
        "under": p < P_MOVED,
        "without": (_exact(min(without)), _exact(max(without))),
        "steady": min(without) * max(without) > 0,
        "differs": ends[0] != ends[1],
        "agrees": np.sign(ends[1] - ends[0]) == np.sign(slope),
        "places": pool.places,
        "pool_years": (pool.start + panel.first_year, pool.stop - 1 + panel.first_year),
        "own_pool": (pool.start, pool.stop) == (start, stop),
        "verdict": movement_sign(moved).words,
    }


def _exact(value: float) -> str:
    """Four digits that count: a reader who divides the printed numbers comes to the printed result."""
    return decimal(value, max(2, 3 - int(np.floor(np.log10(abs(value)))))) if value else "0"


def _p(p: float) -> str:
    return f"p {text}" if (text := p_text(p)).startswith("under") else f"p = {text}"


def _swing(variance: float) -> str:
    """A variance on a logarithmic scale as percent from year to year, up or down."""
    return decimal(100 * (np.exp(np.sqrt(variance)) - 1), 1)


# How many answers a survey's value is worth, in force.


def answers(judged: Judgements, catalog: Catalog) -> Iterable[DataTable]:
    """A table a survey: rows are size classes; then one of the questions that are a survey by themselves.

    The survey's own number is the largest of its questions: each has it, or a lower one of its own.
    """
    known = judged.answers[judged.answers["n"].notna()]
    asked = {
        name: [*entry.indicators, *(q.lower() for q in entry.questions)] for name, entry in catalog.surveys.items()
    }
    for name, questions in asked.items():
        own = known[known["indicator"].isin(questions)]
        if own.empty:
            continue
        wide = own.groupby(["people", "sex"])["n"].max().unstack()
        sexes = [sex for sex in SEX if sex in wide]
        rows = tuple(
            (people, *("" if pd.isna(n) else decimal(n, 0) for n in wide.loc[lowest, sexes]))
            for people, lowest in zip(_class_names(list(wide.index)), wide.index, strict=True)
        )
        headers = (Column("Invånare"), *(Column(SEX[sex], True) for sex in sexes))
        yield DataTable(f"{catalog.surveys[name].name}: så många svar är ett värde värt.", headers, rows)
    among = {question for questions in asked.values() for question in questions}
    alone = known[(known["sex"] == "T") & known["indicator"].isin(set(indicator_pages(catalog)) - among)]
    if len(alone):
        wide = alone.pivot_table(index="indicator", columns="people", values="n")
        headers = (Column("Fråga"), *(Column(f"{name} invånare", True) for name in _class_names(list(wide))))
        rows = tuple(
            (catalog.indicators[str(indicator)].label, *(decimal(n, 0) if n == n else "" for n in own))
            for indicator, own in zip(wide.index, wide.to_numpy(), strict=True)
        )
        yield DataTable("Andra enkätfrågor, var för sig: så många svar är ett värde värt.", headers, rows)


def _class_names(lowest: list[int]) -> list[str]:
    limits = [decimal(people, 0) for people in lowest]
    between = [f"{low}–{decimal(high - 1, 0)}" for low, high in zip(limits[1:], lowest[2:], strict=False)]
    return [f"Under {limits[1]}", *between, f"{limits[-1]} eller fler"] if len(limits) > 1 else ["Alla"]


# Measured error rates, as benchmarks/false_alarms.py stores them. `series` and `measures`: of how many real ones.

FILE = "method/false_alarms.csv"
RATES = {"table", "world", "measure", "percent", "of", "series", "measures", "rule", "made"}
MANY = 5.0  # percent: kinds of series with more false arrows than this are named
MADE_UP = {
    "share": "Andel i procent",
    "rate, 1 000 per 100 000": f"Vanlig händelse, 1{NBSP}000 fall per 100{NBSP}000 invånare",
    "rate, 150 per 100 000": f"Ovanlig händelse, 150 fall per 100{NBSP}000 invånare",
    "value": "Annat tal, som dagar eller kronor",
    "under 10 000": f"Kommuner under 10{NBSP}000 invånare",
    "10 000–49 999": f"Kommuner med 10{NBSP}000–49{NBSP}999 invånare",
    "50 000 or more": f"Kommuner med 50{NBSP}000 invånare eller fler",
    "all": "Alla",
}
REAL = {
    (
        "arrows two years later",
        "all",
    ): "Pilar: två år senare är värdet fortfarande under (över) det första årets värde",
    ("arrows two years later", "both sexes together"): "Därav pilar för kvinnor och män tillsammans",
    (
        "arrows two years later",
        "no arrow",
    ): "Serier utan pil: två år senare är värdet på den sida av det första årets värde som lutningen pekar mot",
    ("turned round a year later", "registers"): "Register: avgjord skillnad mot riket som har vänt året efter",
    ("turned round a year later", "surveys"): "Enkäter: avgjord skillnad som har vänt nästa gång, högst två år senare",
    (
        "turned round a year later",
        "surveys, asked later",
    ): "Enkäter som frågar mer sällan: avgjord skillnad som har vänt",
}


COUNTS = {"of": "Antal", "series": "Serier", "measures": "Mått"}


def measured_rates(paths: Paths) -> dict[str, object]:
    """The tables of error rates, when they were measured and of how many; empty where none are at hand."""
    path = paths.catalog / FILE
    rates = pd.read_csv(path, dtype={"world": str}) if path.exists() else pd.DataFrame()
    if rates.empty or not set(rates) >= RATES:
        return {}
    flat, short = rates[rates["table"] == "flat"], rates[rates["table"].str.fullmatch(r"flat, \d+ years")]
    equal, real = rates[rates["table"] == "flat, difference"], rates[rates["world"] == "real series"]
    power, decided = rates[rates["table"] == "power"], rates[rates["table"] == "decided against riket"]
    still = "Pilar på påhittade serier som står still, {} år, i procent. Rubrikerna är hur mycket grannår hänger ihop."
    same = (
        "Avgjorda skillnader mot ett påhittat rike som inte svänger, i kommuner som är lika det, i procent. Gränsen är "
        f"{decimal(100 * P_DECIDED, 0)} procent. Rubrikerna är hur mycket grannår hänger ihop."
    )
    falling = (
        "Påhittade serier som faller och får en pil, i procent. Rubrikerna är fallet i procent om året; "
        "för en andel är det oddsen som faller, andelen som är med genom andelen som inte är det."
    )
    tables = [
        _rates(flat, still.format(MOST), _dependence),
        *(
            _rates(own, still.format(name.removeprefix("flat, ").split()[0]), _dependence)
            for name, own in short.groupby("table", sort=False)
        ),
        _rates(power, falling, lambda world: world.replace(" a year", "")),
        _rates(equal, same, _dependence),
        _real(real),
    ]
    share = float((decided["percent"] * decided["of"]).sum() / decided["of"].sum()) if len(decided) else float("nan")
    return {
        "tables": [table for table in tables if table.rows],
        "made": rates["made"].iloc[0],
        "series": decimal(flat["of"].max(), 0) if len(flat) else "",
        "decided": decimal(share, 0) if len(decided) else "",
        "compared": decimal(decided["of"].sum(), 0),
        "many": _many(flat),
        "arrows": _counted(real, "arrows two years later", "all"),
        "no_arrow": _counted(real, "arrows two years later", "no arrow"),
        "survey_year": rates.loc[(rates["measure"] == "surveys") & rates["world"].str.isdecimal(), "world"].max(),
    }


def _many(flat: pd.DataFrame) -> dict[str, str]:
    """The kinds of flat series that get many false arrows where years depend on each other the most; else empty."""
    worst = flat[flat["world"] == flat["world"].max()]
    over = worst[(worst["percent"] > MANY) & (worst["measure"] != "all")]
    every = worst.loc[worst["measure"] == "all", "percent"]
    if over.empty or every.empty:
        return {}
    named = [f"”{MADE_UP[one['measure']]}” ({decimal(one['percent'], 1)})" for one in over.to_dict("records")]
    return {
        "dependence": _dependence(worst["world"].iloc[0]),
        "limit": decimal(MANY, 0),
        "kinds": listed(named),
        "all": decimal(every.iloc[0], 1),
    }


def _counted(rows: pd.DataFrame, table: str, measure: str) -> dict[str, str]:
    """The percentage and what it is of, as text; empty where it was not measured."""
    own = rows[(rows["table"] == table) & (rows["measure"] == measure)]
    if own.empty:
        return {}
    numbers = {name: decimal(own[name].iloc[0], 0) for name in COUNTS}
    return {"percent": decimal(own["percent"].iloc[0], 1), **numbers}


def _dependence(world: str) -> str:
    """How much neighbouring years depend on each other: "AR 0.3" is 0,3."""
    return world.removeprefix("AR ").replace(".", ",")


def _rates(rows: pd.DataFrame, caption: str, heading: Callable[[str], str]) -> DataTable:
    """Percent of made-up series: one row a measure, one column a world."""
    wide = {measure: own.set_index("world")["percent"] for measure, own in rows.groupby("measure", sort=False)}
    worlds = list(dict.fromkeys(rows["world"]))
    cells = tuple(
        (MADE_UP[str(measure)], *(decimal(percent[world], 1) for world in worlds)) for measure, percent in wide.items()
    )
    return DataTable(caption, (Column("Serie"), *(Column(heading(world), True) for world in worlds)), cells)


def _real(rows: pd.DataFrame) -> DataTable:
    """Percent of what was claimed of real municipalities, held against what came after."""
    own = tuple(
        (REAL[row["table"], row["measure"]], decimal(row["percent"], 1), *(decimal(row[name], 0) for name in COUNTS))
        for row in rows.to_dict("records")
    )
    headers = (Column("Vad som prövades"), Column("Procent", True), *(Column(name, True) for name in COUNTS.values()))
    return DataTable(
        "Alla kommuners verkliga serier: vad som sades ett år, hållet mot vad som kom sedan.", headers, own
    )
