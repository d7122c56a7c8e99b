"""Partial dates as a document gives them: for readers, and as days where they are days."""

from datetime import date

from ...wording.sources import MONTHS


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
