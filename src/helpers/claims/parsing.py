"""A claim's text as a Statement, with the nearest known word for each slip. No pandas: every `check` reads claims."""

import re

from .language import WOMEN_MINUS_MEN, Measure, PlaceSet, Relation, Statement
from .vocabulary import ClaimSyntaxError, Vocabulary, unknown

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
        found = self._next(f"'{word}'")
        if found != word:
            raise ClaimSyntaxError(
                f"'{found}' stands where '{word}' is wanted. Write '{word}' before it, or correct it."
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
        for relation in sorted(Relation, key=lambda one: -len(one.value)):
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
