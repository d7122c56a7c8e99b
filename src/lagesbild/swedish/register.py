"""A region's register in Swedish: states, days, what is missing, linked series, and the way from goal to action."""

import re
from collections.abc import Container, Iterator, Mapping

import pandas as pd

from lagesbild.assessments.models import FollowUp, Initiative, LinkedIndicator, Plan
from lagesbild.catalog.models import Catalog, Indicator
from lagesbild.rules.register import AsOf, State, Written, lacking
from lagesbild.rules.uses import figure_state
from lagesbild.swedish.numbers import MONTHS, decimal, listed, period_text, readable
from lagesbild.swedish.words import capital, inner, number_word

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
    # which series its indicators are linked to
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
    "stated": "Läge angivet",
    "checked": "Avstämning angiven",
    "not_followed_up": "Ingen avstämning angiven",
    "overdue": "Försenad",
    "in_time": "Slutdagen inte passerad",
    "without_end": "Ingen slutdag",
}
TOLD_ONCE = {STATES["not_followed_up"], STATES["without_end"]}  # for all records together, not at each of them
ABSENT, UNSTATED = "–", "Ingen ägare angiven"
LINKED = "närmaste serie finns nedan"
LACKS, LACKING = "Saknar", {"goal": "Mål", "owner": "Ägare", "end": "Slutdag", "indicator": "Indikator"}
FOLLOW_UP, END = "Uppföljning", "Slutdag enligt underlaget"  # what a day in the calendar is


def state_text(record: Initiative, state: State) -> str:
    """How far a record has come: the material's own word, else what its end date says."""
    end = readable(record.end)
    return {
        "stated": record.status or "",
        "overdue": f"försenad: slutdagen {end} har passerat, och inget utfall är angivet",
        "in_time": f"slutdagen {end} har inte passerat",
    }.get(state, inner(STATES[state]))


def date_text(written: str | None, words: str | None) -> str:
    """A date in the document's own words where they are words, else as a date; both where the words hold no date."""
    day, own = readable(written), words or ""
    plain = {*re.findall(r"[a-zåäö]+", own.lower())} <= {
        *MONTHS,
        *(name[:3] for name in MONTHS),
        *(name[:4] for name in MONTHS),
    }
    if not day or not own or plain:
        return day or own
    return own if day.split(",")[0] in own else f"{own} ({day})"


def indicator_text(indicator: LinkedIndicator) -> str:
    """An indicator as the initiative words it, and that a series of the catalogue comes near to it."""
    return f"{indicator.text} ({LINKED})" if indicator.series else indicator.text


def follow_up_text(follow_up: FollowUp) -> str:
    """When a follow-up is, in the document's own words where it has any, and who makes it."""
    return ", ".join(filter(None, (follow_up.text or readable(follow_up.date), follow_up.body)))


def responsible_text(responsible: object) -> str:
    """Who answers for a record; empty where the document does not say."""
    return "" if pd.isna(responsible) else f" Ansvar: {responsible}."


# The register as a whole: against which day, what is missing, and which days a calendar can hold.

NOTHING_HERE, CHAIR, SUM = "inget", "Ordförande", "Summa"  # in the lists that the group wrote


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


def lacking_texts(records: pd.DataFrame) -> list[str]:
    """Which of the initiatives lack goal, owner, end and indicator, a sentence each; and how many proposals lack them.

    Those that have one are named where they are fewer than those that lack it.
    """
    kind, missing = records["kind"], lacking(records)
    own = missing[kind == KINDS["initiative"]]
    said = [_lacking_text(what.lower(), records.loc[own.index, "title"], own[name]) for name, what in LACKING.items()]
    proposals = missing[kind == KINDS["proposal"]]
    bare, count = int(proposals.all(axis=1).sum()), len(proposals)
    nouns = f"{', '.join(list(LACKING.values())[:-1])} eller {LACKING['indicator']}".lower()
    if count and bare == count:
        said.append(f"Inget av de {count} förslagen har {nouns}.")
    elif bare:
        said.append(f"{capital(number_word(bare))} av de {count} förslagen har varken {nouns}.")
    return [text for text in said if text]


def _lacking_text(what: str, titles: pd.Series, lacks: pd.Series) -> str:
    """ "Två av 18 initiativ saknar mål: A och B.", "15 av 18 initiativ saknar slutdag; de som har är A, B och C."."""
    without, those = titles[lacks].tolist(), titles[~lacks].tolist()
    if not without:
        return ""
    if not those:
        return (
            f"Inget av de {len(titles)} initiativen har {what}." if len(titles) > 1 else f"{without[0]} saknar {what}."
        )
    text = f"{capital(number_word(len(without)))} av {len(titles)} initiativ saknar {what}"
    few = len(without) <= len(those)
    return f"{text}: {listed(without)}." if few else f"{text}; det finns för {listed(those)}."


def state_of_all(records: pd.DataFrame, when: AsOf) -> str:
    """Against which day the register is held, which initiatives are overdue, and which have a follow-up to come."""
    own = records[records["kind"] == KINDS["initiative"]]
    checked = own.loc[own["follow_up"].notna(), "title"].tolist()
    text = f" Avstämning är angiven för {number_word(len(checked))} av {len(own)} initiativ" if checked else ""
    text += f": {listed(checked)}." if checked else ""
    if when.later:
        return f"Registret gäller {when.day.year}; vad som har hänt sedan dess framgår inte.{text}"
    late = own.loc[own["state_group"] == STATES["overdue"], "title"].tolist()
    overdue = f"Försenade: {listed(late)}." if late else "Ingen slutdag har passerat."
    return f"Läget anges per {readable(when.day.isoformat())}. {overdue}{text}"


def calendar_text(follow_ups: int, ends: int) -> str:
    """How many follow-ups, and ends, have a day that a calendar can hold."""
    checks = f"{number_word(follow_ups)} {'avstämning' if follow_ups == 1 else 'avstämningar'}" if follow_ups else ""
    days = f"{number_word(ends)} {'slutdag' if ends == 1 else 'slutdagar'}" if ends else ""
    text = " och ".join(filter(None, (checks, days)))
    return (
        f"{capital(text)} har ett datum som går att lägga i en kalender."
        if text
        else "Inget i registret har ett datum."
    )


# The catalogue's series that an initiative's own indicators come nearest to, and the way from goal to action.

NEARNESS = {"slot": ", inga siffror", "related": ", närliggande mått"}
UNNAMED = "plan utan namn"
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
        last = f"; serien slutar {int(rows['year'].max())}" if len(rows) else ""
        return f"inget värde från {since} och framåt{last}"
    places = []
    for name, own in after.groupby("name", sort=False):
        years = [f"{decimal(row.value, decimals)} ({period_text(entry, int(row.year))})" for row in own.itertuples()]
        places.append(f"{name}: {', '.join(years)}")
    return f"{'; '.join(places)}. Enhet: {unit}."


def goals_text(goals: pd.DataFrame, headings: Mapping[str, str] = HEADINGS) -> str:
    """How many priorities lack each of the four steps; `goals` has a row a priority and ABSENT where one is missing."""
    counts = (goals.drop(columns="priority") == ABSENT).sum()
    missing = [f"{inner(headings[step])} för {number_word(count)}" for step, count in counts.items() if count]
    return (
        f"Av {len(goals)} prioriteringar saknas {listed(missing)}." if missing else "Varje prioritering har alla fyra."
    )


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
