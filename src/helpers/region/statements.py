"""What is said of the region, sentence by sentence, each from the figures."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from helpers.region.analyses import Together
from helpers.region.profiles import TOTAL, Profiles, Ranking, absence_sentences
from lagesbild.assessments import RegionAssessment
from lagesbild.html.render import prose_html
from lagesbild.statistics.support import Decomposition
from lagesbild.swedish.numbers import decimal, listed, signed
from lagesbild.tidy.schema import rows_of

# One statement, and the words that statements share.

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


def names_of(profiles: Profiles, places: list[str]) -> str:
    """ "Nordmaling, Vindeln och Vännäs"."""
    return listed([profiles.setting.places.name(place) for place in places])


def with_values(profiles: Profiles, values: dict[str, float], decimals: int) -> str:
    """ "Bjurholm (−1,50) och Nordmaling (−1,29)", in the order given; zero has no sign."""
    name = profiles.setting.places.name
    return listed([f"{name(place)} ({signed(value, decimals)})" for place, value in values.items()])


def members_with_figures(profiles: Profiles) -> str:
    """The set that a statement is about, in words: "fem medlemskommuner med hela uppgifter"."""
    return f"{number_word(len(profiles.members))} {members_noun(profiles)}"


def members_noun(profiles: Profiles) -> str:
    """ "medlemskommuner med hela uppgifter", in the number that fits."""
    return ("medlemskommun" if len(profiles.members) == 1 else "medlemskommuner") + " med hela uppgifter"


def outside(profiles: Profiles, values: dict[str, float], decimals: int) -> str:
    """A sentence for the comparisons; empty without any."""
    return f" Utanför regionen: {with_values(profiles, values, decimals)}." if values else ""


# Statements about places in the country. A rank moves when others move: it is never called progress.

TYPE_RANKS = {
    "support_rank_unemployment_benefit": "arbetslöshetsersättning",
    "support_rank_social_assistance": "ekonomiskt bistånd",
}
MOVED_BY_OTHERS = "En plats ändras också när andra kommuner ändras."


def rank_moves(profiles: Profiles, ranking: Ranking) -> Observation:
    """How many members climbed, who climbed and fell most, and everybody who did not climb."""
    rows = ranking.rows.dropna(subset=["climbed"])
    own = rows[rows["place"].isin(profiles.region.members)]
    if own.empty:
        return Observation("Medlemskommunernas plats i riket saknas i underlaget.", withheld=True)
    climbed = own.sort_values(["climbed", "place"], ascending=[False, True]).set_index("place")["climbed"]
    up, down = climbed[climbed > 0].to_dict(), climbed[climbed < 0].sort_values().to_dict()
    same = climbed.index[climbed == 0].tolist()
    text = (
        f"{len(up)} av {len(own)} medlemskommuner med känd plats har en bättre plats i riket {ranking.year} än "
        f"{ranking.year - 1}{f': {with_values(profiles, up, 0)}' if up else ''}."
    )
    text += f" Sämre plats har {with_values(profiles, down, 0)}." if down else ""
    text += f" Samma plats har {names_of(profiles, same)}." if same else ""
    text += f" {_outside(profiles, rows)}{MOVED_BY_OTHERS}"
    return Observation(text, "R2")


def _outside(profiles: Profiles, rows: pd.DataFrame) -> str:
    others = rows[~rows["place"].isin(profiles.region.members)].set_index("place")["climbed"].to_dict()
    return f"Utanför regionen: {with_values(profiles, others, 0)}. " if others else ""


def printed_type_ranks(profiles: Profiles) -> Iterator[Observation]:
    """The few ranks by type that the document's text prints: its words, not computed."""
    found = []
    for id, support in TYPE_RANKS.items():
        rows = rows_of(profiles.setting.table, [id], [*profiles.region.members, *profiles.region.comparisons])
        ranks = [f"{names_of(profiles, [row.place])} {row.value:.0f}" for row in rows.itertuples()]
        found += [f"{support}: {listed(ranks)}"] if ranks else []
    if found:
        yield Observation(
            f"Underlagets text anger plats i riket för enskilda ersättningar, utan år: {'; '.join(found)}. De kan inte "
            "räknas om här.",
            "R3",
            printed=True,
        )


# Statements about the share of the inhabitants aged 20-64.

NO_POPULATION = "Antalet invånare 20–64 år saknas i underlaget: andelen som försörjs kan inte beräknas."


def share_changes(profiles: Profiles, places: list[str]) -> dict[str, float]:
    """Place -> change of the share in percentage points, largest fall first; only places with a population."""
    found = {place: profiles.share_change(place) for place in places}
    return dict(sorted(((p, v) for p, v in found.items() if v is not None), key=lambda item: item[1]))


def share_moves(profiles: Profiles) -> Observation:
    """In how many members, and in which, the share fell, or rose where most rose; the largest change first."""
    changes = share_changes(profiles, profiles.members)
    if not changes:
        return Observation(NO_POPULATION, withheld=True)
    first, last = profiles.years
    fell = {place: value for place, value in changes.items() if value < 0}
    rose = {place: value for place, value in reversed(changes.items()) if value > 0}
    many, verb, noun = (fell, "minskade", "minskningen") if len(fell) >= len(rose) else (rose, "ökade", "ökningen")
    rest = {place: value for place, value in changes.items() if place not in many}
    how_many = (
        f"alla {members_with_figures(profiles)}"
        if len(many) == len(profiles.members)
        else f"{len(many)} av {len(changes)} {members_noun(profiles)}"
    )
    text = f"Andelen av invånarna 20–64 år som försörjs {verb} {first}–{last} i {how_many}."
    text += f" {_largest_first(profiles, many, noun)}" if many else ""
    text += f" Den {verb} inte i {with_values(profiles, rest, 2)}." if rest else ""
    return Observation(text + outside(profiles, share_changes(profiles, profiles.comparisons), 2), "R5")


def _largest_first(profiles: Profiles, changes: dict[str, float], noun: str) -> str:
    """ "Störst var minskningen i Bjurholm (−1,50 procentenheter), näst störst i Nordmaling (−1,29), sedan i ..." """
    said = [f"{names_of(profiles, [place])} ({signed(value, 2)})" for place, value in changes.items()]
    said[0] = said[0].replace(")", " procentenheter)")
    text = f"Störst var {noun} i {said[0]}"
    text += f", näst störst i {said[1]}" if len(said) > 1 else ""
    return text + (f", sedan i {listed(said[2:])}." if len(said) > 2 else ".")


def share_levels(profiles: Profiles) -> Observation:
    """The share of each place in the last year, with its base."""
    last = profiles.years[1]
    shares = {place: profiles.population_share(place, last) for place in profiles.places}
    known = [f"{names_of(profiles, [p])} {decimal(v, 1)}" for p, v in shares.items() if v is not None]
    if not known:
        return Observation(NO_POPULATION, withheld=True)
    return Observation(f"Andelen {last}, i procent av invånarna 20–64 år den 31 december: {listed(known)}.", "R4")


def against_country(profiles: Profiles, country: pd.DataFrame) -> Observation:
    """Who lies under Riket; withheld unless the country's own share is at hand for the same year."""
    last = profiles.years[1]
    own = country[(country["year"] == last) & (country["group"] == "")]["percent_of_population"].dropna()
    if own.empty:
        return Observation(
            f"Vilka kommuner som ligger under riket sägs inte: rikets helårsekvivalenter {last} saknas i underlaget.",
            withheld=True,
        )
    level = float(own.iloc[0])
    shares = {p: s for p in profiles.members if (s := profiles.population_share(p, last, TOTAL)) is not None}
    under = [place for place, share in shares.items() if share < level]
    text = f"Riket låg {last} på {decimal(level, 1)} procent. Under riket låg {len(under)} av {len(shares)} "
    return Observation(f"{text}{members_noun(profiles)}{_of(profiles, under)}.", "R4")


def _of(profiles: Profiles, places: list[str]) -> str:
    return f": {names_of(profiles, places)}" if places else ""


def population_effects(profiles: Profiles, moved: dict[str, Decomposition]) -> Observation:
    """What the number of inhabitants alone did to the share."""
    effects = {place: moved[place].population for place in profiles.members if place in moved}
    if not effects:
        return Observation(
            "Vad folkmängden gjorde med andelen sägs inte: invånare 20–64 år saknas för båda åren.", withheld=True
        )
    first, last = profiles.years
    up = {p: v for p, v in sorted(effects.items(), key=lambda item: -item[1]) if round(v, 2) > 0}
    down = {p: v for p, v in sorted(effects.items(), key=lambda item: item[1]) if round(v, 2) < 0}
    none = [p for p, v in effects.items() if round(v, 2) == 0]
    parts = [f"höjde {{}} i {with_values(profiles, up, 2)}"] if up else []
    parts += [f"sänkte {{}} i {with_values(profiles, down, 2)}"] if down else []
    parts += [f"ändrade inte {{}} i {names_of(profiles, none)}"] if none else []
    parts = [part.replace("{}", "den" if number else "andelen") for number, part in enumerate(parts)]
    number = f"{number_word(len(effects))} {members_noun(profiles)}"
    return Observation(
        f"Räknat i procentenheter för {number}: folkmängden 20–64 år {first}–{last} {listed(parts)}.", "R5"
    )


# Statements about the types of support.


def moved_most(profiles: Profiles) -> Observation:
    """Which types fell and rose most, added up over the members that have figures."""
    first, last = profiles.years
    moved = {id: sum(profiles.change(place, id) for place in profiles.members) for id in profiles.types}
    total = sum(profiles.change(place, TOTAL) for place in profiles.members)
    label = {id: profiles.setting.catalog.indicators[id].label for id in moved}
    least, most = min(moved, key=moved.get), max(moved, key=moved.get)
    text = (
        f"I {members_with_figures(profiles)} tillsammans ändrades antalet helårsekvivalenter {first}–{last} med "
        f"{signed(total, 0)}."
    )
    text += f" Mest minskade {label[least]} ({signed(moved[least], 0)})." if moved[least] < 0 else ""
    text += f" Mest ökade {label[most]} ({signed(moved[most], 0)})." if moved[most] > 0 else ""
    return Observation(text, "R4")


def type_moves(profiles: Profiles, type_: str) -> Observation:
    """In which places one type fell, rose and stood still: the members, then the places outside the region."""
    first, last = profiles.years
    label = profiles.setting.catalog.indicators[type_].label
    changes = {place: profiles.change(place, type_) for place in profiles.places}
    own = {place: changes[place] for place in profiles.members}
    down = {place: value for place, value in own.items() if value < 0}
    up = {place: value for place, value in own.items() if value > 0}
    same = [place for place, value in own.items() if value == 0]
    verb, many = ("minskade", down) if len(down) >= len(up) else ("ökade", up)
    other_verb, few = ("ökade", up) if many is down else ("minskade", down)
    every = [place for place, value in changes.items() if value * (1 if many is up else -1) > 0]
    if len(every) == len(profiles.places) and profiles.comparisons:
        where = _all_places(profiles)
        return Observation(f"{label} {verb} {first}–{last} i {where}: {with_values(profiles, changes, 0)}.", "R4")
    how_many = f"alla {members_with_figures(profiles)}" if len(many) == len(own) else _of_members(profiles, many)
    text = f"{label} {verb} {first}–{last} i {how_many}" + (f": {with_values(profiles, many, 0)}." if many else ".")
    text += f" Den {other_verb} i {with_values(profiles, few, 0)}." if few else ""
    text += "".join(_unchanged(profiles, place, type_) for place in same)
    return Observation(text + outside(profiles, {p: changes[p] for p in profiles.comparisons}, 0), "R4")


def _of_members(profiles: Profiles, places: dict[str, float]) -> str:
    return f"{len(places)} av {len(profiles.members)} {members_noun(profiles)}"


def _all_places(profiles: Profiles) -> str:
    return (
        f"alla {number_word(len(profiles.places))} kommuner med hela uppgifter, "
        f"{names_of(profiles, profiles.comparisons)} utanför regionen medräknad"
        f"{'e' if len(profiles.comparisons) > 1 else ''}"
    )


def _unchanged(profiles: Profiles, place: str, type_: str) -> str:
    before, now = (decimal(profiles.count(place, type_, year), 0) for year in profiles.years)
    return f" I {names_of(profiles, [place])} var den oförändrad ({before} och {now})."


def widest_difference(profiles: Profiles) -> Observation:
    """The type whose share of the places' own totals differs most between the members."""
    last = profiles.years[1]
    shares = {id: {place: profiles.own_share(place, id, last) for place in profiles.members} for id in profiles.types}
    widest = max(shares, key=lambda id: max(shares[id].values()) - min(shares[id].values()))
    low, high = (pick(shares[widest], key=shares[widest].get) for pick in (min, max))
    return Observation(
        f"Profilerna skiljer sig mest i {profiles.setting.catalog.indicators[widest].label}: mellan "
        f"{decimal(shares[widest][low], 1)} procent ({names_of(profiles, [low])}) och "
        f"{decimal(shares[widest][high], 1)} procent ({names_of(profiles, [high])}) av kommunens egna "
        f"helårsekvivalenter {last}, bland {members_with_figures(profiles)}.",
        "R4",
    )


# What the statements are made from: the parts of the analysis that are computed once.


@dataclass(frozen=True)
class Facts:
    """A region's profiles, the country's profile, the ranking, what moved each share, and the co-movement."""

    profiles: Profiles
    country: pd.DataFrame  # what `profile_of` gives for Riket; empty when it is not at hand
    ranking: Ranking
    moved: dict[str, Decomposition]  # place -> split, for the places that can be split
    together: Together


# All statements in a fixed order.


def observations(facts: Facts) -> list[Observation]:
    """What the figures bear out, and what is withheld because figures are missing."""
    return list(_made(facts))


def _made(facts: Facts) -> Iterator[Observation]:
    profiles = facts.profiles
    if profiles.members:
        yield from (share_moves(profiles), share_levels(profiles), against_country(profiles, facts.country))
        yield moved_most(profiles)
        yield from (type_moves(profiles, id) for id in profiles.types)
        yield widest_difference(profiles)
        yield population_effects(profiles, facts.moved)
    else:
        yield Observation(
            "Två hela år av helårsekvivalenter saknas för alla medlemmar: inget sägs om andelar och ersättningar.",
            withheld=True,
        )
    yield rank_moves(profiles, facts.ranking)
    yield from printed_type_ranks(profiles)
    yield Observation(facts.together.sentence, "R6", withheld=facts.together.refused)
    for sentence in absence_sentences(profiles):
        yield Observation(f"{sentence} Inget påstås om det som saknas.", withheld=True)


# R7: how things stand in each municipality: the numbers made from the figures, people's own words beside them.


@dataclass(frozen=True)
class Judged:
    prose: str  # clean HTML
    by: str


@dataclass(frozen=True)
class Situation:
    """One municipality: `computed` is made from the figures, `judgements` are what people wrote."""

    name: str
    anchor: str
    computed: str
    judgements: tuple[Judged, ...]


def situations_of(profiles: Profiles, ranking: Ranking, assessment: RegionAssessment | None) -> list[Situation]:
    """Every member, then every comparison, in the catalogue's order."""
    written = assessment.situations if assessment else []
    return [
        Situation(
            name=profiles.setting.places.name(place),
            anchor=f"lage-{place}",
            computed=f"{_numbers(profiles, place)}{_rank(ranking, place)}",
            judgements=tuple(Judged(prose_html(one.text), one.judged_by) for one in written if one.place == place),
        )
        for place in (*profiles.region.members, *profiles.region.comparisons)
    ]


def _numbers(profiles: Profiles, place: str) -> str:
    if place not in profiles.places:
        return "Hela uppgifter om helårsekvivalenter saknas i underlaget för två år i rad."
    first, last = profiles.years
    share, points = profiles.population_share(place, last), profiles.share_change(place)
    text = f"{last}: {decimal(profiles.count(place, TOTAL, last), 0)} helårsekvivalenter"
    text += f", {decimal(share, 1)} procent av invånarna 20–64 år" if share is not None else ""
    text += f". Det är {_more(profiles.change(place))} än {first}"
    text += f" ({signed(points, 2)} procentenheter)" if points is not None else ""
    return f"{text}. {_largest(profiles, place)} {_changed_most(profiles, place)}"


def _more(change: float) -> str:
    if round(change) == 0:
        return "lika många"
    return f"{decimal(abs(change), 0)} {'fler' if change > 0 else 'färre'}"


def _largest(profiles: Profiles, place: str) -> str:
    last, entries = profiles.years[1], profiles.setting.catalog.indicators
    counts = {id: profiles.count(place, id, last) for id in profiles.types}
    top = sorted(counts, key=counts.get, reverse=True)[:3]
    return f"Störst: {listed([f'{entries[id].label} ({decimal(counts[id], 0)})' for id in top])}."


def _changed_most(profiles: Profiles, place: str) -> str:
    entries = profiles.setting.catalog.indicators
    changes = {id: profiles.change(place, id) for id in profiles.types}
    low, high = min(changes, key=changes.get), max(changes, key=changes.get)
    parts = [f"minskade {entries[low].label} ({signed(changes[low], 0)})"] if changes[low] < 0 else []
    parts += [f"ökade {entries[high].label} ({signed(changes[high], 0)})"] if changes[high] > 0 else []
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
