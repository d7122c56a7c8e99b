"""Numbers, names, periods, dates and sources in Swedish."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from lagesbild.catalog.models import Catalog, Indicator
from lagesbild.sources.files import DocumentSource
from lagesbild.tidy.schema import RESTATED

# Swedish numbers: decimal comma, U+00A0 between thousands, U+2212 for minus. Rounding comes last.
#
# Values are rounded half away from zero on their decimal form, as published tables are: 16.05 is printed 16,1.

NBSP = "\u00a0"
MINUS = "\u2212"


def decimal(value: float, decimals: int) -> str:
    """A number with a fixed count of decimals, such as "8 441,8"; a rounded zero has no minus."""
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}".replace(",", NBSP).replace(".", ",")
    return (MINUS if rounded < 0 else "") + text


def signed(value: float, decimals: int) -> str:
    """A difference with its sign: "+3,0", "−46"; zero has none."""
    text = decimal(value, decimals)
    return text if text.startswith(MINUS) or not text.strip("0,") else "+" + text


# What is never parted at a line's end, and dashes, in texts that others wrote: titles of series, units, prose.

UNPARTED = re.compile(r"(?<=\d) (?=\d{3}(?!\d)|(?:procent|%|kronor|kr\b|mnkr|tkr|mkr|miljon|miljard))")
RANGES = re.compile(r"(?<![\w/.=#–-])(\d{1,4})-(\d{1,4})(?![\w/-])")


def typeset(text: str) -> str:
    """The text as it is set: "16–24 år", a dash between words, U+00A0 within a number and before its unit."""
    return UNPARTED.sub(NBSP, RANGES.sub(r"\1–\2", text)).replace(" - ", " – ").replace("(-", "(–")


# Names of sexes, and of places in sentences.

SEX = {"T": "Alla", "K": "Kvinnor", "M": "Män"}


def genitive(name: str) -> str:
    """The genitive: "Umeås", but "Vännäs" and "Borås" stay as they are (Språkrådet: names in s, x, z)."""
    return name if name[-1:].lower() in "sxz" else name + "s"


ISLANDS = {"Gotland", "Orust", "Tjörn", "Öckerö", "Lidingö", "Ekerö", "Hammarö"}  # one is on them, not in them


def inside(name: str) -> str:
    """A place's name inside a sentence: "Umeå", "riket"."""
    return "riket" if name == "Riket" else name


def in_place(name: str) -> str:
    """A place as a sentence's "where": "i Umeå", "på Gotland", "i riket"."""
    return f"{'på' if name in ISLANDS else 'i'} {inside(name)}"


def listed(words: Sequence[str]) -> str:
    """Words in a row: "a och b", "a, b och c"."""
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " och " + words[-1]


# Whose figures they are, of which years, and how near they come to the report's own measure.

OWN_COMPUTATION = "egen bearbetning"  # of published values: what Kolada's terms ask us to say
HIDDEN = "Värdena är dolda för att skydda enskilda"  # in a figure's place, where its numbers are too small
STATE_TEXT = {
    "exact": "Programmets mått",
    "derived": "Beräknat ur publicerade delar",
    "related": "Ersätter ett mått som saknas",
    "slot": "Saknas",
    "document": "Ur publicerat dokument",
    "chosen": "Valt i anteckningsboken",
    "changed": "Omräknat i anteckningsboken",
}


def period_text(indicator: Indicator, year: int) -> str:
    """The time that a year's value is about: "2022", "2021–2022" where years are pooled, "juli 2022"."""
    if indicator.years_pooled > 1:
        return f"{year - indicator.years_pooled + 1}–{year}"
    return f"{MONTHS[indicator.month - 1]} {year}" if indicator.month else str(year)


MONTHS = [
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
]  # fmt: skip


def years_text(years: Iterable[int]) -> str:
    """The years that are drawn: "2012–2022", "2020 och 2022" where years between are missing, "2022"."""
    ordered = sorted(set(years))
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{ordered[0]}–{ordered[-1]}"
    if len(ordered) > 3:
        gaps = [str(y) for y in range(ordered[0], ordered[-1]) if y not in ordered]
        return f"{ordered[0]}–{ordered[-1]} (saknas: {listed(gaps)})"
    return listed([str(year) for year in ordered])


PLAIN = "{names}"  # a source of which only the publisher is named


@dataclass(frozen=True)
class Origin:
    """Where an indicator's values were read: `kind` as in the catalogue, the publisher, and what was read."""

    kind: str  # kolada, table, file, document, second_hand (a document too), local or share
    publisher: str
    read_in: str = ""  # the service, table or document

    @property
    def words(self) -> str:
        """The part of a source line before and after the publishers' names."""
        return {
            "kolada": "{names}, hämtat från " + self.read_in,
            "table": "{names}, " + self.read_in,
            "document": "{names}, läst i " + self.read_in,
            "local": "{names}, ur kommunens egen fil",
            "share": OWN_COMPUTATION + " av uppgifter från {names}",
        }.get(self.kind, PLAIN)


def origins(rows: pd.DataFrame, catalog: Catalog, documents: Mapping[str, DocumentSource]) -> list[Origin]:
    """Where the values of `rows` were read, by indicator, vintage and status. `documents`: `document_sources`.

    What was read at second hand is only its publisher's here: `method_text` says so, and sources.yml where.
    """
    places = []
    kinds = rows[["indicator", "vintage", "status"]].drop_duplicates()
    for indicator, vintage, status in kinds.itertuples(index=False):
        entry = catalog.indicators[indicator]
        publisher = catalog.publishers[entry.publisher].name
        document = documents.get(entry.document or "")
        if status == RESTATED and entry.population:
            people = catalog.publishers[catalog.indicators[entry.population].publisher].name
            places += [Origin("share", publisher), Origin("share", people)]
        elif document and document.vintage == vintage:
            kind = "second_hand" if document.second_hand else "document"
            places.append(Origin(kind, publisher, document.source))
        elif entry.kolada:
            places.append(Origin("kolada", publisher, "Kolada (RKA)"))
        elif entry.table:
            places.append(Origin("table", publisher, f"tabell {entry.table.id}"))
        else:
            places.append(Origin(entry.source, publisher))
    return list(dict.fromkeys(places))


def source_line(read: Iterable[Origin]) -> str:
    """The line under a figure: publishers by where their values were read.

    What we computed says so and, as Kolada's terms ask, does not name Kolada as its source.
    """
    grouped: dict[str, list[str]] = {}
    for origin in read:
        names = grouped.setdefault(origin.words, [])
        if origin.publisher not in names:
            names.append(origin.publisher)
    plain = grouped.pop(PLAIN, [])
    unnamed = [name for name in plain if not any(name in names for names in grouped.values())]
    grouped |= {PLAIN: unnamed} if unnamed else {}
    parts = [words.replace("{names}", listed(names)) for words, names in grouped.items()]
    return f"Källa: {'; '.join(parts)}." if parts else ""


# Partial dates as a document gives them, for readers.


def readable(written: str | None) -> str:
    """ "2022-12-31" is "31 december 2022", "2022-09" "september 2022", "--05-31" "31 maj, utan år"."""
    if not written:
        return ""
    if written.startswith("--"):
        month, _, day = written[2:].partition("-")
        return f"{f'{int(day)} ' if day else ''}{MONTHS[int(month) - 1]}, utan år"
    year, _, rest = written.partition("-")
    month, _, day = rest.partition("-")
    return " ".join(filter(None, (str(int(day)) if day else "", MONTHS[int(month) - 1] if month else "", year)))
