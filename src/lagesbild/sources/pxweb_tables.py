"""A PxWeb table as it is described: labels, periods, variables, and whether it is as new as expected."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from lagesbild.errors import ContentError
from lagesbild.sources.jsonstat import Dimension, Heading, is_measure, list_of
from lagesbild.sources.series import Scope, WantedSeries

# The code of a label of the catalogue: by the same label, or by one with one long word spelt a little otherwise.

LONG_WORD = 8  # letters; in shorter words a letter makes another word
NEARLY_ALIKE = 0.9
SAME_START = 3  # "osysselsatta" is not a misspelt "sysselsatta"


def folded(label: str) -> str:
    """The label without regard to case, kinds of space and dashes."""
    plain = unicodedata.normalize("NFC", label).casefold()
    return " ".join(re.sub(r"[\u2010-\u2015\u2212]", "-", plain).split())


def code_of(wanted: str, labels: Mapping[str, str], kind: str) -> tuple[str, str | None]:
    """The code whose label is `wanted`, and a warning when its spelling differs.

    Raises ContentError when no label fits or more than one does. `kind` says what the labels are labels of.
    """
    exact = [code for code, label in labels.items() if folded(label) == folded(wanted)]
    close = exact or [code for code, label in labels.items() if _nearly(folded(wanted), folded(label))]
    if len(close) > 1:
        raise ContentError(
            f"the label '{wanted}' fits {len(close)} {kind}: {', '.join(close)}",
            "Nothing is guessed: find another table, or ask the publisher which one is meant.",
        )
    if not close:
        raise ContentError(
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
    """The period, by its label: in some databases the codes are only numbers in a row. Raises ContentError."""
    for text in (label.strip(), code.strip()):
        if match := YEAR.fullmatch(text):
            return Period(int(match[1]))
        if (match := MONTH.fullmatch(text)) and 1 <= int(match[2]) <= 12:
            return Period(int(match[1]), int(match[2]))
        if (match := POOLED.fullmatch(text)) and int(match[2]) > int(match[1]):
            return Period(int(match[2]), 0, int(match[2]) - int(match[1]) + 1)
    raise ContentError(
        f"the period '{label}' ({code}) is neither a year, a month nor pooled years",
        "Quarters and weeks are not read: choose a yearly or monthly table.",
    )


# A table of either version of PxWeb: its variables with codes and labels, and what may be left out.

SEX_LABELS = {"män": "M", "men": "M", "kvinnor": "K", "women": "K"}
TOTALS = ("båda könen", "män och kvinnor", "kvinnor och män", "samtliga", "both sexes")
REGIONS, TIMES = {"region", "regioner"}, {"tid", "år", "månad", "period", "time", "year", "month"}
PERIOD_AT_END = re.compile(
    r"([.,]\s*(år|månad|period|year|month))?[.,]?\s+\d{4}(M\d\d)?(\s*[-\u2013]\s*\d{4}(M\d\d)?)?\.?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Table:
    """A table's variables by id. `summable` is False when the publisher says that its values must not be added up."""

    id: str
    title: str
    variables: dict[str, Dimension]
    updated: str | None = None
    last_period: str | None = None
    discontinued: bool = False
    notes: tuple[str, ...] = ()  # those that must be shown with the figures
    summable: bool = True

    @property
    def content(self) -> Dimension | None:
        """The variable that says what is counted; tables of one measure have none."""
        return self._only("metric", lambda variable: is_measure(variable.id, variable.role))

    @property
    def region(self) -> Dimension | None:
        return self._only("region", lambda variable: variable.role == "geo" or bool(_names(variable) & REGIONS))

    @property
    def sex(self) -> Dimension | None:
        return self._only("sex", lambda variable: "kön" in _names(variable) or folded(variable.label) == "sex")

    @property
    def time(self) -> Dimension:
        """The time variable. Raises ContentError when there is none."""
        time = self._only("time", lambda variable: variable.role == "time") or self._only(
            "time", lambda variable: folded(variable.label) in TIMES
        )
        if time is None:
            raise ContentError(f"table {self.id} has no variable for time", "Choose another table.")
        return time

    def labelled(self, label: str) -> Dimension:
        """The variable with this label or id. Raises ContentError when there is none, or more than one."""
        matching = [variable for variable in self.variables.values() if folded(label) in _names(variable)]
        if len(matching) != 1:
            what = "no variable" if not matching else "more than one variable"
            names = quoted(self.variables.values())
            raise ContentError(
                f"table {self.id} has {what} '{label}'; it has {names}", "Correct 'select' in the catalogue."
            )
        return matching[0]

    def _only(self, kind: str, fits: Callable[[Dimension], bool]) -> Dimension | None:
        matching = [variable for variable in self.variables.values() if fits(variable)]
        if len(matching) > 1:
            what = f"table {self.id} has more than one variable for {kind}: {quoted(matching)}"
            raise ContentError(what, "Choose another table.")
        return matching[0] if matching else None


def _names(variable: Dimension) -> set[str]:
    return {folded(variable.id), folded(variable.label)}


def quoted(variables: Iterable[Dimension]) -> str:
    """The variables' labels, as a message prints them."""
    return ", ".join(f"'{variable.label}'" for variable in variables)


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


def same_title(pinned: str, title: str) -> bool:
    """Is it the pinned table? A title's period moves on; the variables after "efter" need not be pinned."""
    mine, theirs = folded(without_period(pinned)), folded(without_period(title))
    return mine == theirs or theirs.split(" efter ")[0].rstrip(" .,") == mine


def without_period(title: str) -> str:
    """The title without the period at its end, which moves on with every publication."""
    return PERIOD_AT_END.sub("", title).rstrip(" .,")


# A table's own description, in the forms of the two versions, as a Table.


def table_of_version_2(table: str, about: Any, heading: Heading) -> Table:
    """The table as `tables/{id}` (`about`) and its metadata (`heading`) describe it."""
    kinds = {"updated": str, "lastPeriod": str, "discontinued": bool}
    if not isinstance(about, dict) or not all(isinstance(about.get(name), kinds[name] | None) for name in kinds):
        raise ContentError(f"table {table} is described by {about!r:.200}", "The service is at fault: fetch later.")
    px = heading.extension.get("px")
    return Table(
        table,
        heading.label,
        heading.dimensions,
        updated=heading.updated or about.get("updated"),
        last_period=about.get("lastPeriod"),
        discontinued=bool(about.get("discontinued")),
        notes=tuple(note.text for note in heading.notes if note.mandatory),
        summable=not (isinstance(px, dict) and px.get("aggregallowed") is False),
    )


def table_of_version_1(table: str, about: Any) -> Table:
    """The table as version 1 describes it. Raises ContentError for a description of another form."""
    title, described = (about.get("title"), about.get("variables", ())) if isinstance(about, dict) else (None, ())
    if not isinstance(title, str) or not list_of(described, dict):
        raise ContentError(f"table {table} has no title and variables", "Check its path.")
    variables = {variable.id: variable for variable in map(_variable_of_version_1, described)}
    if len(variables) < len(described):
        raise ContentError(f"table {table} has two variables with the same code", "Check its path.")
    return Table(table, title, variables)


def _variable_of_version_1(content: dict[str, Any]) -> Dimension:
    code, label = content.get("code"), content.get("text")
    codes, texts = content.get("values", ()), content.get("valueTexts", ())
    if not (isinstance(code, str) and isinstance(label, str) and list_of(codes, str) and list_of(texts, str)):
        raise ContentError(f"variable {code!r:.60} has no code, text, values and valueTexts", "Check the table's path.")
    if len(codes) != len(texts) or len(set(codes)) != len(codes):
        raise ContentError(f"the values of '{code}' do not match their texts", "Tell the publisher.")
    labels = dict(zip(codes, texts, strict=True))
    role = "time" if content.get("time") is True else ""
    return Dimension(code, label, role, labels, content.get("elimination") is True)


# Whether a table still is what it was: tables move to new ones and freeze without a flag.

LATE_YEARS = 2  # yearly figures of last year may come late in this one


def staleness(table: Table, wanted: WantedSeries, scope: Scope) -> list[str]:
    """Warnings about a table that is discontinued, ends earlier than expected, or contradicts itself."""
    entry, warnings = wanted.entry, []
    if table.discontinued:
        warnings.append(f"{wanted.id}: table {table.id} is discontinued; look for its successor.")
    last_code, last_label = list(table.time.labels.items())[-1] if table.time.labels else ("", "")
    stated = table.last_period or last_label
    if stated not in (last_code, last_label):
        warnings.append(f"{wanted.id}: table {table.id} says that it ends with {stated} but has {last_label}.")
    last = _period(stated)
    late = (1 if wanted.table.monthly else LATE_YEARS) + entry.every - 1
    if last and entry.last_year is None and last.year < scope.until - late:
        warnings.append(
            f"{wanted.id}: table {table.id} ends with {stated}, {scope.until - late} was expected. "
            "It may have moved: look for a successor, or set 'last_year'."
        )
    return warnings


def definition(table: Table, content: tuple[str, str] | None) -> str:
    """The publisher's description of the figures: content, unit, and the notes that must be shown."""
    parts = []
    if content:
        variable = table.variables[content[0]]
        parts = [variable.labels[content[1]], variable.units.get(content[1], "")]
    return "\n".join(text for text in (*parts, *table.notes) if text)


def _period(text: str) -> Period | None:
    try:
        return period_of(text, text)
    except ContentError:
        return None
