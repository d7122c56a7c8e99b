"""A table of either version of PxWeb: its variables with codes and labels, and what may be left out."""

import re
from dataclasses import dataclass, field
from typing import Any

from .labels import TableError, folded

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
