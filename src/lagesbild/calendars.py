"""Days: partial dates as a document gives them, and a calendar file of those that are whole (RFC 5545)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from lagesbild.swedish.numbers import MONTHS

# Partial dates as a document gives them: for readers, and as days where they are days.


def readable(written: str | None) -> str:
    """ "2022-12-31" is "31 december 2022", "2022-09" "september 2022", "--05-31" "31 maj, året ej angivet"."""
    if not written:
        return ""
    if written.startswith("--"):
        month, _, day = written[2:].partition("-")
        return f"{f'{int(day)} ' if day else ''}{MONTHS[int(month) - 1]}, året ej angivet"
    year, _, rest = written.partition("-")
    month, _, day = rest.partition("-")
    return " ".join(filter(None, (str(int(day)) if day else "", MONTHS[int(month) - 1] if month else "", year)))


def day_of(written: str | None) -> date | None:
    """The day, where year, month and day are all given; None for anything less."""
    return date.fromisoformat(written) if written and len(written) == 10 else None


def start_year(written: str | None) -> int | None:
    """The year of a partial date, or None where it gives none."""
    return int(written[:4]) if written and not written.startswith("--") else None


# Days as a file that calendars read (iCalendar, RFC 5545): whole days only, the same bytes for the same days.

PRODUCT = "-//lagesbild//uppfoljning//SV"
LINE_OCTETS = 75  # longer lines are folded, counted in bytes and never inside a character


@dataclass(frozen=True)
class Event:
    """Something that happens on one day. `uid` must stay the same when the calendar is made again."""

    uid: str
    day: date
    summary: str
    description: str = ""


def calendar_text(name: str, events: Iterable[Event], stamp: date) -> str:
    """The file's text, with CRLF. `stamp` is when the information was made, and is never read from the clock."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", f"X-WR-CALNAME:{escaped(name)}"]
    for event in sorted(events, key=lambda event: (event.day, event.uid)):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{escaped(event.summary)}",
            *([f"DESCRIPTION:{escaped(event.description)}"] if event.description else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def escaped(text: str) -> str:
    """A text value: backslash, comma, semicolon and line breaks have meanings of their own."""
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r\n", "\\n").replace("\n", "\\n")


def folded(line: str) -> str:
    """The line in pieces of at most 75 bytes, each but the first behind a space."""
    pieces, size = [""], 0
    for character in line:
        wide = len(character.encode())
        if size + wide > LINE_OCTETS:
            pieces.append(" ")
            size = 1
        pieces[-1] += character
        size += wide
    return "\r\n".join(pieces)
