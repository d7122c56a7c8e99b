"""What is said of the region, sentence by sentence, each from the figures."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.region.analyses import POPULATION_LABEL, Together
from helpers.region.profiles import TOTAL, Profiles, Ranking, absence_sentences
from lagesbild.assessments import Situation as WrittenSituation
from lagesbild.html.render import prose_html
from lagesbild.swedish.numbers import decimal, listed, signed
from lagesbild.tidy.schema import rows_of

# One statement, and the words that statements share. Values that a statement lists are keyed by the place's name.

NUMBERS = ["noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"]


@dataclass(frozen=True)
class Observation:
    """A sentence, and the part of the page that its numbers stand in.

    `withheld`: data are missing, and it says so. `printed`: the material's own words, which cannot be computed here.
    """

    text: str
    evidence: str = ""  # "R4"
    withheld: bool = False
    printed: bool = False

    @property
    def by(self) -> str:
        """Whose the sentence is."""
        if self.withheld:
            return "Påståendet görs inte"
        return "Enligt underlaget" if self.printed else "Beräknat"


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


def by_name(profiles: Profiles, places: Iterable[str], value: Callable[[str], float]) -> dict[str, float]:
    """Name -> value of some places, without those that have none."""
    values = {profiles.name(place): value(place) for place in places}
    return {name: number for name, number in values.items() if pd.notna(number)}


def with_values(values: Mapping[str, float], decimals: int) -> str:
    """ "Bjurholm (−1,50) och Nordmaling (−1,29)", in the order given; zero has no sign."""
    return listed([f"{name} ({signed(value, decimals)})" for name, value in values.items()])


def outside(values: Mapping[str, float], decimals: int) -> str:
    """A sentence for the comparisons; empty without any."""
    return f" Utanför regionen: {with_values(values, decimals)}." if values else ""


# Statements about places in the country. A rank moves when others move: it is never called progress.

TYPE_RANKS = {
    "support_rank_unemployment_benefit": "arbetslöshetsersättning",
    "support_rank_social_assistance": "ekonomiskt bistånd",
}
MOVED_BY_OTHERS = " En plats ändras också när andra kommuner ändras."


def rank_moves(profiles: Profiles, ranking: Ranking) -> Observation:
    """How many members climbed, who climbed and fell most, and everybody who did not climb."""
    rows = ranking.rows.dropna(subset=["climbed"]).assign(name=lambda rows: rows["place"].map(profiles.place_names))
    member = rows["place"].isin(profiles.region.members)
    own, others = rows[member], rows[~member]
    if own.empty:
        return Observation("Medlemskommunernas plats i riket saknas i underlaget.", withheld=True)
    climbed = own.sort_values(["climbed", "place"], ascending=[False, True]).set_index("name")["climbed"]
    up, down = climbed[climbed > 0], climbed[climbed < 0].sort_values()
    same = climbed.index[climbed == 0].tolist()
    text = (
        f"{len(up)} av {len(own)} medlemskommuner med känd plats har en bättre plats i riket {ranking.year} än "
        f"{ranking.year - 1}{f': {with_values(up, 0)}' if len(up) else ''}."
    )
    text += f" Sämre plats har {with_values(down, 0)}." if len(down) else ""
    text += f" Samma plats har {listed(same)}." if same else ""
    text += outside(others.set_index("name")["climbed"].to_dict(), 0)
    return Observation(text + MOVED_BY_OTHERS, "R2")


def printed_type_ranks(profiles: Profiles) -> Iterator[Observation]:
    """The few ranks by type that the document's text prints: its words, not computed."""
    parts = []
    for indicator, support in TYPE_RANKS.items():
        rows = rows_of(profiles.yearly, [indicator], profiles.region_places)
        ranks = [f"{profiles.name(row.place)} {row.value:.0f}" for row in rows.itertuples()]
        parts += [f"{support}: {listed(ranks)}"] if ranks else []
    if parts:
        yield Observation(
            f"Underlagets text anger plats i riket för enskilda ersättningar, utan år: {'; '.join(parts)}. De kan inte "
            "räknas om här.",
            "R3",
            printed=True,
        )


# Statements about the share of the inhabitants aged 20-64.

NO_POPULATION = "Antalet invånare 20–64 år saknas i underlaget: andelen som försörjs kan inte beräknas."


def share_changes(profiles: Profiles, places: list[str]) -> dict[str, float]:
    """Name -> change of the share in percentage points, largest fall first; only places with a population."""
    changes = by_name(profiles, places, profiles.share_change)
    return dict(sorted(changes.items(), key=lambda item: item[1]))


def share_moves(profiles: Profiles) -> Observation:
    """In how many members, and in which, the share fell, or rose where most rose; the largest change first."""
    changes = share_changes(profiles, profiles.members)
    if not changes:
        return Observation(NO_POPULATION, withheld=True)
    first, last = profiles.years
    fell = {name: value for name, value in changes.items() if value < 0}
    rose = {name: value for name, value in reversed(changes.items()) if value > 0}
    many, verb, noun = (fell, "minskade", "minskningen") if len(fell) >= len(rose) else (rose, "ökade", "ökningen")
    rest = {name: value for name, value in changes.items() if name not in many}
    how_many = members_among(len(many), len(changes), len(profiles.members))
    text = f"Andelen av invånarna 20–64 år som försörjs {verb} {first}–{last} i {how_many}."
    text += f" {_largest_first(many, noun)}" if many else ""
    text += f" Den {verb} inte i {with_values(rest, 2)}." if rest else ""
    return Observation(text + outside(share_changes(profiles, profiles.comparisons), 2), "R5")


def _largest_first(changes: dict[str, float], noun: str) -> str:
    """ "Störst var minskningen i Bjurholm (−1,50 procentenheter), näst störst i Nordmaling (−1,29), sedan i ..." """
    first, *others = [f"{name} ({signed(value, 2)})" for name, value in changes.items()]
    text = f"Störst var {noun} i {first.removesuffix(')')} procentenheter)"
    text += f", näst störst i {others[0]}" if others else ""
    return text + (f", sedan i {listed(others[1:])}." if others[1:] else ".")


def share_levels(profiles: Profiles) -> Observation:
    """The share of each place in the last year, with its base."""
    last = profiles.years[1]
    shares = by_name(profiles, profiles.places, lambda place: profiles.population_share(place, last))
    if not shares:
        return Observation(NO_POPULATION, withheld=True)
    levels = listed([f"{name} {decimal(share, 1)}" for name, share in shares.items()])
    return Observation(f"Andelen {last}, i procent av invånarna 20–64 år den 31 december: {levels}.", "R4")


def against_country(profiles: Profiles, country: pd.DataFrame) -> Observation:
    """Who lies under Riket, whose profile is `country`; withheld unless it has a share for the same year."""
    last = profiles.years[1]
    own = country[(country["year"] == last) & (country["group"] == "")]["percent_of_population"].dropna()
    if own.empty:
        return Observation(
            f"Vilka kommuner som ligger under riket sägs inte: rikets helårsekvivalenter {last} saknas i underlaget.",
            withheld=True,
        )
    level = float(own.iloc[0])
    shares = by_name(profiles, profiles.members, lambda place: profiles.population_share(place, last))
    under = [name for name, share in shares.items() if share < level]
    text = f"Riket låg {last} på {decimal(level, 1)} procent. Under riket låg {len(under)} av {len(shares)} "
    return Observation(text + members_noun(len(profiles.members)) + (f": {listed(under)}." if under else "."), "R4")


def population_effects(profiles: Profiles, moves: pd.DataFrame) -> Observation:
    """What the number of inhabitants alone did to the share; `moves` as in `analyses.moves_of`."""
    places = [place for place in profiles.members if place in moves.index]
    effects = by_name(profiles, places, moves[POPULATION_LABEL].get)
    if not effects:
        return Observation(
            "Vad folkmängden gjorde med andelen sägs inte: invånare 20–64 år saknas för båda åren.", withheld=True
        )
    first, last = profiles.years
    up = {name: v for name, v in sorted(effects.items(), key=lambda item: -item[1]) if round(v, 2) > 0}
    down = {name: v for name, v in sorted(effects.items(), key=lambda item: item[1]) if round(v, 2) < 0}
    none = [name for name, v in effects.items() if round(v, 2) == 0]
    parts = [f"höjde {{}} i {with_values(up, 2)}"] if up else []
    parts += [f"sänkte {{}} i {with_values(down, 2)}"] if down else []
    parts += [f"ändrade inte {{}} i {listed(none)}"] if none else []
    parts = [part.replace("{}", "den" if number else "andelen") for number, part in enumerate(parts)]
    members = f"{number_word(len(effects))} {members_noun(len(profiles.members))}"
    return Observation(
        f"Räknat i procentenheter för {members}: folkmängden 20–64 år {first}–{last} {listed(parts)}.", "R5"
    )


# Statements about the types of support.


def moved_most(profiles: Profiles) -> Observation:
    """Which types fell and rose most, added up over the members that have figures."""
    first, last = profiles.years
    sums = {name: sum(profiles.change(place, name) for place in profiles.members) for name in (*profiles.types, TOTAL)}
    total = sums.pop(TOTAL)
    least, most = (pick(sums, key=sums.__getitem__) for pick in (min, max))
    text = (
        f"I {members_text(len(profiles.members))} tillsammans ändrades antalet helårsekvivalenter {first}–{last} med "
        f"{signed(total, 0)}."
    )
    text += f" Mest minskade {profiles.labels[least]} ({signed(sums[least], 0)})." if sums[least] < 0 else ""
    text += f" Mest ökade {profiles.labels[most]} ({signed(sums[most], 0)})." if sums[most] > 0 else ""
    return Observation(text, "R4")


def type_moves(profiles: Profiles, support: str) -> Observation:
    """In which places one type fell, rose and stood still: the members, then the places outside the region."""
    first, last = profiles.years
    label, members = profiles.labels[support], len(profiles.members)
    own, others = (
        by_name(profiles, places, lambda place: profiles.change(place, support))
        for places in (profiles.members, profiles.comparisons)
    )
    down = {name: value for name, value in own.items() if value < 0}
    up = {name: value for name, value in own.items() if value > 0}
    few, many, few_verb, verb = (
        (up, down, "ökade", "minskade") if len(down) >= len(up) else (down, up, "minskade", "ökade")
    )
    sign = -1 if many is down else 1
    if others and all(value * sign > 0 for value in (own | others).values()):
        where = (
            f"alla {number_word(len(profiles.places))} kommuner med hela uppgifter, "
            f"{listed(list(others))} utanför regionen medräknad{'e' if len(others) > 1 else ''}"
        )
        return Observation(f"{label} {verb} {first}–{last} i {where}: {with_values(own | others, 0)}.", "R4")
    text = f"{label} {verb} {first}–{last} i {members_among(len(many), members, members)}"
    text += f": {with_values(many, 0)}." if many else "."
    text += f" Den {few_verb} i {with_values(few, 0)}." if few else ""
    for place in profiles.members:
        if profiles.change(place, support) == 0:
            before, now = (decimal(profiles.count(place, support, year), 0) for year in profiles.years)
            text += f" I {profiles.name(place)} var den oförändrad ({before} och {now})."
    return Observation(text + outside(others, 0), "R4")


def widest_difference(profiles: Profiles) -> Observation:
    """The type whose share of the places' own totals differs most between the members."""
    last = profiles.years[1]
    shares = pd.DataFrame(
        {name: [profiles.own_share(place, name, last) for place in profiles.members] for name in profiles.types},
        index=profiles.members,
    )
    widest = (shares.max() - shares.min()).idxmax()
    low, high = shares[widest].idxmin(), shares[widest].idxmax()
    return Observation(
        f"Profilerna skiljer sig mest i {profiles.labels[widest]}: mellan "
        f"{decimal(shares.at[low, widest], 1)} procent ({profiles.name(low)}) och "
        f"{decimal(shares.at[high, widest], 1)} procent ({profiles.name(high)}) av kommunens egna "
        f"helårsekvivalenter {last}, bland {members_text(len(profiles.members))}.",
        "R4",
    )


# All statements in a fixed order.


def observations(
    profiles: Profiles, country: pd.DataFrame, ranking: Ranking, moves: pd.DataFrame, together: Together
) -> Iterator[Observation]:
    """What the figures bear out, and what is withheld because figures are missing.

    `country` is the profile of Riket, empty when it is not at hand.
    """
    if profiles.members:
        yield from (share_moves(profiles), share_levels(profiles), against_country(profiles, country))
        yield moved_most(profiles)
        yield from (type_moves(profiles, support) for support in profiles.types)
        yield widest_difference(profiles)
        yield population_effects(profiles, moves)
    else:
        yield Observation(
            "Två hela år av helårsekvivalenter saknas för alla medlemmar: inget sägs om andelar och ersättningar.",
            withheld=True,
        )
    yield rank_moves(profiles, ranking)
    yield from printed_type_ranks(profiles)
    yield Observation(together.sentence, "R6", withheld=together.refused)
    for sentence in absence_sentences(profiles):
        yield Observation(f"{sentence} Inget påstås om det som saknas.", withheld=True)


# R7: how things stand in each municipality: the numbers made from the figures, people's own words beside them.


@dataclass(frozen=True)
class Judged:
    """What people wrote of a municipality, as clean HTML, and who they are."""

    prose: str
    by: str


@dataclass(frozen=True)
class Situation:
    """One municipality: `computed` is made from the figures, `judgements` are what people wrote."""

    name: str
    anchor: str
    computed: str
    judgements: tuple[Judged, ...]


def situations_of(profiles: Profiles, ranking: Ranking, written: list[WrittenSituation]) -> list[Situation]:
    """Every member, then every comparison, in the catalogue's order."""
    return [
        Situation(
            name=profiles.name(place),
            anchor=f"lage-{place}",
            computed=f"{_numbers(profiles, place)}{_rank(ranking, place)}",
            judgements=tuple(Judged(prose_html(own.text), own.judged_by) for own in written if own.place == place),
        )
        for place in profiles.region_places
    ]


def _numbers(profiles: Profiles, place: str) -> str:
    if place not in profiles.places:
        return "Hela uppgifter om helårsekvivalenter saknas i underlaget för två år i rad."
    first, last = profiles.years
    share, points = profiles.population_share(place, last), profiles.share_change(place)
    text = f"{last}: {decimal(profiles.count(place, TOTAL, last), 0)} helårsekvivalenter"
    text += f", {decimal(share, 1)} procent av invånarna 20–64 år" if pd.notna(share) else ""
    text += f". Det är {_more(profiles.change(place))} än {first}"
    text += f" ({signed(points, 2)} procentenheter)" if pd.notna(points) else ""
    counts = {profiles.labels[name]: profiles.count(place, name, last) for name in profiles.types}
    changes = {profiles.labels[name]: profiles.change(place, name) for name in profiles.types}
    return f"{text}. {_largest(counts)} {_changed_most(changes)}"


def _more(change: float) -> str:
    if round(change) == 0:
        return "lika många"
    return f"{decimal(abs(change), 0)} {'fler' if change > 0 else 'färre'}"


def _largest(counts: dict[str, float]) -> str:
    """The three largest types, of counts by label."""
    top = sorted(counts.items(), key=lambda item: -item[1])[:3]
    return f"Störst: {listed([f'{label} ({decimal(count, 0)})' for label, count in top])}."


def _changed_most(changes: dict[str, float]) -> str:
    low, high = (pick(changes, key=changes.__getitem__) for pick in (min, max))
    parts = [f"minskade {low} ({signed(changes[low], 0)})"] if changes[low] < 0 else []
    parts += [f"ökade {high} ({signed(changes[high], 0)})"] if changes[high] > 0 else []
    return f"Mest {' och '.join(parts)}." if parts else "Ingen ersättning ändrades."


def _rank(ranking: Ranking, place: str) -> str:
    own = ranking.rows[ranking.rows["place"] == place]
    if own.empty:
        return ""
    row = own.iloc[0]
    text = f" Plats {row['rank']:.0f} av {ranking.among} i riket {ranking.year}"
    if pd.isna(row["previous"]):
        return f"{text}."
    return f"{text}, plats {row['previous']:.0f} året före."
