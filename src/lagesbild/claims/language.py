"""Claims: statements of an assessment in a small language, compared with the tidy table.

    claims:
      - claim: unsafe_at_night is lower in 2480 than in 0000 in 2022
        words: otryggheten är lägre     # of the prose beside it, which the claim holds: see lagesbild.claims.prose
      - claim: fte_sick_pay falls in [2401, 2403, 2404, 2409, 2460] except [2403] from 2020 to 2021
      - claim: fte_total per population_20_64 is 12.5 in 2404 in 2021
        known: The table gives 12.97.     # in Swedish: readers see it

    claim    = measure relation "in" places ["except" places] [other] when
    measure  = INDICATOR ["per" INDICATOR] ["of" ("women" | "men" | "women minus men")]
    relation, other and when are one of
               falls | rises                                      from YEAR to YEAR
               falls more | falls less | rises more | rises less  than in [most of] places  from YEAR to YEAR
               is lower | is higher                               than in [most of] places  in YEAR
               is lowest | is highest                             among places              in YEAR
               is NUMBER | is below NUMBER | is above NUMBER                                in YEAR
    places   = CODE | [CODE, CODE ...] | a region of data/catalog/regions.yml | group | municipalities

Each place must do what the claim says, and each of those after "except" must not. "per" is 100 x the first over
the second, in percent. A number is compared as it is written: 12.9 is any value that gives 12.9 rounded or cut off, for
documents do both: 12.97 too. "group" is the municipality's comparison group. All is said of yearly totals, or of the
indicator's own month.

This module reads claims without pandas, since every `lagesbild check` does; `evaluate` compares them with the figures.
"""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from lagesbild.assessments.models import Assessment, Claim, RegionAssessment
from lagesbild.catalog.models import Catalog
from lagesbild.paths import Paths
from lagesbild.places import Places
from lagesbild.records import Document, Location, RecordError, read_record

# What a claim says, after it was read: measure, relation, places and years.

WOMEN_MINUS_MEN = "K-M"


class Relation(StrEnum):
    """What is said of the measure. The values are the words of the language."""

    FALLS = "falls"
    RISES = "rises"
    FALLS_MORE = "falls more"
    FALLS_LESS = "falls less"
    RISES_MORE = "rises more"
    RISES_LESS = "rises less"
    LOWER = "is lower"
    HIGHER = "is higher"
    LOWEST = "is lowest"
    HIGHEST = "is highest"
    EQUALS = "is"
    BELOW = "is below"
    ABOVE = "is above"

    @property
    def of_change(self) -> bool:
        """Whether two years are compared."""
        return self.value.startswith(("falls", "rises"))

    @property
    def to_number(self) -> bool:
        """Whether the value is compared with a number of the claim's own."""
        return self in (Relation.EQUALS, Relation.BELOW, Relation.ABOVE)

    @property
    def link(self) -> str:
        """The word before the places that it is compared with: "than", "among", or nothing."""
        if self in (Relation.LOWEST, Relation.HIGHEST):
            return "among"
        return "" if self.to_number or self in (Relation.FALLS, Relation.RISES) else "than"

    @property
    def downwards(self) -> bool:
        """Whether less of the measure, or of its change, is what the claim says."""
        return self in (Relation.FALLS, Relation.FALLS_MORE, Relation.RISES_LESS, Relation.LOWER, Relation.LOWEST)


@dataclass(frozen=True)
class Measure:
    """An indicator, or 100 x the indicator over `per` in percent; of all (T), women (K), men (M) or K-M."""

    indicator: str
    per: str | None = None
    sex: str = "T"

    @property
    def indicators(self) -> tuple[str, ...]:
        return (self.indicator, self.per) if self.per else (self.indicator,)


@dataclass(frozen=True)
class PlaceSet:
    """Codes of places, and the word of the language that stood for them ("" where codes were written)."""

    codes: tuple[str, ...]
    word: str = ""


@dataclass(frozen=True)
class Statement:
    """One claim. `year` is the only year, or the last of a change; `since` is a change's first."""

    measure: Measure
    relation: Relation
    places: PlaceSet
    year: int
    since: int | None = None
    excepted: tuple[str, ...] = ()
    others: PlaceSet = PlaceSet(())
    most: bool = False  # more than half of the others are enough
    number: str = ""  # as written: its decimals say how exactly it is meant

    @property
    def change(self) -> tuple[int, int]:
        """The first and the last year of a change. Raises ValueError for a claim about a single year."""
        if self.since is None:
            raise ValueError(f"the claim is about {self.year} only, and about no change.")
        return self.since, self.year


# The words that a claim may use: indicators, places and sets of places.

GROUP, MUNICIPALITIES = "group", "municipalities"


class ClaimSyntaxError(ValueError):
    """What is wrong in a claim's text, with the remedy."""


@dataclass(frozen=True)
class Vocabulary:
    """What the words of a claim stand for. `focus` is the municipality whose assessment it is; None for a region's."""

    catalog: Catalog
    places: Places
    edition: int
    focus: str | None = None

    def place_set(self, word: str) -> PlaceSet:
        """The places that a word stands for."""
        if word == MUNICIPALITIES:
            codes = tuple(code for code, kind in self.places.kinds.items() if kind == "K")
            return PlaceSet(codes, word)
        if word == GROUP:
            return PlaceSet(self._group(), word)
        if word in self.catalog.regions:
            return PlaceSet(tuple(self.catalog.regions[word].members), word)
        return PlaceSet((self.code(word),))

    def code(self, word: str) -> str:
        """`word`, a place's code."""
        if word in self.places.names:
            return word
        if word.isdecimal():
            raise ClaimSyntaxError(f"'{word}' is no place's code. Write four digits, such as 2480 or 0000 (Riket).")
        raise ClaimSyntaxError(unknown(word, "place", [*self.catalog.regions, GROUP, MUNICIPALITIES]))

    def _group(self) -> tuple[str, ...]:
        group = self.places.comparison_group(self.catalog, self.focus) if self.focus else None
        if group is None:
            raise ClaimSyntaxError(
                "'group' is nothing here: there is no comparison group. Write the codes in brackets."
            )
        return group.members


def unknown(word: str, kind: str, known: Iterable[str]) -> str:
    """The complaint about a word that is none of `known`, with the nearest of them."""
    known = sorted(known)
    near = get_close_matches(word, known, n=1)
    remedy = f"Did you mean '{near[0]}'?" if near else f"Use one of: {', '.join(known[:12])}."
    return f"'{word}' is no {kind}. {remedy}"


# A claim's text as a Statement, with the nearest known word for each error. No pandas: every `check` reads claims.

TOKEN = re.compile(r"\s*([\[\],]|[^\s\[\],]+)")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
SEXES = {("women",): "K", ("men",): "M", ("women", "minus", "men"): WOMEN_MINUS_MEN}


def parsed(text: str, words: Vocabulary) -> Statement:
    """What the claim says. Raises ClaimSyntaxError."""
    reader = _Reader(TOKEN.findall(text), words)
    statement = reader.statement()
    if reader.tokens:
        raise ClaimSyntaxError(f"'{' '.join(reader.tokens)}' is left over after the year. Take it away.")
    _refuse_years(statement, words.edition)
    return statement


def _refuse_years(statement: Statement, edition: int) -> None:
    if statement.year > edition:
        raise ClaimSyntaxError(f"{statement.year} lies after the edition, {edition}. Choose a year up to it.")
    if statement.since is not None and statement.since >= statement.year:
        raise ClaimSyntaxError(
            f"'from {statement.since} to {statement.year}' goes nowhere. Write the earlier year first."
        )


class _Reader:
    """Takes a claim's words from the left."""

    def __init__(self, tokens: list[str], words: Vocabulary):
        self.tokens = tokens
        self.words = words

    def statement(self) -> Statement:
        measure = self._measure()
        relation, number = self._relation()
        self._word("in")
        places = self._places()
        excepted = self._places().codes if self._taken("except") else ()
        others, most = self._others(relation)
        since, year = self._years(relation)
        self._refuse_exceptions(places, excepted)
        return Statement(measure, relation, places, year, since, excepted, others, most, number)

    def _next(self, wanted: str) -> str:
        if not self.tokens:
            raise ClaimSyntaxError(f"the claim ends where {wanted} is wanted. Add it.")
        return self.tokens.pop(0)

    def _taken(self, *words: str) -> bool:
        """Whether the next words are these; then they are taken."""
        if tuple(self.tokens[: len(words)]) != words:
            return False
        del self.tokens[: len(words)]
        return True

    def _word(self, word: str) -> None:
        token = self._next(f"'{word}'")
        if token != word:
            raise ClaimSyntaxError(
                f"'{token}' stands where '{word}' is wanted. Write '{word}' before it, or correct it."
            )

    def _measure(self) -> Measure:
        indicator = self._indicator()
        per = self._indicator() if self._taken("per") else None
        if not self._taken("of"):
            return Measure(indicator, per)
        for words, sex in sorted(SEXES.items(), key=lambda item: -len(item[0])):
            if self._taken(*words):
                return Measure(indicator, per, sex)
        raise ClaimSyntaxError(f"'{self._next('a sex')}' is no sex. Write women, men or women minus men.")

    def _indicator(self) -> str:
        word = self._next("an indicator")
        if word not in self.words.catalog.indicators:
            raise ClaimSyntaxError(unknown(word, "indicator of data/catalog", self.words.catalog.indicators))
        return word

    def _relation(self) -> tuple[Relation, str]:
        for relation in sorted(Relation, key=lambda relation: -len(relation.value)):
            if self._taken(*relation.value.split()):
                return relation, self._number(relation) if relation.to_number else ""
        word = self._next("what the measure does")
        raise ClaimSyntaxError(unknown(word, "relation", list(Relation)))

    def _number(self, relation: Relation) -> str:
        word = self._next("a number")
        if NUMBER.fullmatch(word):
            return word
        if word[0].isdigit() or relation is not Relation.EQUALS:
            raise ClaimSyntaxError(f"'{word}' is no number. Write digits with a decimal point, such as 16.1.")
        raise ClaimSyntaxError(unknown(f"is {word}", "relation", list(Relation)))

    def _places(self) -> PlaceSet:
        if not self._taken("["):
            return self.words.place_set(self._next("a place"))
        codes = [self.words.code(self._next("a place's code"))]
        while self._taken(","):
            codes.append(self.words.code(self._next("a place's code")))
        self._word("]")
        return PlaceSet(tuple(codes))

    def _others(self, relation: Relation) -> tuple[PlaceSet, bool]:
        if not relation.link:
            return PlaceSet(()), False
        self._word(relation.link)
        if relation.link == "among":
            return self._places(), False
        self._word("in")
        most = self._taken("most", "of")
        return self._places(), most

    def _years(self, relation: Relation) -> tuple[int | None, int]:
        if not relation.of_change:
            self._word("in")
            return None, self._year()
        self._word("from")
        since = self._year()
        self._word("to")
        return since, self._year()

    def _year(self) -> int:
        word = self._next("a year")
        if not re.fullmatch(r"(19|20)\d\d", word):
            raise ClaimSyntaxError(f"'{word}' is no year. Write four digits, such as 2022.")
        return int(word)

    @staticmethod
    def _refuse_exceptions(places: PlaceSet, excepted: tuple[str, ...]) -> None:
        strange = [code for code in excepted if code not in places.codes]
        if strange:
            raise ClaimSyntaxError(f"'{strange[0]}' is excepted from places that do not hold it. Take it away.")


# All claims of `data/assessments/`, each with its file and line.


class ClaimError(RecordError):
    """What is wrong in the claims of `data/assessments/`, one line an error."""


@dataclass(frozen=True)
class StatedClaim:
    """A claim, what it says, and where: `where` is "file:line: path to the entry". `edition` is its file's year."""

    where: str
    claim: Claim
    statement: Statement
    edition: int


@dataclass(frozen=True)
class AssessmentFile:
    """One file of `data/assessments/`: its content, its lines, and what the words of its claims stand for."""

    folder: str  # the municipality's code, or the region
    content: Assessment | RegionAssessment
    document: Document
    words: Vocabulary


def assessment_files(
    paths: Paths, catalog: Catalog, places: Places, without: Container[str] = ()
) -> Iterator[AssessmentFile]:
    """Every file in order, leaving out the folders of places in `without`.

    They are taken as read: `load_all_assessments` refuses those that are not in order.
    """
    for path in sorted(paths.assessments.rglob("[0-9][0-9][0-9][0-9].yml")):  # others are refused by the loader
        if path.parent.name in without:
            continue
        region = path.is_relative_to(paths.assessments / "regions")
        model: type[Assessment] | type[RegionAssessment] = RegionAssessment if region else Assessment
        content, document = read_record(path, model, paths.relative(path))
        words = Vocabulary(catalog, places, int(path.stem), None if region else path.parent.name)
        yield AssessmentFile(path.parent.name, content, document, words)


def stated_claims(paths: Paths, catalog: Catalog, places: Places, without: Container[str] = ()) -> list[StatedClaim]:
    """Every claim of every assessment, in the order of the files. Raises ClaimError with every error."""
    claims: list[StatedClaim] = []
    errors: list[str] = []
    for file in assessment_files(paths, catalog, places, without):
        for at, claim in claims_in(file.content):
            try:
                statement = parsed(claim.claim, file.words)
                claims.append(StatedClaim(file.document.error(at, "").strip(), claim, statement, file.words.edition))
            except ClaimSyntaxError as error:
                errors.append(file.document.error((*at, "claim"), f"'{claim.claim}': {error}"))
    if errors:
        raise ClaimError(errors)
    return claims


def claims_in(content: Assessment | RegionAssessment) -> Iterator[tuple[Location, Claim]]:
    """The claims of one file with the path to each: the judgements', then those of the whole."""
    for kind in ("goals", "areas", "priorities"):
        for key, judgement in getattr(content, kind, {}).items():
            for number, claim in enumerate(judgement.claims):
                yield (kind, key, "claims", number), claim
    for number, claim in enumerate(content.claims):
        yield ("claims", number), claim
