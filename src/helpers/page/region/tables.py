"""The region's tables: R4 a municipality each, and the lists of R8-R11."""

from ...assessments import register
from ...assessments.regions import Entry, RegionAssessment
from ...exhibits import Column, DataTable
from ...wording import NBSP, decimal, signed
from .profiles import TOTAL, Profiles

KINDS = {"initiative": "Initiativ", "assignment": "Kommunalt uppdrag", "proposal": "Förslag"}
UNSTATED = "ej angivet"


def support_table(profiles: Profiles, place: str) -> DataTable:
    """One municipality's counts of two years, share of its own total, and difference; last the population's share."""
    first, last = profiles.years
    entries = profiles.setting.catalog.indicators
    name = profiles.setting.places.name(place)
    rows = []
    for id in (*profiles.types, TOTAL):
        old, new = (profiles.count(place, id, year) for year in (first, last))
        shares = [
            "" if id == TOTAL else percent(100 * count / profiles.count(place, TOTAL, year))
            for count, year in ((old, first), (new, last))
        ]
        rows.append((entries[id].label, decimal(old, 0), shares[0], decimal(new, 0), shares[1], signed(new - old, 0)))
    shares = [profiles.population_share(place, year) for year in (first, last)]
    if None not in shares:
        difference = f"{signed(shares[1] - shares[0], 1)} procentenheter"
        rows.append(("Andel av invånarna 20–64 år", "", percent(shares[0]), "", percent(shares[1]), difference))
    return DataTable(
        caption=f"{name}: helårsekvivalenter {first} och {last}. Procent av kommunens egen summa; sista raden procent "
        "av invånarna 20–64 år den 31 december.",
        columns=(
            Column("Ersättning"),
            Column(f"{first}", numeric=True),
            Column(f"{first}, %", numeric=True),
            Column(f"{last}", numeric=True),
            Column(f"{last}, %", numeric=True),
            Column("Skillnad", numeric=True),
        ),
        rows=tuple(rows),
    )


def percent(value: float) -> str:
    """A percentage as the document prints it: "15,5 %"."""
    return f"{decimal(value, 1)}{NBSP}%"


def ranking_table(profiles: Profiles) -> DataTable | None:
    """Rank, previous rank and change of every ranked place, best change first; None without a ranking."""
    table = profiles.setting.table
    held = table[table["indicator"].isin(["support_rank", "support_rank_change"]) & table["value"].notna()]
    held = held[held["place"].isin([*profiles.region.members, *profiles.region.comparisons])]
    if held.empty:
        return None
    year = int(held["year"].max())
    ranks = held[held["year"] == year].pivot(index="place", columns="indicator", values="value")
    ranks = ranks.sort_values(["support_rank_change", "support_rank"], ascending=[False, True])
    rows = tuple(
        (
            profiles.setting.places.name(place),
            signed(row.support_rank_change, 0),
            decimal(row.support_rank, 0),
            decimal(row.support_rank + row.support_rank_change, 0),
        )
        for place, row in ranks.iterrows()
    )
    return DataTable(
        caption=f"Plats bland rikets kommuner efter andelen försörjda, {year} och {year - 1}. Plats 1 är lägst andel.",
        columns=(
            Column("Kommun"),
            Column("Förändring, platser", numeric=True),
            Column(f"Plats {year}", numeric=True),
            Column(f"Plats {year - 1}", numeric=True),
        ),
        rows=rows,
    )


def sources_table(assessment: RegionAssessment) -> DataTable:
    """R8: by authority, what is at hand and what is missing."""
    rows = tuple(
        (source.authority, source.have or "Inget i underlaget", source.missing or UNSTATED)
        for source in assessment.data_sources
    )
    return DataTable(
        "Datakällor efter myndighet: vad som finns och vad som saknas.",
        (Column("Myndighet"), Column("Finns här"), Column("Saknas")),
        rows,
    )


def group_table(assessment: RegionAssessment) -> DataTable:
    """R9: who sits in the analysis group, as organisations and seats."""
    rows = tuple((seat.organisation, str(seat.seats), "Ordförande" if seat.chair else "–") for seat in assessment.group)
    return DataTable(
        "Analysgruppens sammansättning: organisationer och antal platser.",
        (Column("Organisation"), Column("Platser", numeric=True), Column("Uppgift")),
        rows,
    )


def register_table(assessment: RegionAssessment) -> DataTable:
    """R10: every record of the register with owner and dates, in the document's order."""
    rows = tuple(
        (_entry_title(entry), KINDS[entry.kind], entry.record.owner or UNSTATED, *_dates(entry))
        for entry in register(assessment)
    )
    headers = ("Rubrik", "Slag", "Ägare", "Start", "Slut")
    return DataTable(
        f"Registret: {len(assessment.initiatives)} initiativ och {len(assessment.assignments)} kommunala uppdrag med "
        "sina förslag.",
        tuple(Column(header) for header in headers),
        rows,
    )


def _entry_title(entry: Entry) -> str:
    return f"{entry.number}. {entry.record.title}" if entry.number else entry.record.title


def _dates(entry: Entry) -> tuple[str, str]:
    record = entry.record
    return tuple(
        " ".join(part for part in (readable(date), f"({text})" if date and text else text) if part) or UNSTATED
        for date, text in ((record.start, record.start_text), (record.end, record.end_text))
    )


def readable(date: str | None) -> str:
    """A partial ISO date for readers: "--05-31" is "31/5 (året ej angivet)"."""
    if not date or not date.startswith("--"):
        return date or ""
    month, _, day = date[2:].partition("-")
    return f"{int(day)}/{int(month)}, året ej angivet" if day else f"månad {int(month)}, året ej angivet"


def competence_table(assessment: RegionAssessment) -> DataTable:
    """R11: the competence plan, one row an item."""
    rows = tuple(
        (item.title, column.title, item.date_text or readable(item.date) or UNSTATED)
        for column in assessment.competence_plan.columns
        for item in column.items
    )
    return DataTable(
        assessment.competence_plan.title,
        (Column("Aktivitet"), Column("Hur den ordnas"), Column("Tid")),
        rows,
    )
