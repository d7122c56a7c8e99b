"""The register of initiatives: what it holds, what is missing, and that an old initiative is never called late."""

import re
from datetime import date

import pytest

from copies import Copy
from helpers.region.analysis import regional_analysis
from helpers.region.material import Material
from helpers.region.parts import follow_up, register_text
from helpers.region.parts import register as register_part
from helpers.region.register import (
    gaps_table,
    gaps_text,
    goals_table,
    linked_series_table,
    register_cards,
    register_events,
    state_of,
    timeline_rows,
)
from lagesbild.assessments import FollowUp, Initiative, RegionAssessment, register
from lagesbild.html.render import Event, calendar_text
from lagesbild.rules.register import as_of, day_of, linked_initiatives
from lagesbild.swedish.numbers import readable
from region_roots import material

LATE = "försenad"
ENDED = Initiative(title="Lampor på torget", end="2022-11-30")


@pytest.fixture(scope="module")
def umea(frozen: Copy) -> Material:
    return material(frozen, "umearegionen", "2480", 2024)


@pytest.fixture(scope="module")
def same_year(frozen: Copy) -> Material:
    return material(frozen, "umearegionen", "2480", 2022)


@pytest.fixture(scope="module")
def written(umea: Material) -> RegionAssessment:
    return umea.written.assessment


def register_html(region: Material) -> str:
    return register_part(region, region.written).html


def follow_up_html(region: Material) -> str:
    return follow_up(region, region.written).html


def test_the_register_has_20_headings_and_34_records(written: RegionAssessment):
    assert len(written.initiatives) + len(written.assignments) == 20
    assert [entry.kind for entry in register(written)].count("initiative") == 18
    assert [len(assignment.proposals) for assignment in written.assignments.values()] == [7, 7]
    assert len(register(written)) == 34
    assert len(written.proposals) == 8  # the same one stands in two assignments


def test_the_page_says_that_the_document_counts_otherwise(umea: Material):
    html = register_html(umea)
    assert "Underlaget anger 25 initiativ; här finns 20 rubriker." in html
    assert html.count('<details class="record"') == 34


def test_each_record_can_be_chosen_by_kind_owner_state_and_what_it_lacks(umea: Material):
    html = register_html(umea)
    for name in ("kind", "owner", "lacks", "state"):
        offered = set(re.findall(rf'data-filter="{name}">(.*?)</select>', html, re.DOTALL)[0].split('value="')[2:])
        values = {value.split('"')[0] for value in offered}
        given = re.findall(rf'<details[^>]* data-{name}="([^"]*)"', html)
        used = {word for text in given for word in (text.split() if name == "lacks" else [text])}
        assert used
        assert used <= values


def test_the_filters_are_hidden_until_a_script_can_use_them(umea: Material):
    assert re.search(r'<div class="filters" role="group" aria-label="[^"]+" hidden>', register_html(umea))


def test_the_register_downloads_every_record_with_every_fact(umea: Material):
    lines = register_text(register_cards(umea.written.assessment, umea.written.when)).splitlines()
    assert len(lines) == 35
    assert lines[0].startswith("\ufeffRubrik;Slag;Läge;Ägare;Sammankallande;Ansvarig;Godkänd av;Målgrupp;Bakgrund")


def test_an_end_that_has_passed_is_late_in_the_materials_own_year():
    assert as_of(2022, 2022).day == date(2022, 12, 31)
    state = state_of(ENDED, as_of(2022, 2022))
    assert state.overdue
    assert state.words.startswith(LATE)


@pytest.mark.parametrize("end", ["2022-11-30", "2022-11", None])
def test_in_a_later_edition_an_old_initiative_is_never_late(end: str | None):
    state = state_of(ENDED.model_copy(update={"end": end}), as_of(2022, 2024))
    assert state.words == "uppföljning saknas i underlaget"
    assert not state.overdue


@pytest.mark.parametrize("end", ["2022-12-31", "2022-12", "2022", "2023-01-15"])
def test_an_end_that_may_not_have_passed_is_not_late(end: str):
    assert not state_of(ENDED.model_copy(update={"end": end}), as_of(2022, 2022)).overdue


def test_a_status_that_the_material_gives_stands_as_it_is():
    record = ENDED.model_copy(update={"status": "Avslutat i förtid"})
    assert state_of(record, as_of(2022, 2024)).words == "Avslutat i förtid"


def test_the_later_report_never_says_late_and_the_years_own_names_who_is(umea: Material, same_year: Material):
    assert LATE not in (register_html(umea) + follow_up_html(umea)).lower().replace("försenade", "försenad")
    own = follow_up_html(same_year)
    assert "Försenade: Kartläggning av frivårdens klienter och Nyanlända som förvärvat skada" in own
    assert "31 december 2022" in own


def test_what_is_missing_is_counted_and_shown_a_heading_each(written: RegionAssessment):
    table = gaps_table(written)
    assert len(table.rows) == 20
    missing = {column.header: sum(row[at] == "saknas" for row in table.rows[:18]) for at, column in
               enumerate(table.columns) if at}  # fmt: skip
    assert missing == {"Mål": 2, "Ägare": 4, "Slutdatum": 15, "Indikator": 7}
    assert "mål saknas för 2, ägare saknas för 4, slutdatum saknas för 15 och indikator saknas för 7" in gaps_text(
        written
    )


def test_linked_series_are_shown_since_the_start_and_say_how_they_differ(umea: Material):
    names = {"2480": "Umeå", "2401": "Nordmaling"}
    table = linked_series_table(umea.written, umea.setting.catalog, umea.profiles.yearly, names)
    assert len(table.rows) == 4
    by_title = {row[0]: row for row in table.rows}
    values, differs = by_title["Personer med lång tid i försörjningsstöd"][3:]
    assert re.match(r"Umeå: \d+,\d \(2022\)", values)
    assert "(2021)" not in values
    assert differs.startswith("Serien gäller alla vuxna")


def test_only_records_with_a_day_are_on_the_timeline(written: RegionAssessment):
    rows = timeline_rows(written)
    assert rows["name"].tolist()[0] == "Säker digital kommunikation"
    assert rows["start"].tolist() == [None, date(2022, 9, 1), date(2022, 9, 1)]
    assert rows["end"].tolist() == [date(2022, 12, 31), date(2022, 11, 30), date(2022, 12, 21)]


def test_the_calendar_holds_ends_and_follow_ups_that_have_a_day_only(written: RegionAssessment):
    events = register_events("umearegionen", 2022, written)
    assert sorted(event.day.isoformat() for event in events) == ["2022-11-30", "2022-12-21", "2022-12-31"]
    record = written.initiatives["complex_needs"].model_copy(
        update={"follow_ups": [FollowUp(date="2022-10-05", body="Projektgruppen"), FollowUp(date="2022-11")]}
    )
    changed = written.model_copy(update={"initiatives": {"complex_needs": record}, "assignments": {}})
    [event] = register_events("umearegionen", 2022, changed)
    assert (event.day, event.summary) == (date(2022, 10, 5), "Uppföljning: Långtidsarbetslösa med sammansatta behov")


def unfolded(text: str) -> list[str]:
    """The calendar's lines as a reader of RFC 5545 puts them together."""
    return text.replace("\r\n ", "").split("\r\n")


def test_a_calendar_is_folded_escaped_and_the_same_each_time():
    event = Event("a@b", date(2022, 12, 31), "Torg; träd, och å\nen rad", "ö" * 90)
    text = calendar_text("Påhittat", [event], date(2022, 5, 1))
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = unfolded(text)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART;VALUE=DATE:20221231" in lines
    assert "DTEND;VALUE=DATE:20230101" in lines
    assert r"SUMMARY:Torg\; träd\, och å\nen rad" in lines
    assert f"DESCRIPTION:{'ö' * 90}" in lines
    assert "DTSTAMP:20220501T000000Z" in lines
    assert text == calendar_text("Påhittat", [event], date(2022, 5, 1))


@pytest.mark.parametrize(
    ("written", "words", "day"),
    [
        ("2022-12-31", "31 december 2022", date(2022, 12, 31)),
        ("2022-09", "september 2022", None),
        ("2022", "2022", None),
        ("--05-31", "31 maj, året ej angivet", None),
        ("--10", "oktober, året ej angivet", None),
        (None, "", None),
    ],
)
def test_a_partial_date_is_read_as_far_as_it_goes(written: str | None, words: str, day: date | None):
    assert readable(written) == words
    assert day_of(written) == day


def test_each_priority_has_a_line_from_goal_to_next_check_with_its_gaps(umea: Material):
    rows = {row[0].split()[0]: row for row in goals_table(umea.setting, umea.written).rows}
    assert len(rows) == 14
    assert rows["5.2"][3] == "Personer med lång tid i försörjningsstöd"
    assert rows["3.2"][3] == "Barnfamiljer med försörjningsstöd"
    assert rows["1.1"][3] == "saknas"
    assert "mått saknas" in rows["4.2"][1]
    assert "Översyn begärd, utan dag: Umeå kommuns handlingsplan mot barnfattigdom" in rows["3.2"][4]


def test_an_initiative_belongs_to_a_priority_only_through_a_linked_series(written: RegionAssessment):
    indicators = [indicator for record in written.initiatives.values() for indicator in record.indicators]
    linked = {indicator.series for indicator in indicators if indicator.series}
    assert linked_initiatives(written, sorted(linked)) != []
    assert linked_initiatives(written, ["reported_crime"]) == []


def test_approval_names_a_role_or_bodies_and_never_a_person(written: RegionAssessment):
    assert {entry.record.approved_by for entry in register(written)} == {
        None,
        "Biträdande utbildningsdirektör",
        "Ordförande, Samordningsförbundet",
        "Socialtjänsten, Arbetsförmedlingen, Arbetsmarknad och integration, Samordningsförbundet",
        "Arbetsförmedlingschef, Sydöstra Västerbotten",
    }


def test_the_notebooks_own_parts_offer_the_files(frozen: Copy):
    analysis = regional_analysis(frozen.page("regional_support", "2480").setting)
    assert analysis.register().record["download_name"] == "r10.csv"
    followed = analysis.follow_up()
    assert followed.record["download_name"] == "uppfoljning-umearegionen-2022.ics"
    assert 'href="data/uppfoljning-umearegionen-2022.ics"' in followed.html
