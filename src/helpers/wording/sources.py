"""Whose figures they are, of which years, and how near they come to the report's own measure."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..catalog import Indicator
from .places import listed

STATE_TEXT = {
    "exact": "Rapportens eget mått",
    "derived": "Beräknat ur publicerade delar",
    "related": "Närliggande mått: rapportens eget mått saknas i underlaget",
    "slot": "Saknas i underlaget",
    "document": "Ur publicerat dokument",
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


@dataclass(frozen=True)
class Origin:
    """Where an indicator's values were read: `kind` as in the catalogue, the publisher, and what was read."""

    kind: str  # kolada, table, file, document, local or share
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
            "share": "egen bearbetning av uppgifter från {names}",
        }.get(self.kind, "{names}")


def source_line(origins: Iterable[Origin]) -> str:
    """The line under a figure: publishers by where their values were read.

    What we computed says so and, as Kolada's terms ask, does not name Kolada as its source.
    """
    grouped: dict[str, list[str]] = {}
    for origin in origins:
        names = grouped.setdefault(origin.words, [])
        if origin.publisher not in names:
            names.append(origin.publisher)
    parts = [words.replace("{names}", listed(names)) for words, names in grouped.items()]
    return f"Källa: {'; '.join(parts)}." if parts else ""
