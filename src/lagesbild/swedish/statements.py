"""What is said of a region, sentence by sentence, from the tables of its analysis.

Every table here has the names of places in its index, and labels as columns. Members and comparisons are lists of those
names; a statement counts the places that its table has, and names them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from lagesbild.swedish.numbers import decimal, listed, signed

# One statement, and the words that statements share.

NUMBERS = ["noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"]
COMPUTED, PRINTED, WITHHELD = "Beräknat", "Enligt underlaget", "Påståendet görs inte"
TOTAL, POPULATION = "Totalt", "Befolkningen"
PARTS = {  # what columns are called that are no indicator's
    "total": TOTAL, "population": POPULATION, "change": "Hela ändringen", "ill_health": "Ohälsa",
    "unemployment": "Arbetslöshet",
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """A sentence, the part of the page that its numbers stand in ("R4"), and whose it is.

    WITHHELD: data are missing, and the sentence says so. PRINTED: the material's own words, not computed here.
    """

    text: str
    evidence: str = ""
    by: str = COMPUTED


def withheld(text: str) -> Statement:
    """A statement that is not made, with the reason."""
    return Statement(text, by=WITHHELD)


def number_word(number: int) -> str:
    """ "fem", and "16" from thirteen on."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def members_noun(members: int) -> str:
    """ "medlemskommuner med hela uppgifter", in the number that fits."""
    return ("medlemskommun" if members == 1 else "medlemskommuner") + " med hela uppgifter"


def members_text(members: int) -> str:
    """The set that a statement is about: "fem medlemskommuner med hela uppgifter"."""
    return f"{number_word(members)} {members_noun(members)}"


def members_among(count: int, known: int, members: int) -> str:
    """ "alla fem medlemskommuner med hela uppgifter", "4 av 5 ..."; `known` is how many have a value."""
    return f"alla {members_text(members)}" if count == members else f"{count} av {known} {members_noun(members)}"


def with_values(values: Mapping[str, float] | pd.Series, decimals: int) -> str:
    """ "Bjurholm (−1,50) och Nordmaling (−1,29)", in the order given; zero has no sign."""
    return listed([f"{name} ({signed(value, decimals)})" for name, value in values.items()])


def outside(values: pd.Series, decimals: int) -> str:
    """A sentence for the comparisons; empty without any."""
    return f" Utanför regionen: {with_values(values, decimals)}." if len(values) else ""


def among(table: pd.Series | pd.DataFrame, places: Sequence[str]) -> pd.Series | pd.DataFrame:
    """The rows of `places` that the table has, in the order of `places`."""
    return table.loc[[name for name in places if name in table.index]]


# Places in the country. A rank moves when others move: it is never called progress.

MOVED_BY_OTHERS = " En plats ändras också när andra kommuner ändras."
TYPE_RANKS = {
    "support_rank_unemployment_benefit": "arbetslöshetsersättning",
    "support_rank_social_assistance": "ekonomiskt bistånd",
}


def rank_moves(climbed: pd.Series, year: int, members: Sequence[str], others: Sequence[str]) -> Statement:
    """How many members climbed since the year before, who most, who fell, and who did not move."""
    own = among(climbed.dropna(), members).sort_values(ascending=False, kind="stable")
    if own.empty:
        return withheld("Medlemskommunernas plats i riket saknas i underlaget.")
    up, down, same = own[own > 0], own[own < 0].sort_values(kind="stable"), own.index[own == 0]
    text = (
        f"{len(up)} av {len(own)} medlemskommuner med känd plats har en bättre plats i riket {year} än {year - 1}"
        f"{f': {with_values(up, 0)}' if len(up) else ''}."
    )
    text += f" Sämre plats har {with_values(down, 0)}." if len(down) else ""
    text += f" Samma plats har {listed(list(same))}." if len(same) else ""
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

NO_POPULATION = "Antalet invånare 20–64 år saknas i underlaget: andelen som försörjs kan inte beräknas."


def share_moves(change: pd.Series, years: tuple[int, int], members: Sequence[str], others: Sequence[str]) -> Statement:
    """In how many members, and in which, the share fell, or rose where most rose; the largest change first."""
    own, rest = (among(change, places).dropna().sort_values(kind="stable") for places in (members, others))
    if own.empty:
        return withheld(NO_POPULATION)
    fell, rose = own[own < 0], own[own > 0].iloc[::-1]
    many, verb, noun = (fell, "minskade", "minskningen") if len(fell) >= len(rose) else (rose, "ökade", "ökningen")
    how_many = members_among(len(many), len(own), len(members))
    text = f"Andelen av invånarna 20–64 år som försörjs {verb} {years[0]}–{years[1]} i {how_many}."
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
    """The share of each place in the last year, with its base."""
    if level.dropna().empty:
        return withheld(NO_POPULATION)
    levels = listed([f"{name} {decimal(share, 1)}" for name, share in level.dropna().items()])
    return Statement(f"Andelen {year}, i procent av invånarna 20–64 år den 31 december: {levels}.", "R4")


def against_country(level: pd.Series, country: float, year: int, members: Sequence[str]) -> Statement:
    """Which members lie under Riket; withheld unless it has a share for the same year."""
    if pd.isna(country):
        why = f"rikets helårsekvivalenter {year} saknas i underlaget"
        return withheld(f"Vilka kommuner som ligger under riket sägs inte: {why}.")
    own = among(level, members).dropna()
    under = list(own.index[own < country])
    text = f"Riket låg {year} på {decimal(country, 1)} procent. Under riket låg {len(under)} av {len(own)} "
    return Statement(text + members_noun(len(members)) + (f": {listed(under)}." if under else "."), "R4")


def population_effects(effect: pd.Series, years: tuple[int, int], members: Sequence[str]) -> Statement:
    """What the number of inhabitants alone did to the share, in percentage points."""
    own = among(effect, members).dropna()
    if own.empty:
        return withheld("Vad folkmängden gjorde med andelen sägs inte: invånare 20–64 år saknas för båda åren.")
    ordered, printed = own.sort_values(kind="stable"), own.round(2)
    up, down = ordered[printed[ordered.index] > 0].iloc[::-1], ordered[printed[ordered.index] < 0]
    none = list(own.index[printed == 0])
    parts = [f"höjde {{}} i {with_values(up, 2)}"] if len(up) else []
    parts += [f"sänkte {{}} i {with_values(down, 2)}"] if len(down) else []
    parts += [f"ändrade {{}} inte i {listed(none)}"] if none else []
    parts = [part.replace("{}", "den" if number else "andelen") for number, part in enumerate(parts)]
    counted = f"{number_word(len(own))} {members_noun(len(members))}"
    span = f"{years[0]}–{years[1]}"
    return Statement(f"Räknat i procentenheter för {counted}: folkmängden 20–64 år {span} {listed(parts)}.", "R5")


# The types of support: `change` and `now` have a column a type and TOTAL, in full-year equivalents.


def moved_most(change: pd.DataFrame, years: tuple[int, int]) -> Statement:
    """Which types fell and rose most, added up over the members."""
    sums = change.sum()
    total, types = sums[TOTAL], sums.drop(TOTAL)
    least, most = types.idxmin(), types.idxmax()
    text = (
        f"I {members_text(len(change))} tillsammans ändrades antalet helårsekvivalenter {years[0]}–{years[1]} med "
        f"{signed(total, 0)}."
    )
    text += f" Mest minskade {least} ({signed(types[least], 0)})." if types[least] < 0 else ""
    text += f" Mest ökade {most} ({signed(types[most], 0)})." if types[most] > 0 else ""
    return Statement(text, "R4")


def type_moves(change: pd.Series, now: pd.Series, years: tuple[int, int], members: Sequence[str]) -> Statement:
    """In which places one type (the name of the series) fell, rose and stood still: members, then other places."""
    label, own = change.name, among(change, members)
    others = change.drop(own.index)
    down, up = own[own < 0], own[own > 0]
    few, many, few_verb, verb = (
        (up, down, "ökade", "minskade") if len(down) >= len(up) else (down, up, "minskade", "ökade")
    )
    span, sign = f"{years[0]}–{years[1]}", -1 if many is down else 1
    if len(others) and (pd.concat([own, others]) * sign > 0).all():
        where = (
            f"alla {number_word(len(change))} kommuner med hela uppgifter, "
            f"{listed(list(others.index))} utanför regionen medräknad{'e' if len(others) > 1 else ''}"
        )
        return Statement(f"{label} {verb} {span} i {where}: {with_values(pd.concat([own, others]), 0)}.", "R4")
    text = f"{label} {verb} {span} i {members_among(len(many), len(own), len(own))}"
    text += f": {with_values(many, 0)}." if len(many) else "."
    text += f" Den {few_verb} i {with_values(few, 0)}." if len(few) else ""
    for name in own.index[own == 0]:
        text += f" I {name} var den oförändrad ({decimal(now[name], 0)} och {decimal(now[name], 0)})."
    return Statement(text + outside(others, 0), "R4")


def widest_difference(own: pd.DataFrame, year: int) -> Statement:
    """The type whose percent of the places' own totals differs most between the members."""
    widest = (own.max() - own.min()).idxmax()
    low, high = own[widest].idxmin(), own[widest].idxmax()
    return Statement(
        f"Profilerna skiljer sig mest i {widest}: mellan {decimal(own.at[low, widest], 1)} procent ({low}) och "
        f"{decimal(own.at[high, widest], 1)} procent ({high}) av kommunens egna helårsekvivalenter {year}, bland "
        f"{members_text(len(own))}.",
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
        *(type_moves(change[label], now[label], years, members) for label in types),
        widest_difference(now[types].div(now[TOTAL], axis=0).mul(100).loc[members], years[1]),
        population_effects(effect, years, members),
    ]


NO_YEARS = withheld(
    "Två hela år av helårsekvivalenter saknas för alla medlemmar: inget sägs om andelar och ersättningar."
)


def summary(statements: Sequence[Statement]) -> str:
    """How many of the statements are made, and how many are not."""
    without = sum(statement.by == WITHHELD for statement in statements)
    made = len(statements) - without
    return f"{made} påståenden är gjorda ur siffrorna på sidan. {without} görs inte, och då sägs varför."
