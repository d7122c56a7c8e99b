"""R1: sentences about the region, each made from the tables and linked to its evidence."""

from dataclasses import dataclass

from ...wording import decimal, listed, signed
from .profiles import TOTAL, Profiles

RANK_CHANGE = "support_rank_change"


@dataclass(frozen=True)
class Observation:
    """A sentence and where its numbers stand; `withheld` says that data are missing instead."""

    text: str
    link: str
    withheld: bool = False


def observations(profiles: Profiles) -> list[Observation]:
    """What the tables bear out, in a fixed order; a statement without data is withheld and says so."""
    if not profiles.members or profiles.years is None:
        return [Observation("Helårsekvivalenter saknas för regionens kommuner: inga iakttagelser görs.", "", True)]
    made = [
        _share_fell(profiles),
        _type_fell(profiles, "fte_sick_pay"),
        _moved_most(profiles),
        _ranks(profiles),
    ]
    if profiles.without:
        names = listed([profiles.setting.places.name(code) for code in profiles.without])
        made.append(Observation(f"{names} har ingen tabell i underlaget; inget påstås om kommunens profil.", "", True))
    return made


def _names(profiles: Profiles, places: list[str]) -> str:
    return listed([profiles.setting.places.name(code) for code in places])


def _share_fell(profiles: Profiles) -> Observation:
    first, last = profiles.years
    shares = {p: (profiles.population_share(p, first), profiles.population_share(p, last)) for p in profiles.members}
    known = {place: pair for place, pair in shares.items() if None not in pair}
    if not known:
        return Observation("Invånare 20–64 år saknas i underlaget: andelen försörjda kan inte beräknas.", "", True)
    fell = [place for place, (old, new) in known.items() if new < old]
    levels = listed([f"{profiles.setting.places.name(p)} {decimal(new, 1)}" for p, (_, new) in known.items()])
    return Observation(
        f"Andelen försörjda av invånarna 20–64 år minskade {first}–{last} i {len(fell)} av {len(known)} "
        f"medlemskommuner med tabell. Nivån {last} i procent: {levels}.",
        "#r4",
    )


def _type_fell(profiles: Profiles, type_: str) -> Observation:
    first, last = profiles.years
    label = profiles.setting.catalog.indicators[type_].label
    changes = {p: profiles.count(p, type_, last) - profiles.count(p, type_, first) for p in profiles.places}
    members = [p for p in profiles.members if changes[p] < 0]
    others = [p for p in profiles.members if changes[p] >= 0]
    text = f"{label} minskade {first}–{last} i {len(members)} av {len(profiles.members)} medlemskommuner med tabell"
    text += f", inte i {_names(profiles, others)}" if others else ""
    compared = [
        f"{profiles.setting.places.name(p)} {signed(changes[p], 0)}"
        for p in profiles.places
        if p not in profiles.members
    ]
    return Observation(text + (f". Jämförelse utanför regionen: {listed(compared)}." if compared else "."), "#r4")


def _moved_most(profiles: Profiles) -> Observation:
    first, last = profiles.years
    moved = {
        type_: sum(profiles.count(p, type_, last) - profiles.count(p, type_, first) for p in profiles.members)
        for type_ in profiles.types
    }
    entries = profiles.setting.catalog.indicators
    least, most = min(moved, key=moved.get), max(moved, key=moved.get)
    total = sum(profiles.count(p, TOTAL, last) - profiles.count(p, TOTAL, first) for p in profiles.members)
    text = (
        f"I medlemskommunerna med tabell ändrades summan med {signed(total, 0)} helårsekvivalenter. Störst minskning: "
        f"{entries[least].label} ({signed(moved[least], 0)})."
    )
    if moved[most] > 0:
        text += f" Störst ökning: {entries[most].label} ({signed(moved[most], 0)})."
    return Observation(text, "#r4")


def _ranks(profiles: Profiles) -> Observation:
    table = profiles.setting.table
    rows = table[(table["indicator"] == RANK_CHANGE) & table["place"].isin(profiles.region.members)]
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return Observation("Kommunernas plats i riket saknas i underlaget.", "", True)
    rows = rows[rows["year"] == rows["year"].max()].sort_values("value")
    up, down = int((rows["value"] > 0).sum()), rows[rows["value"] < 0]["place"].tolist()
    best = rows.iloc[-1]
    text = (
        f"{up} av {len(rows)} medlemskommuner har en bättre plats i riket {int(best['year'])} än året före; störst "
        f"ändring: {profiles.setting.places.name(best['place'])} ({signed(best['value'], 0)})."
    )
    text += f" Sämre plats: {_names(profiles, down)}." if down else ""
    return Observation(text + " En plats ändras också när andra kommuner ändras.", "#r2")
