"""What `lagesbild check` says of the hand-made files beyond their form: false claims, and what looks forgotten.

Claims are held against the figures with `--strict`. A warning never ends a command:

* an edition copied from another place or year: its basis or a situation names another municipality or region than the
  folder's, or another year than the file's. Every `check` looks for it, without pandas;
* a draft, with what is not judged in it yet;
* a measure that repeats its value by construction, such as turnout in the years between two elections: `every` of the
  catalogue is to say so, or each repeated year counts as a new observation. Only with `--strict`, which makes the tidy
  table anyway.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lagesbild.assessments.models import Assessment, RegionAssessment
from lagesbild.catalog.models import Catalog
from lagesbild.claims.language import AssessmentFile, StatedClaim, Statement, assessment_files, stated_claims
from lagesbild.paths import Paths
from lagesbild.places import Places
from lagesbild.records import Location
from lagesbild.sources.raw import load_places

if TYPE_CHECKING:  # every `check` imports this and shall be quick
    import pandas as pd

    from lagesbild.claims.evaluate import Case, Finding

# Every claim that the figures contradict and nobody has looked at.

SHOWN = 4  # places named in one line


@dataclass(frozen=True)
class ClaimCheck:
    """How many claims there are, hold, are known to disagree and cannot be judged, and what is wrong."""

    total: int
    holding: int
    known: int
    not_judged: int
    errors: tuple[str, ...]  # one line each: file, line, claim, values found, remedy
    warnings: tuple[str, ...] = ()  # indicators that repeat their values, whatever is claimed

    @property
    def ok(self) -> bool:
        return not self.errors


def claim_check(paths: Paths, catalog: Catalog) -> ClaimCheck:
    """Every claim of every assessment compared with the tidy table. Raises ClaimError and TidyError."""
    from lagesbild.claims.evaluate import Outcome, evaluated
    from lagesbild.rules.judgements import judgements
    from lagesbild.tidy.build import table_at_hand
    from lagesbild.tidy.rows import Rows
    from lagesbild.tidy.schema import current

    places = load_places(paths)
    stated = stated_claims(paths, catalog, places)
    whole = table_at_hand(paths, catalog)
    table = current(whole.rows)
    rows = Rows(table)
    judged = {year: judgements(paths, whole, catalog, places, year) for year in {claim.edition for claim in stated}}
    findings = [(claim, evaluated(claim.statement, rows, catalog, judged[claim.edition])) for claim in stated]
    outcomes = [finding.outcome for _, finding in findings]
    return ClaimCheck(
        total=len(findings),
        holding=outcomes.count(Outcome.HOLDS),
        known=sum(bool(claim.claim.known) and finding.outcome is Outcome.FAILS for claim, finding in findings),
        not_judged=outcomes.count(Outcome.NOT_JUDGED),
        errors=tuple(filter(None, (_error(claim, finding, places) for claim, finding in findings))),
        warnings=tuple(repeated_values(table, catalog)),
    )


def _error(claim: StatedClaim, finding: "Finding", places: Places) -> str:
    """What is wrong with a claim, or nothing. A disagreement that is known passes; one that is gone does not."""
    from lagesbild.claims.evaluate import Outcome

    if finding.outcome is Outcome.FAILS and not claim.claim.known:
        values = deciding_values(claim.statement, finding, places)
        remedy = "Correct the claim and the sentence that it stands for, or say in 'known' why they differ."
        return f"{claim.where} '{claim.claim.claim}': the figures say otherwise: {values}. {remedy}"
    if finding.outcome is Outcome.HOLDS and claim.claim.known:
        return f"{claim.where} '{claim.claim.claim}': the figures bear it out now. Take 'known' away."
    return ""


def deciding_values(statement: Statement, finding: "Finding", places: Places) -> str:
    """The values that decide, such as "835 (2020) and 863 (2021) in 2284 Örnsköldsvik"."""
    cases = finding.deciding
    more = f" and {len(cases) - SHOWN} more" if len(cases) > SHOWN else ""
    return "; ".join(_case_text(statement, case, places) for case in cases[:SHOWN]) + more


def _case_text(statement: Statement, case: "Case", places: Places) -> str:
    place = f"{case.place} {places.name(case.place)}"
    if case.second is None:
        text = f"{case.first.value:.6g} in {place}"
    elif case.other is not None:
        other = f"{case.other} {places.name(case.other)}"
        text = f"{case.first.value:.6g} in {place}, {case.second.value:.6g} in {other}"
    else:
        text = f"{case.first.value:.6g} ({statement.since}) and {case.second.value:.6g} ({statement.year}) in {place}"
    return f"{text} ({case.obstacle.replace('_', ' ')})" if case.obstacle else text


# An edition copied from another place or year.

REMEDY = "Correct it if the file was copied."
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def copied_editions(paths: Paths, catalog: Catalog, places: Places) -> list[str]:
    """One line for each text that names another place or year than its file is about."""
    return [
        file.document.error(at, what)
        for file in assessment_files(paths, catalog, places)
        for at, what in _copied(file, catalog, places)
    ]


def _copied(file: AssessmentFile, catalog: Catalog, places: Places) -> Iterator[tuple[Location, str]]:
    basis, year = file.content.basis, str(file.words.edition)
    own = _own_names(file, catalog, places)
    for field in ("title", "publisher", "judged_by"):
        text, at = getattr(basis, field), ("basis", field)
        yield from _another_place(at, text, own, catalog, places)
        years = YEAR.findall(text)
        if years and year not in years:
            yield at, f"'{text}' names {years[0]} in the file of {year}. {REMEDY}"
    if isinstance(file.content, RegionAssessment):
        for number, situation in enumerate(file.content.situations):
            here = [own[0], places.names.get(situation.place, "")]
            yield from _another_place(("situations", number, "judged_by"), situation.judged_by, here, catalog, places)


def _own_names(file: AssessmentFile, catalog: Catalog, places: Places) -> list[str]:
    """The names that belong in a file: the municipality's, or the region's with those of its places."""
    region = catalog.regions.get(file.folder)
    codes = [*region.members, *region.comparisons] if region else [file.folder]
    return [
        *([region.name, region.publisher or region.name] if region else ()),
        *(places.names.get(code, "") for code in codes),
    ]


def _another_place(
    at: Location, text: str, own: Iterable[str], catalog: Catalog, places: Places
) -> Iterator[tuple[Location, str]]:
    """A warning where the text names a municipality or region, and none of its own."""
    known = [places.names[code] for code, kind in places.kinds.items() if kind == "K"]
    known += [region.name for region in catalog.regions.values()]
    named = re.findall(rf"\b({'|'.join(map(re.escape, sorted(known, key=len, reverse=True)))})s?\b", text)
    if named and not {*named} & {*own}:
        yield at, f"'{text}' names {named[0]} in the file of {next(iter(own))}. {REMEDY}"


def drafts(paths: Paths, catalog: Catalog, places: Places) -> list[str]:
    """One line for each file that is a draft, with what is still to be judged in it."""
    lines = []
    for file in assessment_files(paths, catalog, places):
        if isinstance(file.content, Assessment) and file.content.draft:
            wanted = {"goals": catalog.goals, "areas": catalog.focus_areas, "priorities": catalog.priorities}
            missing = {kind: sorted(keys - getattr(file.content, kind).keys()) for kind, keys in wanted.items()}
            told = "; ".join(f"{kind} {', '.join(keys)}" for kind, keys in missing.items() if keys)
            what = f"still to judge: {told}. Or build with what there is." if told else "nothing is missing."
            lines.append(file.document.error(("draft",), f"{what} Remove 'draft' when it is whole."))
    return lines


# A measure that repeats its value by construction.

REPEATED = 3  # equal values in a row
MOST = 0.5  # of the places; that so many stand still by chance does not happen with decimals


def repeated_values(table: "pd.DataFrame", catalog: Catalog) -> list[str]:
    """One line for each indicator that repeats its value by construction; `table` has current rows.

    That is: in some year more than half of the places that have three years in a row have the same value in all three.
    Zeros, a register's whole numbers and what is published in whole percent stand still by themselves.
    """
    from lagesbild.tidy.schema import yearly_totals

    rows = yearly_totals(table, catalog)
    warnings = []
    for indicator, own in rows[rows["value"].notna() & (rows["value"] != 0)].groupby("indicator", observed=True):
        entry = catalog.indicators[str(indicator)]
        years = own.pivot_table(index="year", columns="place", values="value", observed=True)
        years = years.reindex(range(years.index.min(), years.index.max() + 1))
        run = [years.shift(back) for back in range(REPEATED)]
        known = (run[0].notna() & run[1].notna() & run[2].notna()).sum(axis="columns")
        still = ((run[0] == run[1]) & (run[1] == run[2])).sum(axis="columns")
        repeating = known.index[still > MOST * known]
        exact = not entry.whole_numbers and (entry.kind == "survey" or (own["value"] % 1 != 0).any())
        if exact and entry.every == 1 and len(repeating):
            year = repeating[0]
            warnings.append(
                f"data/catalog/indicators: {indicator}: {still[year]} of {known[year]} places have the same value in "
                f"{year - 2}, {year - 1} and {year}. If it is measured every few years, say so: 'every: 4'."
            )
    return warnings
