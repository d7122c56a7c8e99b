"""A region's register in Swedish: states, days, what is missing, linked series, and the way from goal to action."""

from collections.abc import Container, Iterator, Mapping

import pandas as pd

from lagesbild.assessments.models import FollowUp, Initiative, LinkedIndicator, Plan
from lagesbild.catalog.models import Catalog, Indicator
from lagesbild.rules.register import AsOf, State, Written, lacking
from lagesbild.rules.uses import figure_state
from lagesbild.swedish.numbers import decimal, listed, period_text, readable

# Headings of all the register's tables, by column.

HEADINGS = {
    # one row a record
    "title": "Rubrik",
    "kind": "Slag",
    "state": "Läge",
    "owner": "Ägare",
    "convener": "Sammankallande",
    "responsible": "Ansvarig",
    "approved_by": "Godkänd av",
    "target_group": "Målgrupp",
    "background": "Bakgrund",
    "activities": "Aktiviteter",
    "goals": "Mål",
    "indicators": "Indikatorer",
    "start": "Start",
    "end": "Slut",
    "follow_up": "Avstämning",
    "remark": "Anmärkning",
    # what each lacks, and which series its indicators are linked to
    "goal": "Mål",
    "end_date": "Slutdatum",
    "indicator": "Indikator",
    "initiative": "Initiativ",
    "wording": "Indikator enligt underlaget",
    "series": "Serie här",
    "values": "Sedan start",
    "differs": "Så skiljer den sig",
    # from goal to action
    "priority": "Prioritering",
    "plans": "Fokusområdets planer",
    "initiatives": "Regionens initiativ",
    "next_check": "Nästa avstämning",
    # the group's lists
    "authority": "Myndighet",
    "have": "Finns här",
    "missing": "Saknas",
    "organisation": "Organisation",
    "seats": "Platser",
    "task": "Uppgift",
    "activity": "Aktivitet",
    "arranged": "Hur den ordnas",
    "time": "Tid",
    "content": "Innehåll",
}

# A record in words: its kind, its state against the day, its dates, indicators and follow-ups.

KINDS = {"initiative": "Initiativ", "assignment": "Kommunalt uppdrag", "proposal": "Förslag"}
STATES: dict[State, str] = {  # what readers choose by
    "stated": "Läge angivet i underlaget",
    "not_followed_up": "Uppföljning saknas i underlaget",
    "overdue": "Försenad",
    "in_time": "Slutdatum inte passerat",
    "without_end": "Slutdatum saknas",
}
THERE, ABSENT, UNSTATED, NOT_STATED = "finns", "saknas", "saknas i underlaget", "ej angivet"
LINKED = "närmaste serie finns nedan"
LACKS, LACKING = "Saknar", {"goal": "Mål", "owner": "Ägare", "end": "Slutdatum", "indicator": "Indikator"}
FOLLOW_UP, END = "Uppföljning", "Slutdatum enligt underlaget"  # what a day in the calendar is


def state_text(record: Initiative, state: State) -> str:
    """How far a record has come: the material's own word, else what its end date says."""
    end = readable(record.end)
    return {
        "stated": record.status or "",
        "not_followed_up": "uppföljning saknas i underlaget",
        "without_end": "slutdatum saknas i underlaget",
        "overdue": f"försenad: slutdatumet {end} har passerat utan uppföljning",
        "in_time": f"slutdatumet {end} har inte passerat",
    }[state]


def date_text(written: str | None, words: str | None) -> str:
    """The date as far as it is known, and the document's own words where they say more or something else."""
    return "; ".join(filter(None, (readable(written), f"i underlaget: {words}" if words else "")))


def indicator_text(indicator: LinkedIndicator) -> str:
    """An indicator as the initiative words it, and that a series of the catalogue comes near to it."""
    return f"{indicator.text} ({LINKED})" if indicator.series else indicator.text


def follow_up_text(follow_up: FollowUp) -> str:
    """When a follow-up is, in the document's own words where it has any, and who makes it."""
    return ", ".join(filter(None, (follow_up.text or readable(follow_up.date), follow_up.body)))


def responsible_text(responsible: object) -> str:
    """Who answers for a record, or that the document does not say."""
    return f"Ansvar: {NOT_STATED if pd.isna(responsible) else responsible}."


# The register as a whole: against which day, what is missing, and which days a calendar can hold.

NO_MATERIAL = "Regionens eget underlag saknas: ingen fil i data/assessments/regions/{slug}/ till och med {year}."
ADD_MATERIAL = "Filen läggs till för hand."
NOTHING_HERE, CHAIR, SUM = "Inget i underlaget", "Ordförande", "Summa"  # in the lists that the group wrote


def as_of_text(when: AsOf) -> str:
    """The sentence that states the day."""
    text = f"Läget anges per {readable(when.day.isoformat())}, slutet av det år som regionens underlag gäller."
    later = " Rapporten är från ett senare år, och vad som hänt sedan dess står inte i underlaget."
    return text + later * when.later


def source_text(written: Written) -> str:
    """The source line of what the group wrote."""
    return f"Källa: {written.basis}."


def counts_text(records: pd.DataFrame) -> str:
    """How many initiatives, assignments and records there are; `records` have `kind` in words."""
    initiatives, assignments = (int((records["kind"] == KINDS[kind]).sum()) for kind in ("initiative", "assignment"))
    return (
        f"{initiatives} initiativ och {assignments} kommunala uppdrag med sina förslag, {len(records)} poster i allt."
    )


def other_count(records: pd.DataFrame, stated: int | None) -> list[str]:
    """That the document says another number of initiatives than there are headings here; empty where it does not."""
    headings = int((records["kind"] != KINDS["proposal"]).sum())
    return (
        [] if stated in (None, headings) else [f"Underlaget anger {stated} initiativ; här finns {headings} rubriker."]
    )


def gaps_text(records: pd.DataFrame) -> str:
    """How many of the initiatives lack goal, owner, end and indicator, and how many proposals lack all of them."""
    kind, missing = records["kind"], lacking(records)
    own = missing[kind == KINDS["initiative"]]
    counts = [f"{what.lower()} saknas för {own[name].sum()}" for name, what in LACKING.items()]
    whole = records.loc[own.index[~own.any(axis=1)], "title"].tolist()
    text = f"Av {len(own)} initiativ: {listed(counts)}. Alla fyra har {len(whole)}"
    text += f": {listed(whole)}." if whole else "."
    proposals = missing[kind == KINDS["proposal"]]
    if len(proposals):
        bare = int(proposals.all(axis=1).sum())
        text += f" Av de {len(proposals)} kommunala förslagen saknar {bare} alla fyra."
    return text


def overdue_text(records: pd.DataFrame) -> str:
    """Which initiatives are overdue on the stated day."""
    late = records[(records["kind"] == KINDS["initiative"]) & (records["state_group"] == STATES["overdue"])]
    return f"Försenade: {listed(late['title'].tolist())}." if len(late) else "Inget slutdatum har passerat."


def calendar_text(follow_ups: int, ends: int) -> str:
    """How many follow-ups, and ends, have a day that a calendar can hold."""
    text = f"{follow_ups or 'Ingen'} uppföljning{'ar' if follow_ups > 1 else ''} har en dag i underlaget."
    return f"{text} Kalenderfilen har också {ends} slutdatum." if ends else text


# The catalogue's series that an initiative's own indicators come nearest to, and the way from goal to action.

NEARNESS = {"slot": ", uppgift saknas", "related": ", närliggande mått"}
UNNAMED, NO_PLANS = "plan utan namn", "Planer för {edition} finns inte i underlaget."
ABOUT_GOALS = (
    "Ett initiativ hör till en prioritering när en av dess indikatorer är kopplad till en serie som prioriteringen "
    "vilar på. Inga andra kopplingar görs."
)


def values_text(rows: pd.DataFrame, entry: Indicator, decimals: int, unit: str, since: int) -> str:
    """ "Umeå: 0,9 (2022), 1,0 (2023); Vännäs: 0,7 (2022)", else which year the series ends.

    `rows` have `name`, `year` and `value` of one indicator, whose entry, decimals and unit in words are given.
    """
    after = rows[rows["year"] >= since]
    if after.empty:
        last = f"; serien slutar {int(rows['year'].max())} i underlaget" if len(rows) else ""
        return f"inget värde från {since} och framåt{last}"
    places = []
    for name, own in after.groupby("name", sort=False):
        years = [f"{decimal(row.value, decimals)} ({period_text(entry, int(row.year))})" for row in own.itertuples()]
        places.append(f"{name}: {', '.join(years)}")
    return f"{'; '.join(places)}. Enhet: {unit}."


def goals_text(goals: pd.DataFrame, headings: Mapping[str, str] = HEADINGS) -> str:
    """How many priorities lack each of the four steps; `goals` has a row a priority and ABSENT where one is missing."""
    counts = (goals.drop(columns="priority") == ABSENT).sum()
    missing = [f"{headings[step].lower()} för {count}" for step, count in counts.items() if count]
    whole = f"Av {len(goals)} prioriteringar saknas "
    return f"{whole}{listed(missing)}." if missing else "Varje prioritering har alla fyra."


def measured_texts(catalog: Catalog, priority: str, at_hand: Container[str]) -> Iterator[str]:
    """What the priority is measured by, how near that comes, and what nobody measures."""
    for number, figure in catalog.figures.items():
        if figure.priority == priority:
            state = figure_state(catalog, figure, at_hand)
            yield f"{figure.title} (figur {number}{NEARNESS.get(state, '')})"
    yield from (catalog.indicators[indicator].label for indicator in catalog.priorities[priority].evidence)
    yield from (f"mått saknas: {gap.missing}" for gap in catalog.gaps.values() if gap.priority == priority)


def check_texts(catalog: Catalog, priority: str, plans: list[Plan], initiatives: list[Initiative]) -> Iterator[str]:
    """Reviews that are asked for, measurements that are promised, follow-ups that are still to come."""
    yield from (f"Översyn begärd, utan dag: {plan.name}" for plan in plans if plan.review_requested and plan.name)
    yield from (gap.promised for gap in catalog.gaps.values() if gap.priority == priority and gap.promised)
    for record in initiatives:
        yield from (f"{record.title}: {entry.text or readable(entry.date)}" for entry in record.follow_ups)
