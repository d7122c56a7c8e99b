"""What a figure shows, in Swedish: headings, alternative texts, differences and ranks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

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
    in_place,
    listed,
    period_text,
    signed,
    years_text,
)
from lagesbild.tidy.schema import RESTATED, breaks_in

# One sentence on what a figure shows: the values themselves, and nothing that the values do not hold.
#
# Rows are chart rows: tidy rows with `name`, `label` and `role` (focus, country, region, peer).

MOST = 6  # groups that a sentence names one by one


@dataclass(frozen=True)
class Measure:
    """How an indicator's values are written: the entry, its unit and decimals."""

    indicator: Indicator
    unit: Unit
    decimals: int

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

    def where_and_when(self, row: pd.Series) -> str:
        """The place and the time of a row: "i Umeå 2021–2022"."""
        return f"{in_place(row['name'])} {self.period(row['year'])}"


def _focus(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["role"] == "focus"]


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


def _latest(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["year"] == rows["year"].max()]


def comparison_finding(rows: pd.DataFrame, measure: Measure) -> str:
    """The finding "Otrygga sen kväll: 16,1 procent i Umeå 2021–2022, 27,0 i riket.".

    The latest value beside the country's value of the same year.
    """
    latest = _latest(_focus(totals(rows)))
    if latest.empty:
        return ""
    own = latest.iloc[0]
    text = f"{measure.indicator.label}{only_text(rows)}: {measure.amount(own['value'])} {measure.where_and_when(own)}"
    country = totals(rows[(rows["role"] == "country") & (rows["year"] == own["year"])])
    if len(country):
        text += f", {measure.number(country['value'].iloc[0])} {in_place(country['name'].iloc[0])}"
    return f"{text}."


def series_finding(rows: pd.DataFrame, measure: Measure) -> str:
    """The comparison, and the first year's value of the same unbroken definition."""
    sentence = comparison_finding(rows, measure)
    own = _focus(totals(rows)).sort_values("year")
    last = own["year"].max()
    cut = max((b.year for b in breaks_in(measure.indicator, own) if b.year <= last), default=0)
    same = own[own["year"] >= cut]
    if same["year"].nunique() < 2:
        return sentence
    first = same.iloc[0]
    return f"{sentence.removesuffix('.')}; {measure.number(first['value'])} {measure.where_and_when(first)}."


def gap_finding(rows: pd.DataFrame, measure: Measure) -> str:
    """The finding "Trygga i mörker: kvinnor 75,8, män 90,9 och alla 83,2 procent i Umeå 2022."."""
    latest = _latest(_focus(rows[rows["group"] == ""])).drop_duplicates("sex").set_index("sex")
    parts = [f"{SEX[sex].lower()} {measure.number(latest['value'][sex])}" for sex in "KMT" if sex in latest.index]
    if len(parts) < 2:
        return comparison_finding(rows, measure)
    return f"{measure.indicator.label}: {listed(parts)} {measure.unit.text} {measure.where_and_when(latest.iloc[0])}."


def shares_finding(rows: pd.DataFrame, measure: Measure) -> str:
    """The latest year's parts: "Hyresrätt 47,4, bostadsrätt 23,0 och äganderätt 29,6 procent i Umeå 2022."."""
    own = _focus(rows)
    parts_of_year = own.groupby("year")["label"].transform("nunique")  # a year that lacks a part is not drawn
    latest = _latest(own[parts_of_year == parts_of_year.max()])
    if latest.empty:
        return ""
    parts = [f"{str(row.label).lower()} {measure.number(row.value)}" for row in latest.itertuples()]
    own = latest.iloc[0]
    sentence = f"{listed(parts)} {measure.unit.text} {in_place(own['name'])} {own['year']}."
    return sentence[0].upper() + sentence[1:]


def groups_finding(rows: pd.DataFrame, measure: Measure) -> str:
    """The latest year's groups: "Mår bra: åk 7 61,5 och åk 9 48,0 procent i Umeå 2022."; of many, highest and lowest.

    Totals of the groups stand for women and men where there are any.
    """
    latest = _latest(_focus(rows[rows["group"] != ""]))
    if latest.empty:
        return ""
    totals = latest[latest["sex"] == "T"]
    shown = latest if totals.empty else totals
    if len(shown) > MOST:
        ordered = shown.sort_values("value", ascending=False, kind="stable")
        highest, lowest = _group_values(ordered.iloc[[0, -1]], measure)
        text = f"högst {highest} och lägst {lowest}"
    else:
        text = listed(_group_values(shown, measure))
    return f"{measure.indicator.label}: {text} {measure.unit.text} {measure.where_and_when(latest.iloc[0])}."


def _group_values(rows: pd.DataFrame, measure: Measure) -> list[str]:
    """Each group, with the sex where it is one, and its value."""
    names = [row.group if row.sex == "T" else f"{row.group}, {SEX[row.sex].lower()}" for row in rows.itertuples()]
    return [f"{name} {measure.number(value)}" for name, value in zip(names, rows["value"], strict=True)]


def dots_finding(rows: pd.DataFrame, measures: dict[str, Measure]) -> str:
    """One clause an indicator: label, the focus place's latest value and the country's of the same year."""
    sentences = (comparison_finding(rows[rows["indicator"] == name], measure) for name, measure in measures.items())
    clauses = [sentence.removesuffix(".") for sentence in sentences if sentence]
    return "; ".join(clauses) + "." if clauses else ""


def alternative_text(kind: str, finding: str, rows: pd.DataFrame, names: Sequence[str]) -> str:
    """What the chart shows to a reader who does not see it: kind, finding, who is drawn, how many values.

    The whole data stands in the table under the figure, which the text points to.
    """
    places = listed(list(names)) if len(names) <= 9 else f"{len(names)} platser"
    years = f"{rows['year'].min()}–{rows['year'].max()}" if rows["year"].nunique() > 1 else str(rows["year"].max())
    shows = f"Visar {places}, {years}, {len(rows)} värden. Alla värden finns i tabellen under figuren."
    return " ".join(part for part in (f"{kind}.", finding, shows) if part)


# The words around a figure: its finding by what its rows hold, what is measured, its notes, who lacks a value.


def figure_finding(measures: dict[str, Measure], rows: pd.DataFrame) -> str:
    """One sentence with the figure's main values, made from `rows`."""
    first = next(iter(measures.values()))
    if len(measures) > 1 and all(measure.indicator.share for measure in measures.values()):
        return shares_finding(rows, first)
    if len(measures) > 1:
        return dots_finding(rows, measures)
    if (rows["group"] != "").any():
        return groups_finding(rows, first)
    if set(rows["sex"]) >= {"K", "M"}:
        return gap_finding(rows, first)
    return series_finding(rows, first) if rows["year"].nunique() > 1 else comparison_finding(rows, first)


def figure_subtitle(measures: dict[str, Measure], rows: pd.DataFrame) -> str:
    """Measure, unit, place and years of what is drawn."""
    titles = listed([measure.indicator.title for measure in measures.values()])
    units = listed(list(dict.fromkeys(m.unit.text for m in measures.values() if m.unit.text)))
    first = next(iter(measures.values())).indicator
    years = period_text(first, int(rows["year"].iloc[0])) if rows["year"].nunique() == 1 else years_text(rows["year"])
    names = list(dict.fromkeys([*_focus(rows)["name"], *rows["name"]]))  # the municipality first
    where = listed(names) if len(names) <= 3 else f"{names[0]} och {len(names) - 1} jämförda platser"
    return (
        ". ".join(
            part for part in (titles, units[:1].upper() + units[1:], f"{where}, {years}{only_text(rows)}") if part
        )
        + "."
    )


def measure_notes(measures: Mapping[str, Measure], rows: pd.DataFrame) -> list[str]:
    """What a reader must know of the measures drawn: questions, caveats, breaks or what mended them, years left out,
    missing margins.
    """
    entries = [measure.indicator for measure in measures.values()]
    notes = [text for entry in entries for text in (entry.question, entry.caveat, entry.own_definition)]
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
    known = rows.assign(known=rows["value"].notna())
    has = known.groupby(["label", "name"], sort=False)["known"].any().unstack("label")
    bare = [name for name in rows["name"].unique() if not has.loc[name].any()]
    notes = [f"Saknar värde: {listed(bare)}."] if bare else []
    for label in rows["label"].unique():
        lacking = [name for name in has.index[has[label].eq(False)] if name not in bare]
        notes += [f"{label}: värde saknas för {listed(lacking)}."] if lacking and has.shape[1] > 1 else []
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


def survey_change_text(row: pd.Series, measure: Measure) -> str:
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
