"""What a region's page says beside its statements: tests, what is missing, tables, and one municipality's situation."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from lagesbild.rules.support import TOTAL as SUM
from lagesbild.rules.support import complete, unreported
from lagesbild.sources.files import PrintedRow
from lagesbild.swedish.numbers import MONTHS, NBSP, decimal, genitive, listed, signed
from lagesbild.swedish.statements import TOTAL, UNIT, fewer, moved_text
from lagesbild.swedish.words import inner, number_word

# Do ill health and unemployment move together? In words what holds, or what is lacking; the test stands on *Metod*.

Estimate = tuple[float, float, float]  # estimate, low, high
ACROSS = {
    1: "kommuner med mycket av det ena har ofta mycket av det andra",
    -1: "kommuner med mycket av det ena har ofta lite av det andra",
    0: "kommunerna visar inget tydligt samband",
    None: "alla kommuner har lika värden, och inget samband går att räkna",
}
WITHIN: dict[int | str, str] = {
    1: "När det ena ändras i en kommun ändras det andra åt samma håll",
    -1: "När det ena ändras i en kommun ändras det andra åt motsatt håll",
    0: "Från år till år inom kommunerna syns inget tydligt samband",
    "places": "Från år till år prövas det inte, för få kommuner har flera år i rad",
    "years": "Från år till år prövas det inte, för det krävs fyra år i rad",
    "variation": "Inom kommunerna ändras inget från år till år, och inget samband går att räkna",
}
NOT_TESTED = "Om ohälsa och arbetslöshet följs åt prövas inte"


def association(where: str, year: int, across: Estimate, within: Estimate | str, left_out: int) -> str:
    """What holds across the places of `where`, and from year to year within them, or why not: a key of WITHIN."""
    inside = WITHIN[within] if isinstance(within, str) else WITHIN[_sign(within) or 0]
    text = f"Ohälsa och arbetslöshet {year} i {where}: {ACROSS[_sign(across)]}. {inside}."
    left = "En kommun med ofullständiga siffror är" if left_out == 1 else f"{left_out} kommuner utan alla siffror är"
    return text + (f" {left} inte med." if left_out else "")


def no_association(places: int, year: int, fewest: int) -> str:
    """Why nothing is said."""
    have = f"{number_word(places)} har dem {year}" if places and year else "ingen har dem"
    return f"{NOT_TESTED}: det kräver siffror för minst {number_word(fewest)} kommuner, och {have}."


def _sign(estimate: Estimate) -> int | None:
    """1, -1, 0 where the interval holds both; None without an estimate."""
    if any(pd.isna(number) for number in estimate):
        return None
    return 1 if estimate[1] > 0 else -1 if estimate[2] < 0 else 0


# What a place lacks, as ends of a sentence that begins with its name: nothing is averaged away.

NO_FIGURES = "har inga egna siffror här"
NO_PEOPLE = "saknar antalet invånare 20–64 år {year}"


def lacking_types(
    absent: Sequence[str], suspect: Sequence[str], months: Mapping[str, Sequence[int]], types: int, year: int
) -> list[str]:
    """What a place lacks in one year: whole types, single months of a type, or an answer that was never given.

    `absent` and `suspect` are labels, `months` label -> the months it has where others of the year are missing;
    `types` is how many labels there are.
    """
    texts = [f"har noll i {label} {year} efter år med värden, ett misstänkt bortfall" for label in suspect]
    lacking: dict[str, list[str]] = {}
    for label in absent:
        without = [name for month, name in enumerate(MONTHS, 1) if label in months and month not in months[label]]
        what = f"{listed(without)} {year} för {{types}}" if without else f"uppgift om {{types}} {year}"
        lacking.setdefault(what, []).append(label)
    texts += [
        f"saknar {what.replace('{types}', 'alla ersättningar' if len(labels) == types else listed(labels))}"
        for what, labels in lacking.items()
    ]
    return texts


def absences(
    data: pd.DataFrame,
    months: pd.DataFrame,
    fte: pd.DataFrame,
    years: tuple[int, int],
    labels: Mapping[str, str],
    names: Mapping[str, str],
) -> list[str]:
    """One sentence for the places that lack the same thing: tables, types, months or the population.

    `data` and `months` are tidy rows, `fte` a table of support (see `helpers.support`) whose columns `labels` names.
    """
    figures, lacking = fte.drop(columns="population"), dict[str, list[str]]()
    known, whole = set(figures.dropna(how="all").index.get_level_values("place")), complete(figures, years)
    for place in dict.fromkeys(fte.index.get_level_values("place")):
        if place not in known:
            lacks = [NO_FIGURES]
        elif place in whole:
            people = fte.loc[place, "population"].reindex(years)
            lacks = [NO_PEOPLE.format(year=year) for year in people.index[people.isna()]]
        else:
            yearly, single = (rows[(rows["place"] == place) & (rows["sex"] == "T")] for rows in (data, months))
            rows = [figures.loc[(place, year)] for year in years if year]
            lacks = [text for row in rows for text in _lacking_types(yearly, single, row, labels)]
        for text in lacks:
            lacking.setdefault(text, []).append(names[place])
    return [f"{listed(places)} {what}." for what, places in lacking.items()]


def _lacking_types(yearly: pd.DataFrame, months: pd.DataFrame, row: pd.Series, labels: Mapping[str, str]) -> list[str]:
    """What a place lacks in one year (the name of `row` is place and year), as ends of sentences; rows are its own."""
    year = row.name[1]
    zeros = yearly[unreported(yearly) & (yearly["year"] == year)]["indicator"].map(labels).tolist()
    months = months[(months["year"] == year) & months["value"].notna()].replace({"indicator": {SUM: "total"}})
    have = {labels[name]: list(rows["month"]) for name, rows in months.groupby("indicator") if name in labels}
    absent = [labels[name] for name in row.index[row.isna()] if labels[name] not in zeros]
    return lacking_types(absent, zeros, have, len(row), year)


# The map and the national scale, where they are not drawn; the long view, and what it lacks.

NO_MAP = "Kartan är inte ritad här. Tabellen ovanför har samma siffror."


def no_scale(municipalities: int, have: int, year: int) -> str:
    """Why there are no ranks of our own; `year` 0: there are no two years to compare."""
    if not year:
        return "Ingen kommun har siffror för två år i rad."
    return f"Skalan kräver siffror för landets alla {municipalities} kommuner, och {have} har dem {year}."


def no_months(years: Sequence[int]) -> str:
    """That months, women and men are missing, and which whole years there are."""
    if not years:
        return "Varken månader eller hela år är inlagda."
    at_hand = f"åren {years[0]}–{years[-1]}" if len(years) > 1 else f"året {years[0]}"
    return f"Månader, och kvinnor och män var för sig, är inte inlagda. Hela år finns för {at_hand}."


MONTH_HEADINGS = {
    "name": "Kommun", "month": "Senaste månad", "value": "Månadsvärde", "adjusted": "Säsongsrensat",
    "before": "Ett år tidigare, säsongsrensat", "months": "Månader i rad",
}  # fmt: skip
NO_SEXES = "Kvinnor och män var för sig är inte inlagda."


def suspect_months(places: Mapping[str, Sequence[tuple[int, int]]]) -> str:
    """Which months (month, year) of each place are suspected to be missing reports."""
    texts = [
        f"{name} ({listed([f'{MONTHS[month - 1]} {year}' for month, year in lost])})" for name, lost in places.items()
    ]
    return f"Misstänkt bortfall, noll i Ekonomiskt bistånd efter månader med värden: {listed(texts)}."


# The region in words, and its tables beside the printed ones.

SHORT = "Läget i korthet"
OF_INHABITANTS = "Andel av invånarna 20–64 år"
SHARES_SOURCE = "Andelarna av invånarna är räknade här, med SCB:s antal invånare."
AS_PRINTED = "De tryckta rubrikerna, andelarna och skillnaderna stämmer med tabellerna."
NOTHING_YET = "Siffror om ersättningar och bidrag finns inte för två år i rad i någon av regionens kommuner."


def about(members: Sequence[str], others: Sequence[str], years: tuple[int, int], edition: int) -> str:
    """Who the region is, whom it is compared with, of which years the figures are and of which its own material."""
    text = f"Regionen är {listed(members)}."
    text += f" {listed(others)} är med som jämförelse." if others else ""
    text += f" Siffrorna gäller {years[0]} och {years[1]}." if years[1] else ""
    own = f"eget underlag är från {edition}" if edition else "egen analysgrupp har inte skrivit något underlag"
    return f"{text} Regionens {own}."


def percent(value: float) -> str:
    """ "15,5 %"."""
    return f"{decimal(value, 1)}{NBSP}%"


def together_caption(years: tuple[int, int]) -> str:
    """What the table of all municipalities holds."""
    return f"Helårsekvivalenter, alla ersättningar {years[0]} och {years[1]}, och andel av invånarna 20–64 år."


def profile_caption(name: str, years: tuple[int, int]) -> str:
    """What the table of one municipality holds, with its two bases."""
    return (
        f"{name}: helårsekvivalenter {years[0]} och {years[1]}. Procent av kommunens egen summa; "
        "sista raden är procent av invånarna 20–64 år den 31 december."
    )


# What must be said beside printed tables: headings that are known to be wrong, values that differ.

ROUNDED = 0.05 + 1e-9  # printed with one decimal


def printed_notes(
    fte: pd.DataFrame,
    own: pd.DataFrame,
    years: tuple[int, int],
    printed: Sequence[PrintedRow],
    names: Mapping[str, str],
) -> list[str]:
    """The notes of tables of support (`fte` and `own`, see `helpers.support`) beside what is `printed` of them."""
    heads = {row.place: row for row in printed if row.heading != names[row.place]}
    notes = [_wrong_heading(row, fte, years[1], names) for row in heads.values()]
    for row in printed:
        if {*row.shares} == {*years} and (row.indicator in own or row.indicator == SUM):
            column = row.indicator if row.indicator in own else "total"
            notes += _differences(row, names[row.place], fte.loc[row.place, column], own.loc[row.place].get(column))
    return notes or [AS_PRINTED] * bool(printed)


def _wrong_heading(row: PrintedRow, fte: pd.DataFrame, year: int, names: Mapping[str, str]) -> str:
    """That a printed table is used for another place than its heading says, with the share that it would be of each."""
    codes = [row.place, *(code for code, name in names.items() if name == row.heading)]
    total, people = fte.at[(row.place, year), "total"], fte["population"].reindex([(code, year) for code in codes])
    parts = [
        f"{decimal(100 * total / number, 1)} procent av {genitive(names[place])}"
        for (place, _), number in people.dropna().items()
    ]
    text = f"Tabellen med rubriken {row.heading} ({row.page}) används för {names[row.place]}."
    return text + (f" Summan {decimal(total, 0)} är {listed(parts)} invånare 20–64 år {year}." if parts else "")


def _differences(row: PrintedRow, name: str, counts: pd.Series, own: pd.Series | None) -> Iterator[str]:
    """Where what is shown is not what was printed, both values: which of them is right is not ours to know."""
    before, now = (counts[year] for year in sorted(row.shares))
    if round(now - before) != row.difference:
        values = f"tryckt skillnad {signed(row.difference, 0)}, här {signed(round(now - before), 0)}"
        yield f"Avviker: {name}, {row.label}: {values}."
    for year, share in row.shares.items():
        here = 100.0 if own is None else own[year]
        if share is not None and abs(here - share) > ROUNDED:
            values = f"tryckt {decimal(share, 1)} procent, här {decimal(here, 1)}"
            yield f"Avviker: {name}, {row.label} {year}: {values}."


# R7: the numbers of one municipality. `counts` and `before` have a row's types and TOTAL.


def situation(before: pd.Series, now: pd.Series, shares: tuple[float, float], years: tuple[int, int]) -> str:
    """How many, what share of the inhabitants, how that has changed, the largest type, and what changed most."""
    change, types = now - before, now.drop(TOTAL)
    text = f"Ersättningarna motsvarade {decimal(now[TOTAL], 0)} {UNIT} {years[1]}"
    text += f", {decimal(shares[1], 1)} procent av invånarna 20–64 år" if pd.notna(shares[1]) else ""
    text += f": {fewer(change[TOTAL])} än {years[0]}"
    text = text.replace("lika många än", "lika många som")
    points = shares[1] - shares[0]
    text += f" ({signed(points, 2)} procentenheter)" if pd.notna(points) else ""
    largest = f"Störst var {inner(types.idxmax())}, {decimal(types.max(), 0)}."
    return f"{text}. {largest}{moved_text(change.drop(TOTAL)) or ' Ingen ersättning ändrades.'}"


def rank_text(rank: float, previous: float, n: int, year: int) -> str:
    """A place in the country, as a sentence; empty without a rank."""
    if pd.isna(rank):
        return ""
    before = "" if pd.isna(previous) else f", plats {previous:.0f} året före"
    return f"Plats {rank:.0f} av {n} i riket {year}{before}."


# What the figures of the analysis are about, how they are made, and why one is not drawn.

INHABITANTS = "invånarna 20–64 år"
RANK_METHOD: dict[bool | None, str] = {
    True: "Platserna är beräknade ur siffrorna för alla kommuner.",
    False: "Platserna är tryckta i regionens underlag.",
    None: "Platserna är ändrade i anteckningsboken, från de tryckta.",
}
ILL_AND_UNEMPLOYED = (
    "Ohälsa är sjukpenning, sjukersättning och aktivitetsersättning; arbetslöshet är arbetslöshetsersättning och "
    "arbetsmarknadsåtgärder."
)
NO_RANKS = "Kommunernas plats i riket är inte inlagd."
NO_PROFILES = "Helårsekvivalenter eller invånare 20–64 år är inte inlagda för två år i rad."
PEOPLE = "Antalet invånare 20–64 år den 31 december kommer från SCB."
SPLIT = (
    "Exakt uppdelning: medelvärdet av att ändra ersättningarna först och att ändra befolkningen först. Delarna blir "
    f"tillsammans hela ändringen. {PEOPLE}"
)
DIVIDED = f"Helårsekvivalenterna divideras med antalet invånare. {PEOPLE}"
ORDERED = "Rangordning av alla kommuner; lika andelar delar plats."
TOGETHER = (
    "Sambandet prövas mellan kommuner när minst åtta har siffror, och från år till år inom dem när det finns fyra år. "
    "Hur det går till står på sidan Metod."
)
SEASONS = (
    "Säsongen räknas bort där det finns minst tre obrutna år. En månad som fattas eller är misstänkt bortfall bryter "
    "serien: ingenting fylls i. Hur det går till står på sidan Metod."
)
ADJUSTED = "Säsongsrensat: det som brukar komma och gå med årstiden är borträknat."
LONG_VIEW, WITH_A_DAY = "Lång sikt: månad för månad", "Initiativ med start- eller slutdag"
