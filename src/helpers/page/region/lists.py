"""R8, R9 and R11: lists that the analysis group wrote, as tables."""

from ...assessments.regions import RegionAssessment
from ...exhibits import Column, DataTable
from .dates import readable

UNSTATED = "ej angivet"


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
    """R9: who sits in the analysis group, as organisations and numbers of seats, with the sum."""
    rows = [(seat.organisation, str(seat.seats), "Ordförande" if seat.chair else "–") for seat in assessment.group]
    rows.append(("Summa", str(sum(seat.seats for seat in assessment.group)), ""))
    return DataTable(
        "Analysgruppens sammansättning: organisationer och antal platser.",
        (Column("Organisation"), Column("Platser", numeric=True), Column("Uppgift")),
        tuple(rows),
    )


def competence_table(assessment: RegionAssessment) -> DataTable:
    """R11: the competence plan, one row an item, in its three columns' order."""
    rows = tuple(
        (item.title, column.title, item.date_text or readable(item.date) or UNSTATED, item.text or "–")
        for column in assessment.competence_plan.columns
        for item in column.items
    )
    headers = ("Aktivitet", "Hur den ordnas", "Tid", "Innehåll")
    return DataTable(assessment.competence_plan.title, tuple(Column(header) for header in headers), rows)
