"""What is said of a region, sentence by sentence, from the tables of its analysis.

Every table here has the names of places in its index; its columns are what a sentence calls each type of support, a
definite noun phrase ("Arbetslöshetsersättningen"), and TOTAL. Members and comparisons are lists of those names; a
statement counts the places that its table has, and names them. Years stand in the past tense: no figure is of today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from lagesbild.swedish.numbers import decimal, listed, signed
from lagesbild.swedish.words import capital, inner, number_word

# One statement, and the words that statements share.

COMPUTED, PRINTED, WITHHELD = "Beräknat", "Enligt underlaget", "Påståendet görs inte"
TOTAL, POPULATION = "Totalt", "Befolkningen"
PARTS = {  # what columns are called that are no indicator's
    "total": TOTAL, "population": POPULATION, "change": "Hela ändringen", "ill_health": "Ohälsa",
    "unemployment": "Arbetslöshet",
}  # fmt: skip
BOTH_YEARS = "som har siffror för båda åren"
BY_TYPE, NOT_SAID = "Varje ersättning för sig", "Vad som inte går att säga"  # the folds behind the first statements


@dataclass(frozen=True)
class Statement:
    """A sentence, the part of the page that its numbers stand in ("R4"), whose it is, and the fold that it stands in.

    WITHHELD: data are missing, and the sentence says so. PRINTED: the material's own words, not computed here.
    """

    text: str
    evidence: str = ""
    by: str = COMPUTED
    group: str = ""


def withheld(text: str, evidence: str = "") -> Statement:
    """A statement that is not made, with the reason."""
    return Statement(text, evidence, WITHHELD, NOT_SAID)


def among_places(count: int, known: int) -> str:
    """ "alla fem kommuner", "fyra av fem kommuner", "den enda kommunen", "ingen av två kommuner"."""
    if known == 1:
        return "den enda kommunen" if count else "ingen kommun"
    if count == known:
        return "båda kommunerna" if known == 2 else f"alla {number_word(known)} kommuner"
    return f"{number_word(count) if count else 'ingen'} av {number_word(known)} kommuner"


def with_values(values: Mapping[str, float] | pd.Series, decimals: int) -> str:
    """ "Bjurholm (−1,50) och Nordmaling (−1,29)", in the order given; zero has no sign."""
    return listed([f"{name} ({signed(value, decimals)})" for name, value in values.items()])


def outside(values: pd.Series, decimals: int) -> str:
    """A sentence for the comparisons; empty without any."""
    return f" Utanför regionen: {with_values(values, decimals)}." if len(values) else ""


def among(table: pd.Series | pd.DataFrame, places: Sequence[str]) -> pd.Series | pd.DataFrame:
    """The rows of `places` that the table has, in the order of `places`."""
    return table.loc[[name for name in places if name in table.index]]


def fewer(change: float, noun: str = "") -> str:
    """ "65 helårsekvivalenter färre", "1 helårsekvivalent fler", "74 fler", "lika många"."""
    number = round(abs(change))
    if not number:
        return "lika många"
    noun = f"{noun.removesuffix('er') if number == 1 else noun} " if noun else ""
    return f"{decimal(number, 0)} {noun}{'fler' if change > 0 else 'färre'}"


UNIT = "helårsekvivalenter"


def moved_text(change: pd.Series, noun: str = "") -> str:
    """Which types (the index of `change`) fell and rose most: " Arbetslöshetsersättningen minskade mest: 65 färre."."""
    low, high = change.idxmin(), change.idxmax()
    text = f" {low} minskade mest: {fewer(change[low], noun)}." if round(change[low]) < 0 else ""
    return text + (f" {high} ökade mest: {fewer(change[high], noun * (not text))}." if round(change[high]) > 0 else "")


# The page in short, for those who read nothing else.


@dataclass(frozen=True)
class Short:
    """What *Läget i korthet* is made from: of the members, by name, what is known.

    `level` is the share of the last of `years`, `change` its change in percentage points, `types` each type's change
    in full-year equivalents, added up; `rank` and `before` are places among `n` municipalities in `rank_year` and the
    year before. `own` is the municipality whose page it is, or empty.
    """

    level: pd.Series
    change: pd.Series
    types: pd.Series
    years: tuple[int, int]
    rank: pd.Series
    before: pd.Series
    rank_year: int
    n: int
    own: str = ""


def in_short(short: Short) -> list[str]:
    """Three to five sentences: the share in each or in most and least, its change, what moved, the ranks."""
    return [text for text in (_short_level(short), _short_change(short), _short_ranks(short)) if text]


def _short_level(short: Short) -> str:
    level = short.level.dropna().sort_values(kind="stable", ascending=False)
    if level.empty:
        return ""
    text = f"Räknat i helår motsvarade ersättningar och bidrag {short.years[1]} försörjningen för "
    shares = [f"{decimal(share, 1)} procent" for share in level]
    if len(level) == 1:
        return f"{text}{shares[0]} av invånarna 20–64 år i {level.index[0]}."
    text += f"{shares[0]} av invånarna 20–64 år i {level.index[0]}, där andelen var störst, och {shares[-1]} i "
    text += f"{level.index[-1]}, där den var minst."
    own = short.own in level.index[1:-1]
    return text + (f" I {short.own} var den {decimal(level[short.own], 1)} procent." if own else "")


def _short_change(short: Short) -> str:
    change = short.change.dropna().sort_values(kind="stable")
    if change.empty:
        return ""
    fell, rose = change[change < 0], change[change > 0].iloc[::-1]
    many, verb = (fell, "minskade") if len(fell) >= len(rose) else (rose, "ökade")
    text = f"Andelen {verb} från {short.years[0]} i {among_places(len(many), len(change))} {BOTH_YEARS}"
    text += f", mest i {many.index[0]}: {decimal(abs(many.iloc[0]), 2)} procentenheter." if len(many) else "."
    return text + moved_text(short.types, UNIT)


def _short_ranks(short: Short) -> str:
    rank = short.rank.dropna().sort_values(kind="stable")
    if rank.empty:
        return ""
    climbed = (short.before - rank).dropna()
    text = ""
    if len(climbed):
        text = f"{capital(among_places(int((climbed > 0).sum()), len(climbed)))} hade en bättre plats i riket "
        text += f"{short.rank_year} än året före. "
    ends = f"Bäst låg {rank.index[0]}, på plats {rank.iloc[0]:.0f} av {short.n}"
    ends += f", och sämst {rank.index[-1]}, på plats {rank.iloc[-1]:.0f}" if len(rank) > 1 else ""
    own = short.own in rank.index[1:-1]
    return f"{text}{ends}." + (f" {short.own} låg på plats {rank[short.own]:.0f}." if own else "")


# Places in the country. A rank moves when others move: it is never called progress.

MOVED_BY_OTHERS = " En plats ändras också när andra kommuner ändras."
NO_PLACES = "Kommunernas plats i riket är inte känd."
TYPE_RANKS = {
    "support_rank_unemployment_benefit": "arbetslöshetsersättning",
    "support_rank_social_assistance": "ekonomiskt bistånd",
}


def rank_moves(climbed: pd.Series, year: int, members: Sequence[str], others: Sequence[str]) -> Statement:
    """How many members climbed since the year before, who most, who fell, and who did not move."""
    own = among(climbed.dropna(), members).sort_values(ascending=False, kind="stable")
    if own.empty:
        return withheld(NO_PLACES)
    up, down, same = own[own > 0], own[own < 0].sort_values(kind="stable"), own.index[own == 0]
    text = f"{capital(among_places(len(up), len(own)))} hade en bättre plats i riket {year} än året före"
    text += f": {with_values(up, 0)}." if len(up) else "."
    text += f" Sämre plats hade {with_values(down, 0)}." if len(down) else ""
    text += f" Samma plats hade {listed(list(same))}." if len(same) else ""
    return Statement(text + outside(among(climbed.dropna(), others), 0) + MOVED_BY_OTHERS, "R2")


def printed_type_ranks(ranks: Mapping[str, pd.Series]) -> list[str]:
    """The few ranks by type that the document's text prints, by its indicator: its words, not computed."""
    parts = [
        f"{TYPE_RANKS[indicator]}: {listed([f'{name} {rank:.0f}' for name, rank in values.items()])}"
        for indicator, values in ranks.items()
    ]
    text = "Underlagets text anger plats i riket för enskilda ersättningar, utan år: "
    return [f"{text}{'; '.join(parts)}. De kan inte räknas om här."] if parts else []


# The share of the inhabitants aged 20-64: `share` has name and year in its index, a column a type and the total.

NO_POPULATION = "Andelen som försörjs kan inte räknas ut: antalet invånare 20–64 år är inte känt."


def share_moves(change: pd.Series, years: tuple[int, int], members: Sequence[str], others: Sequence[str]) -> Statement:
    """In how many members, and in which, the share fell, or rose where most rose; the largest change first."""
    own, rest = (among(change, places).dropna().sort_values(kind="stable") for places in (members, others))
    if own.empty:
        return withheld(NO_POPULATION)
    fell, rose = own[own < 0], own[own > 0].iloc[::-1]
    many, verb, noun = (fell, "minskade", "minskningen") if len(fell) >= len(rose) else (rose, "ökade", "ökningen")
    text = f"Andelen av invånarna 20–64 år som försörjs {verb} {years[0]}–{years[1]} i "
    text += f"{among_places(len(many), len(own))} {BOTH_YEARS}."
    text += f" {_largest_first(many, noun)}" if len(many) else ""
    without = own.drop(many.index)
    text += f" Den {verb} inte i {with_values(without, 2)}." if len(without) else ""
    return Statement(text + outside(rest, 2), "R5")


def _largest_first(changes: pd.Series, noun: str) -> str:
    """ "Störst var minskningen i Bjurholm (−1,50 procentenheter), näst störst i Nordmaling (−1,29), sedan i ..." """
    first, *others = [f"{name} ({signed(value, 2)})" for name, value in changes.items()]
    text = f"Störst var {noun} i {first.removesuffix(')')} procentenheter)"
    text += f", näst störst i {others[0]}" if others else ""
    return text + (f", sedan i {listed(others[1:])}." if others[1:] else ".")


def share_levels(level: pd.Series, year: int) -> Statement:
    """The share of each place in the last year, with its base; the largest first."""
    known = level.dropna().sort_values(kind="stable", ascending=False)
    if known.empty:
        return withheld(NO_POPULATION)
    levels = listed([f"{name} {decimal(share, 1)}" for name, share in known.items()])
    return Statement(f"Andelen {year}, i procent av invånarna 20–64 år den 31 december: {levels}.", "R4")


def against_country(level: pd.Series, country: float, year: int, members: Sequence[str]) -> Statement:
    """Which members lie under Riket; withheld unless it has a share for the same year."""
    if pd.isna(country):
        why = f"rikets helårsekvivalenter {year} är inte kända"
        return withheld(f"Vilka kommuner som ligger under riket sägs inte: {why}.")
    own = among(level, members).dropna()
    under = list(own.index[own < country])
    text = f"Riket låg {year} på {decimal(country, 1)} procent. Under riket låg {among_places(len(under), len(own))}"
    return Statement(text + (f": {listed(under)}." if under else "."), "R4")


def population_effects(effect: pd.Series, years: tuple[int, int], members: Sequence[str]) -> Statement:
    """What the number of inhabitants alone did to the share, in percentage points."""
    own = among(effect, members).dropna()
    if own.empty:
        return withheld("Vad folkmängden gjorde med andelen sägs inte: invånarna 20–64 år är inte kända för båda åren.")
    ordered, printed = own.sort_values(kind="stable"), own.round(2)
    up, down = ordered[printed[ordered.index] > 0].iloc[::-1], ordered[printed[ordered.index] < 0]
    none = list(own.index[printed == 0])
    parts = [f"höjde {{}} i {with_values(up, 2)}"] if len(up) else []
    parts += [f"sänkte {{}} i {with_values(down, 2)}"] if len(down) else []
    parts += [f"ändrade {{}} inte i {listed(none)}"] if none else []
    parts = [part.replace("{}", "den" if number else "andelen") for number, part in enumerate(parts)]
    span = f"{years[0]}–{years[1]}"
    return Statement(f"Folkmängden 20–64 år {listed(parts)}, {span}, räknat i procentenheter.", "R5")


# The types of support: `change` and `now` have a column a type and TOTAL, in full-year equivalents.


def moved_most(change: pd.DataFrame, years: tuple[int, int]) -> Statement:
    """Which types fell and rose most, added up over the members."""
    sums = change.sum()
    where = among_places(len(change), len(change))
    text = f"Räknat i {where} {BOTH_YEARS} blev det {fewer(sums[TOTAL], UNIT)} från {years[0]} till {years[1]}."
    return Statement(text + moved_text(sums.drop(TOTAL), UNIT), "R4")


def type_moves(change: pd.Series, years: tuple[int, int], members: Sequence[str]) -> Statement:
    """In which places one type (the name of the series) fell, rose and stood still: members, then other places."""
    label, own = change.name, among(change, members)
    others = change.drop(own.index)
    down, up, same = own[own < 0], own[own > 0], list(own.index[own == 0])
    few, many, few_verb, verb = (
        (up, down, "ökade", "minskade") if len(down) >= len(up) else (down, up, "minskade", "ökade")
    )
    if len(same) == len(own):
        text = f"{label} ändrades inte {years[0]}–{years[1]} i {among_places(len(own), len(own))}."
        return Statement(text + outside(others, 0), "R4", group=BY_TYPE)
    text = f"{label} {verb} {years[0]}–{years[1]} i {among_places(len(many), len(own))}: {with_values(many, 0)}."
    text += f" En ökning var det i {with_values(few, 0)}." if len(few) and few_verb == "ökade" else ""
    text += f" En minskning var det i {with_values(few, 0)}." if len(few) and few_verb == "minskade" else ""
    text += f" Ingen ändring var det i {listed(same)}." if same else ""
    return Statement(text + outside(others, 0), "R4", group=BY_TYPE)


def widest_difference(own: pd.DataFrame, year: int) -> Statement:
    """The type whose percent of the places' own totals differs most between the members."""
    widest = (own.max() - own.min()).idxmax()
    low, high = own[widest].idxmin(), own[widest].idxmax()
    return Statement(
        f"Kommunerna skiljer sig mest i {inner(widest)}: från {decimal(own.at[low, widest], 1)} procent i {low} till "
        f"{decimal(own.at[high, widest], 1)} i {high} av kommunens egna helårsekvivalenter {year}.",
        "R4",
    )


def support_statements(
    counts: pd.DataFrame,
    share: pd.DataFrame,
    effect: pd.Series,
    country: float,
    years: tuple[int, int],
    members: Sequence[str],
    others: Sequence[str],
) -> list[Statement]:
    """Everything that is said of shares and types, in a fixed order, of places that have every type in both years.

    `counts` and `share` have name and year in their index; `effect` is what the population gave, and `country` Riket's
    share of the last year, NaN when it is not known.
    """
    if not members:
        return [NO_YEARS]
    before, now = (counts.xs(year, level="year").loc[[*members, *others]] for year in years)
    earlier, level = (share.xs(year, level="year")[TOTAL].loc[[*members, *others]] for year in years)
    change, types = now - before, now.columns.drop(TOTAL)
    return [
        share_moves(level - earlier, years, members, others),
        share_levels(level, years[1]),
        against_country(level, country, years[1], members),
        moved_most(change.loc[members], years),
        widest_difference(now[types].div(now[TOTAL], axis=0).mul(100).loc[members], years[1]),
        population_effects(effect, years, members),
        *(type_moves(change[label], years, members) for label in types),
    ]


NO_YEARS = withheld("Inget sägs om andelar och ersättningar: ingen av regionens kommuner har siffror för två år i rad.")
