"""The words around a figure's values, in Swedish: how they are written, notes, differences, ranks and classes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import compress, pairwise
from typing import Any

import pandas as pd

from lagesbild.catalog.models import Indicator, Unit
from lagesbild.sources.files import DocumentSource
from lagesbild.statistics.differences import Basis, Compared
from lagesbild.statistics.noise import FEWEST_CASES
from lagesbild.statistics.ranks import TYPICAL_CASES, NoRank
from lagesbild.statistics.surveys import Z_DECIDED, answers_needed
from lagesbild.swedish.numbers import (
    NBSP,
    OWN_COMPUTATION,
    SEX,
    decimal,
    inside,
    listed,
    period_text,
    signed,
    years_text,
)
from lagesbild.swedish.words import capital, count_words, inner
from lagesbild.tidy.schema import RESTATED, breaks_in

# Rows are chart rows: tidy rows with `name`, `label` and `role` (focus, country, region, peer).

ROLES = ["focus", "peer", "added", "region", "country"]  # in the order that a sentence names them
FEW_PLACES = 2  # of a kind, that a sentence names one by one


@dataclass(frozen=True)
class Measure:
    """How an indicator's values are written: the entry, its unit and decimals."""

    indicator: Indicator
    unit: Unit
    decimals: int

    @property
    def subject(self) -> str:
        """What a sentence calls the measure: "Andelen unga utan arbete eller studier"; its label without a phrase."""
        return self.indicator.subject or self.indicator.label

    def amount(self, value: float) -> str:
        """A value as a sentence has it: "12,5 procent", "8 442 brott per 100 000 invånare"."""
        return f"{self.number(value)}{NBSP}{self.unit.text}" if self.unit.text else self.number(value)

    def number(self, value: float) -> str:
        return decimal(value, self.decimals)

    def difference_unit(self, difference: float) -> str:
        """The unit of a difference, in the singular for one point: "−1 procentenhet"."""
        one = self.unit.difference == "procentenheter" and self.number(abs(difference)) in ("1", "1,0")
        return "procentenhet" if one else self.unit.difference

    def period(self, year: int) -> str:
        """The time that a year's value is about."""
        return period_text(self.indicator, int(year))


def totals(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of everybody; where all rows are of one sex, those."""
    whole = rows[rows["group"] == ""]
    return whole if whole["sex"].nunique() == 1 else whole[whole["sex"] == "T"]


def only_text(rows: pd.DataFrame) -> str:
    """The one sex and the one group that all rows are of, where they are not of everybody: ", kvinnor"."""
    sexes, groups = rows["sex"].unique(), rows["group"].unique()
    texts = [SEX[sexes[0]].lower()] if len(sexes) == 1 and sexes[0] != "T" else []
    texts += [str(groups[0])] if len(groups) == 1 and groups[0] else []
    return "".join(f", {text}" for text in texts)


# The words around a figure: what is measured, its notes, who lacks a value.


def measure_name(entry: Indicator) -> str:
    """What a measure is called above a figure: its title without survey, unit and closing year.

    Kolada's titles say all of that in one line: "NTU - Otrygghet ..., andel (%)". A dash joins years and ages.
    """
    title = re.sub(r"^\S+ - ", "", entry.title)
    title = re.sub(r",? (andel|andelar|antal|antal barn|dagar) *([(/].*)?$", "", title)
    return re.sub(r"(?<=\d)-(?=\d)", "–", title).replace(" - ", " – ")


def places_text(rows: pd.DataFrame) -> str:
    """Whose values are drawn: "Umeå, sju liknande kommuner och riket"; up to two others of a kind by name."""
    drawn = dict.fromkeys(zip(rows["role"], rows["name"], strict=True))
    roles = {role: [name for its, name in drawn if its == role] for role in ROLES}
    names = list(roles["focus"])
    for role, words in (("peer", "liknande kommuner"), ("added", "andra platser")):
        few = len(roles[role]) <= FEW_PLACES
        names += roles[role] if few else [f"{count_words(len(roles[role]))} {words}"]
    names += [*roles["region"], *map(inside, roles["country"])]
    return capital(listed(names))


def group_names(groups: Iterable[tuple[str, str]]) -> list[str]:
    """What each group is called, of which the sex is given too: "åk 9, kvinnor"."""
    return [group if sex == "T" else f"{group}, {SEX[sex].lower()}" for group, sex in groups]


def subjects_text(measures: Mapping[str, Measure]) -> str:
    """The measures as headings name them, in a row: "Arbetslösheten och arbetslösheten bland utrikes födda"."""
    names = list(dict.fromkeys(each.subject for each in measures.values()))
    return listed([names[0], *map(inner, names[1:])])


def figure_subtitle(measures: Mapping[str, Measure], rows: pd.DataFrame) -> str:
    """Measure, unit, place and years of what is drawn."""
    entries = [measure.indicator for measure in measures.values()]
    name = subjects_text(measures) if len(entries) > 1 else measure_name(entries[0])
    units = listed(list(dict.fromkeys(m.unit.text for m in measures.values() if m.unit.text)))
    alone = rows["year"].nunique() == 1
    few = sorted(rows["year"].unique())
    if alone or (entries[0].years_pooled > 1 and len(few) <= FEW_PERIODS):
        years = listed([period_text(entries[0], int(year)) for year in few])
    else:
        years = years_text(rows["year"])
    about = f"{places_text(rows)}, {years}{only_text(rows)}"
    return ". ".join(part for part in (name, capital(units), about) if part) + "."


FEW_PERIODS = 3  # of pooled years that are written out one by one
SHORT = 170  # characters of a note that stands under its figure


def footnote_of(notes: Iterable[str], others: Iterable[str] = ()) -> tuple[str, tuple[str, ...]]:
    """The first short one of `notes`, which stands under the figure, and all the rest, which stand in its details."""
    said = [note for note in notes if note]
    first = next((note for note in said if len(note) <= SHORT), "")
    return first, tuple(dict.fromkeys(note for note in (*said, *others) if note and note != first))


def published_text(measures: Mapping[str, Measure]) -> str:
    """What the publisher calls each measure, with its series or table: "Ohälsotal, dagar (Kolada N00957)"."""
    named = []
    for measure in measures.values():
        entry = measure.indicator
        series = f"Kolada {entry.kolada.id}" if entry.kolada else f"tabell {entry.table.id}" if entry.table else ""
        named.append(f"{entry.title} ({series})" if series else entry.title)
    return "; ".join(dict.fromkeys(named))


def measure_notes(measures: Mapping[str, Measure], rows: pd.DataFrame) -> list[str]:
    """What a reader must know of the measures drawn beside their caveats: questions, breaks or what mended them, years
    left out, missing margins.
    """
    entries = [measure.indicator for measure in measures.values()]
    notes = [text for entry in entries for text in (entry.question, entry.own_definition)]
    for name, measure in measures.items():
        notes += _definition_notes(measure.indicator, rows[rows["indicator"] == name])
    notes += [
        f"Utan {listed([str(year) for year in out.years])}: {out.why}" for entry in entries for out in entry.left_out
    ]
    if any(entry.kind == "survey" for entry in entries) and rows["margin"].isna().all():
        notes.append("Enkät: små skillnader mellan platser och år kan bero på vilka som råkade bli tillfrågade.")
    return [note for note in notes if note]


def _definition_notes(entry: Indicator, rows: pd.DataFrame) -> list[str]:
    """The breaks that stand in rows of one measure, which years are restated, and whose could not be."""
    notes = [f"{b.year}: {b.what}" for b in breaks_in(entry, rows) if b.year <= rows["year"].max()]
    own = rows[rows["status"] == RESTATED]
    if entry.restated is None:
        return notes
    before, after = entry.restated.before, entry.restated.after
    if len(own):
        notes.append(
            f"{OWN_COMPUTATION.capitalize()}: {entry.label} {years_text(own['year'])} är omräknat från {before} till "
            f"{after}. Det publicerade värdet står bredvid i filen att ladda ner."
        )
    kept = rows[(rows["year"] <= entry.restated.until) & ~rows["place"].isin(own["place"])]
    if len(kept) and rows["year"].max() > entry.restated.until:
        names = listed(list(dict.fromkeys(kept["name"])))
        notes.append(
            f"Inte omräknat för {names}, där {years_text(kept['year'])} är {before}: folkmängden saknas, eller så ger "
            "det publicerade värdet inte ett helt antal fall."
        )
    return notes


UNTOUCHED = "Värdena visas som de är publicerade, utan omräkning."
PARTLY = "Värden med stjärna i tabellen är egen bearbetning, se anmärkningen; övriga visas som de är publicerade."
MONTHLY = "Där månader är hämtade är årets värde medelvärdet av dess tolv månader; annars visas det som är publicerat."


def method_text(
    derived: str | None, measures: Mapping[str, Measure], rows: pd.DataFrame, documents: Mapping[str, DocumentSource]
) -> str:
    """How published values became those shown: as `derived` says, else by the rows; and what is read at second hand."""
    restated = (rows["status"] == RESTATED).any()
    entries = {name: measure.indicator for name, measure in measures.items()}
    monthly = any(entry.table and entry.table.monthly for entry in entries.values())
    text = derived or (PARTLY if restated else MONTHLY if monthly else UNTOUCHED)
    read = set(zip(rows["indicator"], rows["vintage"], strict=True))
    copied = {name: document.vintage for name, document in documents.items() if document.second_hand}
    labels = [entry.label for name, entry in entries.items() if (name, copied.get(entry.document or "")) in read]
    return f"{text} {listed(labels)}: läst i andra hand." if labels else text


def absence_notes(rows: pd.DataFrame) -> list[str]:
    """Which places of chart rows have no value at all, or none of one of several measures, and that some are hidden."""
    asked = list(zip(rows["label"], rows["name"], strict=True))
    known, labels = set(compress(asked, rows["value"].notna())), dict.fromkeys(rows["label"])
    said = {name: inside(name) for name in dict.fromkeys(rows["name"])}
    bare = [name for name in said if not any((label, name) in known for label in labels)]
    notes = [f"Saknar värde: {listed([said[name] for name in bare])}."] if bare else []
    lacks = {*asked} - known
    for label in labels:
        lacking = [name for name in said if (label, name) in lacks and name not in bare]
        notes += (
            [f"{label}: värde saknas för {listed([said[name] for name in lacking])}."]
            if lacking and len(labels) > 1
            else []
        )
    if (rows["status"] == "hidden").any():
        notes.append("Några värden är dolda för att skydda enskilda.")
    return notes


# Comparisons in Swedish: differences with their intervals, ranks, classes, and why there is none.

NO_RANK = {
    NoRank.NOT_ALL_FETCHED: "uppgifter är inte hämtade för alla kommuner",
    NoRank.TOO_FEW_PLACES: "för få kommuner har ett värde",
    NoRank.NO_DIRECTION: "måttet saknar riktning",
    NoRank.TOO_FEW_CASES: f"en typisk kommun har färre än {TYPICAL_CASES} fall om året",
    NoRank.TOO_UNCERTAIN: "med osäkerheten kunde platsen ligga var som helst i mer än halva listan",
}
QUARTILES: Mapping[int, str] = {
    1: "Bästa fjärdedelen",
    2: "Näst bästa fjärdedelen",
    3: "Näst sämsta fjärdedelen",
    4: "Sämsta fjärdedelen",
}
CLASSES_ARE_OURS = (
    "Klasserna är rapportens egna: kommunerna delas efter plats i fyra ungefär lika stora grupper. Ingen myndighet har "
    "satt gränserna."
)
EMPTY_CLASS = "ingen kommun"  # ties can leave a class without places
WITHIN = {"noise": "Skillnaden ryms i vad den brukar svänga", "sample": "Skillnaden ryms i osäkerheten"}
NOT_KNOWN = "Osäkerheten är inte känd"
FEW = f"För få fall: färre än {FEWEST_CASES} om året"


def difference_text(row: pd.Series, measure: Measure, than: str) -> tuple[str, ...]:
    """A difference in the measure's unit, and what is known of it. `than`: whom it is compared with, "i riket".

    `row` is one of `Judgements.differences`.
    """
    text = f"{signed(row['difference'], measure.decimals)} {measure.difference_unit(row['difference'])}"
    return text, _known(row, measure, than)


def _known(row: pd.Series, measure: Measure, than: str) -> str:
    verdict, sampled = row["verdict"], row["basis"] in (Basis.MARGINS, Basis.ESTIMATE)
    margin = ""
    if sampled and pd.notna(row["margin"]):
        kind = "felmarginal" if row["basis"] == Basis.MARGINS else "uppskattad felmarginal"
        margin = f" ({kind} ±{decimal(row['margin'], 1)} procentenheter)"
    if verdict in (Compared.LOWER, Compared.HIGHER):
        words = f"{'Lägre' if verdict == Compared.LOWER else 'Högre'} än {than}"
        return f"{words}{margin}" if sampled else f"{words}, mer än skillnaden brukar svänga mellan år"
    if verdict == Compared.WITHIN:
        return WITHIN["sample" if sampled else "noise"]
    if row["basis"] == Basis.FEW_CASES:
        return FEW
    asked = measure.indicator.kind == "survey" and measure.indicator.unit == "percent"
    if not asked or row["difference"] == 0:
        return f"{NOT_KNOWN}"
    needed = decimal(answers_needed(row["value"], row["other_value"]), 0)
    return f"{NOT_KNOWN}. Skillnaden är säker om minst {needed} har svarat"


def survey_change_text(row: Mapping[str, Any], measure: Measure) -> str:
    """Both times of a survey, and whether the change is more than what all places share; no direction of two times.

    `row` is one of `Judgements.changes`.
    """
    first, last = (measure.period(row[name]) for name in ("first_year", "last_year"))
    shift = f"{signed(row['shift'], 1)} {measure.difference_unit(row['shift'])}"
    shared = f"den som kommunerna delar ({shift})"
    if abs(row["z"]) > Z_DECIDED:
        known = f"{'Ökningen' if row['z'] > 0 else 'Minskningen'} är säkert större än {shared}"
        if (row["last"] - row["first"]) * row["z"] < 0:
            known = f"Förändringen skiljer sig säkert från {shared}"
    else:
        known = f"Förändringen skiljer sig inte säkert från {shared}"
    return f"{measure.amount(row['first'])} {first}, {measure.amount(row['last'])} {last}. {known}."


def rank_text(rank: int, n: int, indicator: Indicator, municipalities: int) -> str:
    """The rank "plats 12 av 290 kommuner"; of fewer, it says which they are."""
    if indicator.voluntary:
        return f"plats {rank} av {n} deltagande kommuner"
    return f"plats {rank} av {n} kommuner{'' if n == municipalities else ' med värde'}"


def plausible_text(low: int, high: int) -> str:
    """Between which ranks the place probably lies, given the margins of error of all places: "troligen 12–31"."""
    return f"troligen {low}–{high}"


def class_spans(cuts: pd.DataFrame, measure: Measure) -> dict[int, str]:
    """Class -> its values, from its first place to its last: "8,1 till 12,4"; none stands in two classes.

    `cuts` as `quartile_cuts` gives them. Where rounding would put one value into two classes, a decimal is added.
    """
    for decimals in range(measure.decimals, measure.decimals + 4):
        ends = [(decimal(row.best, decimals), decimal(row.worst, decimals)) for row in cuts.itertuples()]
        if all(worst != best for (_, worst), (best, _) in pairwise(ends)):
            break
    spans = [" till ".join(dict.fromkeys(pair)) for pair in ends]
    return dict(zip(cuts["quartile"].astype(int), spans, strict=True))
