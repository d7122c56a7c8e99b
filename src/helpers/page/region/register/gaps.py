"""What the records lack of goal, owner, end date and indicator."""

from ....assessments import register
from ....assessments.regions import Initiative, RegionAssessment
from ....exhibits import Column, DataTable
from ....wording import listed

NEEDED = {"mal": "Mål", "agare": "Ägare", "slut": "Slutdatum", "indikator": "Indikator"}
THERE, MISSING = "finns", "saknas"


def lacking(record: Initiative) -> list[str]:
    """The keys of NEEDED that a record lacks."""
    have = {"mal": record.goals, "agare": record.owner, "slut": record.end, "indikator": record.indicators}
    return [key for key in NEEDED if not have[key]]


def gaps_table(assessment: RegionAssessment) -> DataTable:
    """One row a heading: initiatives and assignments, with what is there and what is missing."""
    records = [*assessment.initiatives.values(), *assessment.assignments.values()]
    rows = tuple(
        (record.title, *(MISSING if key in lacking(record) else THERE for key in NEEDED)) for record in records
    )
    return DataTable(
        f"Vad som saknas i underlaget för {len(records)} initiativ och uppdrag.",
        (Column("Rubrik"), *(Column(name) for name in NEEDED.values())),
        rows,
    )


def gaps_text(assessment: RegionAssessment) -> str:
    """How many of the initiatives, and of all records, lack each of them."""
    initiatives = list(assessment.initiatives.values())
    proposals = [entry.record for entry in register(assessment) if entry.kind == "proposal"]
    counts = [
        f"{name.lower()} saknas för {sum(key in lacking(record) for record in initiatives)}"
        for key, name in NEEDED.items()
    ]
    whole = [record.title for record in initiatives if not lacking(record)]
    text = f"Av {len(initiatives)} initiativ: {listed(counts)}. Alla fyra har {len(whole)}"
    text += f": {listed(whole)}." if whole else "."
    bare = sum(len(lacking(record)) == len(NEEDED) for record in proposals)
    if proposals:
        text += f" Av de {len(proposals)} kommunala förslagen saknar {bare} alla fyra."
    return text
