"""The check that catches a table under the wrong name: heading, labels, shares and differences as printed."""

from datetime import MAXYEAR

from ...assessments import load_region_assessment
from ...refusals import Refusal
from ...sources.printed import PrintedRow, printed_rows
from ...support import TableLabel, WrongLabelError, check_label
from ...wording import decimal, listed, signed
from ..setting import Setting
from .profiles import TOTAL, Profiles

PRINTED = "support_profiles_printed"
ROUNDED = 0.05 + 1e-9  # printed with one decimal


class WrongTable(Refusal):
    """A printed table that is used for another place or type than its own words say."""


def recorded_contradictions(setting: Setting) -> list[list[str]]:
    """The places (codes) of each contradiction that people have entered, in any region's latest edition.

    They are about the document, so they hold for every region whose tables come from it, and in every year.
    """
    editions = (
        load_region_assessment(setting.paths, slug, MAXYEAR, setting.catalog) for slug in setting.catalog.regions
    )
    return [remark.about for edition in editions if edition for remark in edition.remarks]


def printed_notes(profiles: Profiles, recorded: list[list[str]]) -> list[str]:
    """What the page must say about the printed tables: headings that are known to be wrong, values that differ.

    `recorded` are the places of each contradiction that people have entered. A heading that names another place
    than the one it is used for raises WrongTable, with both names, unless it is among them; so does a label that
    is not the indicator's.
    """
    tables: dict[str, list[PrintedRow]] = {}
    for row in printed_rows(profiles.setting.paths, PRINTED):
        if row.place in profiles.places:
            tables.setdefault(row.place, []).append(row)
    notes = []
    for place, rows in tables.items():
        notes += _heading_notes(profiles, place, rows[0], recorded)
        _refuse_other_labels(profiles, rows)
        notes += _differences(profiles, rows)
    return notes or (["De tryckta rubrikerna, andelarna och skillnaderna stämmer med tabellerna."] if tables else [])


def _heading_notes(profiles: Profiles, place: str, row: PrintedRow, recorded: list[list[str]]) -> list[str]:
    names = profiles.setting.places
    people = {names.name(code): value for code in names.kinds if (value := _inhabitants(profiles, code)) is not None}
    last = profiles.years[1]
    label = TableLabel(row.heading, names.name(place), profiles.count(place, TOTAL, last))
    try:
        check_label(label, people)
        return []
    except WrongLabelError as error:
        codes = {code for code, name in names.names.items() if name == row.heading}
        if not any(place in about and codes & set(about) for about in recorded):
            raise WrongTable(
                f"data/raw/documents/{PRINTED}.csv, {row.page}: {error} A heading that is known to be wrong is entered "
                "under 'remarks' of the region's assessments, about both places."
            ) from None
    shares = [f"{decimal(100 * label.total / people[name], 1)} procent av {name}s" for name in _known(label, people)]
    text = f"Tabellen med rubriken {row.heading} ({row.page}) används för {label.place}."
    text += f" Summan {decimal(label.total, 0)} är {listed(shares)} invånare 20–64 år {last}." if shares else ""
    return [text]


def _known(label: TableLabel, people: dict[str, float]) -> list[str]:
    return [name for name in (label.place, label.heading) if name in people]


def _inhabitants(profiles: Profiles, code: str) -> float | None:
    return profiles.people.get((code, profiles.years[1]))


def _refuse_other_labels(profiles: Profiles, rows: list[PrintedRow]) -> None:
    for row in rows:
        own = profiles.setting.catalog.indicators[row.indicator].label
        if row.label != own:
            raise WrongTable(
                f"data/raw/documents/{PRINTED}.csv, {row.page}: the row labelled '{row.label}' is used for '{own}' "
                f"({row.indicator}). Correct one of the two, here or in data/catalog/indicators/regional_support.yml."
            )


def _differences(profiles: Profiles, rows: list[PrintedRow]) -> list[str]:
    """Where what is shown is not what was printed, both values: which one is right is not ours to know."""
    notes = []
    for row in rows:
        name = profiles.setting.places.name(row.place)
        if set(row.shares) != set(profiles.years):
            return []  # other years than the printed ones
        change = round(profiles.change(row.place, row.indicator))
        if change != row.difference:
            notes.append(
                f"Avviker: {name}, {row.label}: tryckt skillnad {signed(row.difference, 0)}, här {signed(change, 0)}."
            )
        for year, printed in row.shares.items():
            share = profiles.own_share(row.place, row.indicator, year)
            if printed is not None and abs(share - printed) > ROUNDED:
                both = f"tryckt {decimal(printed, 1)} procent, här {decimal(share, 1)}"
                notes.append(f"Avviker: {name}, {row.label} {year}: {both}.")
    return notes
