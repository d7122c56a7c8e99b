"""A PxWeb table as it is described: labels, periods, variables, and whether it is as new as expected."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from lagesbild.sources.jsonstat import Dimension, Heading
from lagesbild.sources.series import Scope, WantedSeries

# A label of the catalogue found among a table's: exactly, or with one long word spelt a little otherwise.

LONG_WORD = 8  # letters; in shorter words a letter makes another word
NEARLY_ALIKE = 0.9
SAME_START = 3  # "osysselsatta" is not a misspelt "sysselsatta"


class TableError(ValueError):
    """What is wrong with a table or with what is asked of it, and the remedy."""

    def __init__(self, what: str, remedy: str):
        super().__init__(f"{what}. {remedy}")
        self.what, self.remedy = what, remedy


def folded(label: str) -> str:
    """The label without regard to case, kinds of space and dashes."""
    plain = unicodedata.normalize("NFC", label).casefold()
    return " ".join(re.sub(r"[\u2010-\u2015\u2212]", "-", plain).split())


def code_of(wanted: str, labels: Mapping[str, str], kind: str) -> tuple[str, str | None]:
    """The code whose label is `wanted`, and a warning when its spelling differs.

    Raises TableError when no label fits or more than one does. `kind` says what the labels are labels of.
    """
    exact = [code for code, label in labels.items() if folded(label) == folded(wanted)]
    close = exact or [code for code, label in labels.items() if _nearly(folded(wanted), folded(label))]
    if len(close) > 1:
        raise TableError(
            f"the label '{wanted}' fits {len(close)} {kind}: {', '.join(close)}",
            "Nothing is guessed: find another table, or ask the publisher which one is meant.",
        )
    if not close:
        raise TableError(
            f"no label '{wanted}' among the {kind}: {_some(wanted, labels)}",
            "Write the label as the table has it now.",
        )
    code = close[0]
    if exact:
        return code, None
    return code, f"'{labels[code]}' ({code}) was taken for '{wanted}': the table spells the label otherwise."


def _nearly(wanted: str, label: str) -> bool:
    """Are all words the same but one long one, which has other letters in it but the same start?

    Words with digits must be the same: 20-64 and 20-65 are two age groups, not two spellings.
    """
    mine, theirs = wanted.split(), label.split()
    if len(mine) != len(theirs):
        return False
    other = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    if len(other) != 1:
        return False
    a, b = other[0]
    long = min(len(a), len(b)) >= LONG_WORD and not re.search(r"\d", a + b)
    return long and a[:SAME_START] == b[:SAME_START] and SequenceMatcher(None, a, b).ratio() >= NEARLY_ALIKE


def _some(wanted: str, labels: Mapping[str, str]) -> str:
    near = get_close_matches(wanted, labels.values(), n=5, cutoff=0.3) or list(labels.values())[:5]
    return ", ".join(f"'{label}'" for label in near) + (" ..." if len(labels) > len(near) else "")


# The periods of a table's time codes: a year, a month, or the last of the years that are pooled.

YEAR = re.compile(r"(\d{4})")
MONTH = re.compile(r"(\d{4})M(\d{2})")
POOLED = re.compile(r"(\d{4})\s*[-\u2013]\s*(\d{4})")


@dataclass(frozen=True, order=True)
class Period:
    """`month` 0 is the whole year; of pooled years, `year` is the last and `years` how many there are."""

    year: int
    month: int = 0
    years: int = 1


def period_of(code: str, label: str) -> Period:
    """The period, by its label: in some databases the codes are only numbers in a row. Raises TableError."""
    for text in (label.strip(), code.strip()):
        if found := YEAR.fullmatch(text):
            return Period(int(found[1]))
        if (found := MONTH.fullmatch(text)) and 1 <= int(found[2]) <= 12:
            return Period(int(found[1]), int(found[2]))
        if (found := POOLED.fullmatch(text)) and int(found[2]) > int(found[1]):
            return Period(int(found[2]), 0, int(found[2]) - int(found[1]) + 1)
    raise TableError(
        f"the period '{label}' ({code}) is neither a year, a month nor pooled years",
        "Quarters and weeks are not read: choose a yearly or monthly table.",
    )


# A table of either version of PxWeb: its variables with codes and labels, and what may be left out.

SEX_LABELS = {"män": "M", "men": "M", "kvinnor": "K", "women": "K"}
TOTALS = ("båda könen", "män och kvinnor", "kvinnor och män", "samtliga", "both sexes")
REGIONS, TIMES = ("region", "regioner"), ("tid", "år", "månad", "period", "time", "year", "month")
PERIOD_AT_END = re.compile(
    r"([.,]\s*(år|månad|period|year|month))?[.,]?\s+\d{4}(M\d\d)?(\s*[-\u2013]\s*\d{4}(M\d\d)?)?\.?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Variable:
    """`labels` is code -> label in order. `eliminable`: the service sums over it when it is not named."""

    id: str
    label: str
    labels: dict[str, str]
    eliminable: bool
    role: str = ""  # "time", "geo", "metric" or ""
    units: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """`summable` is False when the publisher says that its values must not be added up."""

    id: str
    title: str
    variables: dict[str, Variable]
    updated: str | None = None
    last_period: str | None = None
    discontinued: bool = False
    notes: tuple[str, ...] = ()  # those that must be shown with the figures
    summable: bool = True

    @property
    def content(self) -> Variable | None:
        """The variable that says what is counted; tables of one measure have none."""
        return self._one("metric", lambda it: it.role == "metric" or it.id == "ContentsCode")

    @property
    def region(self) -> Variable | None:
        return self._one(
            "region", lambda it: it.role == "geo" or folded(it.id) in REGIONS or folded(it.label) in REGIONS
        )

    @property
    def sex(self) -> Variable | None:
        return self._one("sex", lambda it: "kön" in (folded(it.id), folded(it.label)) or folded(it.label) == "sex")

    @property
    def time(self) -> Variable:
        """The time variable. Raises TableError when there is none."""
        found = self._one("time", lambda it: it.role == "time") or self._one(
            "time", lambda it: folded(it.label) in TIMES
        )
        if found is None:
            raise TableError(f"table {self.id} has no variable for time", "Choose another table.")
        return found

    def labelled(self, label: str) -> Variable:
        """The variable with this label or id. Raises TableError when there is none, or more than one."""
        found = [it for it in self.variables.values() if folded(label) in (folded(it.label), folded(it.id))]
        if len(found) != 1:
            names = ", ".join(f"'{it.label}'" for it in self.variables.values())
            what = "no variable" if not found else "more than one variable"
            raise TableError(
                f"table {self.id} has {what} '{label}'; it has {names}", "Correct 'select' in the catalogue."
            )
        return found[0]

    def _one(self, kind: str, fits: Any) -> Variable | None:
        found = [it for it in self.variables.values() if fits(it)]
        if len(found) > 1:
            names = ", ".join(f"'{it.label}'" for it in found)
            raise TableError(f"table {self.id} has more than one variable for {kind}: {names}", "Choose another table.")
        return found[0] if found else None


def sex_of(label: str) -> str | None:
    """T, K or M by the label of a code; None for any other (unknown, legal persons)."""
    plain = folded(label)
    if plain in SEX_LABELS:
        return SEX_LABELS[plain]
    return "T" if plain.startswith(("totalt", "total,")) or plain == "total" or plain in TOTALS else None


def place_of(code: str) -> str | None:
    """A region's four-digit code ("00" is the country, "24" a county); None for other divisions."""
    if not (code.isascii() and code.isdecimal() and len(code) in (2, 4)):
        return None
    return code.zfill(4)


def same_title(pinned: str, found: str) -> bool:
    """Is it the pinned table? A title's period moves on; the variables after "efter" need not be pinned."""
    mine, theirs = folded(without_period(pinned)), folded(without_period(found))
    return mine == theirs or theirs.split(" efter ")[0].rstrip(" .,") == mine


def without_period(title: str) -> str:
    """The title without the period at its end, which moves on with every publication."""
    return PERIOD_AT_END.sub("", title).rstrip(" .,")


# A table's own description, in the forms of the two versions, as a Table.


def table_of_version_2(id: str, about: Any, heading: Heading) -> Table:
    """The table as `tables/{id}` (`about`) and its metadata (`heading`) describe it."""
    if not isinstance(about, dict):
        raise TableError(f"table {id} is described by {about!r}"[:200], "The service is at fault: fetch later.")
    px = heading.extension.get("px")
    return Table(
        id,
        heading.label,
        {it.id: _variable(it) for it in heading.dimensions.values()},
        updated=heading.updated or about.get("updated"),
        last_period=about.get("lastPeriod"),
        discontinued=bool(about.get("discontinued")),
        notes=tuple(note.text for note in heading.notes if note.mandatory),
        summable=not (isinstance(px, dict) and px.get("aggregallowed") is False),
    )


def _variable(it: Dimension) -> Variable:
    units = {code: str(unit.get("base", "")) for code, unit in it.units.items() if isinstance(unit, dict)}
    return Variable(it.id, it.label, it.labels, it.extension.get("elimination") is True, it.role, units)


def table_of_version_1(id: str, about: Any) -> Table:
    """The table as version 1 describes it. Raises TableError for a description of another form."""
    try:
        variables = [_variable_of_version_1(it) for it in about["variables"]]
        return Table(id, str(about["title"]), {it.id: it for it in variables})
    except (KeyError, TypeError, ValueError) as error:
        raise TableError(f"the description of table {id} cannot be read ({error!r})", "Check its path.") from None


def _variable_of_version_1(it: dict[str, Any]) -> Variable:
    codes, texts = it["values"], it["valueTexts"]
    if len(codes) != len(texts) or len(set(codes)) != len(codes):
        raise ValueError(f"the values of '{it['code']}' do not match their texts")
    role = "time" if it.get("time") is True else ""
    return Variable(it["code"], it["text"], dict(zip(codes, texts, strict=True)), it.get("elimination") is True, role)


# Whether a table still is what it was: tables move to new ones and freeze without a flag.

LATE_YEARS = 2  # yearly figures of last year may come late in this one


def staleness(table: Table, wanted: WantedSeries, scope: Scope) -> list[str]:
    """Warnings about a table that is discontinued, ends earlier than expected, or contradicts itself."""
    entry, found = wanted.entry, []
    if table.discontinued:
        found.append(f"{wanted.id}: table {table.id} is discontinued; look for its successor.")
    last_code, last_label = list(table.time.labels.items())[-1] if table.time.labels else ("", "")
    stated = table.last_period or last_label
    if stated not in (last_code, last_label):
        found.append(f"{wanted.id}: table {table.id} says that it ends with {stated} but has {last_label}.")
    last = _period(stated)
    late = (1 if wanted.table.monthly else LATE_YEARS) + entry.every - 1
    if last and entry.last_year is None and last.year < scope.until - late:
        found.append(
            f"{wanted.id}: table {table.id} ends with {stated}, {scope.until - late} was expected. "
            "It may have moved: look for a successor, or set 'last_year'."
        )
    return found


def definition(table: Table, content: tuple[str, str] | None) -> str:
    """What the publisher says that the figures are: content, unit, and the notes that must be shown."""
    told = []
    if content:
        variable = table.variables[content[0]]
        told = [variable.labels[content[1]], variable.units.get(content[1], "")]
    return "\n".join(text for text in (*told, *table.notes) if text)


def _period(text: str) -> Period | None:
    try:
        return period_of(text, text)
    except TableError:
        return None
