"""The register of initiatives: what it holds, what is missing, and that an old initiative is never called late."""

import re
from datetime import date

import pandas as pd
import pytest
from lxml.html import HtmlElement, fromstring

from copies import Copy
from helpers import open_region, register
from helpers.report import RegionReport
from lagesbild.assessments.models import FollowUp, Initiative
from lagesbild.html.render import Event, calendar_text
from lagesbild.rules.register import as_of, day_of, linked_initiatives, state_of
from lagesbild.swedish.numbers import readable
from lagesbild.swedish.register import date_text, lacking_texts, state_text

LATE = "försenad"
ENDED = Initiative(title="Lampor på torget", end="2022-11-30")


def opened(frozen: Copy, year: int, region: str = "umearegionen", municipality: str = "2480") -> RegionReport:
    return open_region(municipality, year, region, root=str(frozen.paths.root))


@pytest.fixture(scope="module")
def umea(frozen: Copy) -> RegionReport:
    return opened(frozen, 2024)


@pytest.fixture(scope="module")
def same_year(frozen: Copy) -> RegionReport:
    return opened(frozen, 2022)


@pytest.fixture(scope="module")
def records(umea: RegionReport) -> pd.DataFrame:
    return register.table(umea)


def test_the_register_has_20_headings_and_34_records(records: pd.DataFrame):
    assert records["kind"].value_counts().to_dict() == {"Initiativ": 18, "Kommunalt uppdrag": 2, "Förslag": 14}
    proposals = records.loc[records["kind"] == "Förslag", "title"]
    assert proposals.str.extract(r"^(Uppdragsinitiativ \w+), förslag (\d): .")[0].value_counts().tolist() == [7, 7]
    assert proposals.str.partition(": ")[2].nunique() == 8  # the same one stands in two assignments


def test_the_page_says_that_the_document_counts_otherwise(umea: RegionReport, records: pd.DataFrame):
    html = register.cards(umea, records).html
    assert "18 initiativ och 2 kommunala uppdrag med sina förslag, 34 poster i allt." in html
    assert "Underlaget anger 25 initiativ; här finns 20 rubriker." in html
    assert html.count('<details class="record"') == 34


def choices(html: str, name: str) -> set[str]:
    """What readers can choose by in one filter, without "all"."""
    offered = re.findall(rf'data-filter="{name}">(.*?)</select>', html, re.DOTALL)[0]
    return set(re.findall(r'value="([^"]+)"', offered))


def values(html: str, name: str) -> set[str]:
    given = re.findall(rf'<details[^>]* data-{name}="([^"]*)"', html)
    return {word for text in given for word in (text.split() if name == "lacks" else [text])}


def test_each_record_can_be_chosen_by_kind_owner_state_and_what_it_lacks(umea: RegionReport, records: pd.DataFrame):
    html = register.cards(umea, records).html
    for name in ("kind", "owner", "lacks", "state"):
        assert values(html, name) == choices(html, name) != set()


def test_the_filters_are_hidden_until_a_script_can_use_them(umea: RegionReport, records: pd.DataFrame):
    html = register.cards(umea, records).html
    assert re.search(r'<div class="filters" role="group" aria-label="[^"]+" hidden>', html)


def test_the_register_downloads_every_record_with_every_fact(umea: RegionReport, records: pd.DataFrame):
    record = register.cards(umea, records).record
    assert record["download_name"] == "r10.csv"
    lines = record["download_text"].splitlines()
    assert len(lines) == 35
    assert lines[0] == (
        "\ufeffRubrik;Slag;Läge;Ägare;Sammankallande;Ansvarig;Godkänd av;Målgrupp;Bakgrund;Aktiviteter;Mål;Indikatorer;"
        "Start;Slut;Avstämning;Anmärkning"
    )
    assert " · " not in record["download_text"]


def test_a_record_that_the_cell_drops_is_in_no_card_count_filter_calendar_or_download(
    umea: RegionReport, records: pd.DataFrame
):
    dropped = records[records["record"] != "probation_clients"]
    title = records.loc[records["record"] == "probation_clients", "title"].item()
    assert title == "Kartläggning av frivårdens klienter"
    cards, calendar = register.cards(umea, dropped), register.calendar(umea, dropped)
    texts = [cards.html, cards.record["download_text"], calendar.record["download_text"].replace("\r\n ", "")]
    texts += [*register.timeline(dropped)["name"]]
    assert not [text for text in texts if title in text]
    assert "17 initiativ och 2 kommunala uppdrag med sina förslag, 33 poster i allt." in cards.html
    assert "Visar 33 av 33" in cards.html
    assert "15 av 17 initiativ saknar slutdag" in cards.html
    assert "Två slutdagar har ett datum" in calendar.html
    own = records[records["owner"] == "Försäkringskassan"]
    assert choices(register.cards(umea, own).html, "owner") == {"Försäkringskassan"}


def test_a_value_that_the_cell_changes_changes_the_card_the_filters_and_what_is_missing(
    umea: RegionReport, records: pd.DataFrame
):
    given = records.assign(owner=records["owner"].fillna("Tivolit"), cost="17 kronor")
    cards = register.cards(umea, given)
    assert "Tivolit" in choices(cards.html, "owner")
    assert "Ägare" not in choices(cards.html, "lacks")
    assert "<dt>cost</dt><dd>17 kronor</dd>" in cards.html.replace("\u00a0", " ")
    assert "saknar ägare" in register.cards(umea, records).html
    assert "saknar ägare" not in cards.html


def test_an_end_that_has_passed_is_late_in_the_materials_own_year():
    assert as_of(2022, 2022).day == date(2022, 12, 31)
    state = state_of(ENDED, as_of(2022, 2022))
    assert state == "overdue"
    late = "försenad: slutdagen 30 november 2022 har passerat, och inget utfall är angivet"
    assert state_text(ENDED, state) == late


@pytest.mark.parametrize("end", ["2022-11-30", "2022-11", None])
def test_in_a_later_edition_an_old_initiative_is_never_late(end: str | None):
    record = ENDED.model_copy(update={"end": end})
    state = state_of(record, as_of(2022, 2024))
    assert state != "overdue"
    assert state_text(record, state) == "ingen avstämning angiven"
    checked = record.model_copy(update={"follow_ups": [FollowUp(text="i juni")]})
    assert state_text(checked, state_of(checked, as_of(2022, 2024))) == "avstämning angiven"


@pytest.mark.parametrize("end", ["2022-12-31", "2022-12", "2022", "2023-01-15"])
def test_an_end_that_may_not_have_passed_is_not_late(end: str):
    assert state_of(ENDED.model_copy(update={"end": end}), as_of(2022, 2022)) == "in_time"


def test_a_status_that_the_material_gives_stands_as_it_is():
    record = ENDED.model_copy(update={"status": "Avslutat i förtid"})
    assert state_text(record, state_of(record, as_of(2022, 2024))) == "Avslutat i förtid"


def test_the_later_report_never_says_late_and_the_years_own_names_who_is(umea: RegionReport, same_year: RegionReport):
    later = register.cards(umea, register.table(umea)).html
    assert LATE not in later.lower()
    own = register.cards(same_year, register.table(same_year)).html
    assert "Försenade: Kartläggning av frivårdens klienter och Nyanlända som förvärvat skada" in own
    assert "Läget anges per 31 december 2022." in own
    assert choices(own, "state") >= {"Försenad"}


def test_what_is_missing_is_told_once_for_all_that_lack_it_and_those_that_have_it_are_named_where_few(
    umea: RegionReport, records: pd.DataFrame
):
    goal, owner, end, indicator, proposals = lacking_texts(records)
    assert goal.startswith("Två av 18 initiativ saknar mål: Gemensam kompetensutveckling och ")
    assert owner.startswith("Fyra av 18 initiativ saknar ägare: ")
    assert end.startswith("15 av 18 initiativ saknar slutdag; det finns för Säker digital kommunikation, ")
    assert indicator.startswith("Sju av 18 initiativ saknar indikator: ")
    assert proposals == "Inget av de 14 förslagen har mål, ägare, slutdag eller indikator."
    html = register.cards(umea, records).html
    assert html.count(" initiativ saknar ") == 4
    assert "saknas i underlaget" not in html
    assert "ej angivet" not in html


def cards_of(html: str) -> list[HtmlElement]:
    return fromstring(html).xpath("//details[@class='record']")


@pytest.mark.parametrize("year", [2022, 2024])
def test_a_record_never_shows_what_it_is_said_to_lack_and_says_so_where_it_has_a_follow_up(frozen: Copy, year: int):
    report = opened(frozen, year)
    rows = register.table(report)
    shown = {"Mål": "Mål", "Ägare": "Ägare", "Slutdag": "Slut", "Indikator": "Indikatorer"}
    cards = cards_of(register.cards(report, rows).html)
    assert len(cards) == len(rows)
    for card, record in zip(cards, rows.itertuples(), strict=True):
        terms = [term.text_content() for term in card.iter("dt")]
        lacks = {term for name, term in shown.items() if name in card.get("data-lacks").split()}
        assert not lacks & set(terms)
        assert {*shown.values()} - lacks <= set(terms)  # what it does not lack is there
        assert terms
        assert all(text.strip(" ·") for text in (each.text_content() for each in card.iter("dd")))
        has = pd.notna(record.follow_up)
        assert ("Avstämning" in terms) == has
        if year == 2024:
            assert ("avstämning angiven" in card.findtext("summary/span")) == has
            assert (card.get("data-state") == "Avstämning angiven") == has


def test_an_assignment_consists_of_its_proposals(records: pd.DataFrame):
    own = records[records["kind"] == "Kommunalt uppdrag"].set_index("record")["activities"]
    assert [len(text.split(" · ")) for text in own] == [7, 7]
    assert "Återstart efter pandemin" in own["nordmaling"]


@pytest.mark.parametrize(
    ("written", "words", "shown"),
    [
        ("2022-12-31", "20221231", "31 december 2022"),
        ("2022-12-21", "21 dec 2022", "21 december 2022"),
        ("2022-09-01", "1 september", "1 september 2022"),
        ("--05-31", "Redan pågående (start 31 maj)", "Redan pågående (start 31 maj)"),
        ("2022-12-31", "vid årets slut", "vid årets slut (31 december 2022)"),
        (None, "Redan pågående", "Redan pågående"),
        (None, None, ""),
    ],
)
def test_a_date_is_told_in_the_documents_words_only_where_they_say_more(written, words, shown):
    assert date_text(written, words) == shown


def test_linked_series_are_shown_since_the_start_and_say_how_they_differ(umea: RegionReport):
    links = register.linked_series(umea)
    assert len(links) == 4
    row = links.set_index("initiative").loc["Personer med lång tid i försörjningsstöd"]
    assert re.match(r"Umeå: \d+,\d \(2022\)", row["values"])
    assert "(2021)" not in row["values"]
    assert row["differs"].startswith("Serien gäller alla vuxna")


def test_the_timeline_has_the_days_of_each_initiative(umea: RegionReport):
    rows = register.timeline(register.table(umea))
    assert len(rows) == 18
    dated = rows[rows["start"].notna() | rows["end"].notna()]
    assert dated["name"].tolist()[0] == "Säker digital kommunikation"  # whose start has no year
    assert dated["start"].tolist() == [None, date(2022, 9, 1), date(2022, 9, 1)]
    assert dated["end"].tolist() == [date(2022, 12, 31), date(2022, 11, 30), date(2022, 12, 21)]


def days_in(calendar: str) -> list[str]:
    return sorted(re.findall(r"DTSTART;VALUE=DATE:(\d+)", calendar))


def test_the_calendar_holds_ends_and_follow_ups_that_have_a_day_only(umea: RegionReport, records: pd.DataFrame):
    calendar = register.calendar(umea, records)
    assert calendar.record["download_name"] == "uppfoljning-umearegionen-2022.ics"
    assert 'href="data/uppfoljning-umearegionen-2022.ics"' in calendar.html
    assert days_in(calendar.record["download_text"]) == ["20221130", "20221221", "20221231"]
    own = records[records["record"] == "complex_needs"].assign(
        follow_up="5 oktober 2022, Projektgruppen · november 2022 · på torget",
        follow_up_dates="2022-10-05 · 2022-11 · –",
        end_date=None,
    )
    changed = register.calendar(umea, own)
    assert days_in(changed.record["download_text"]) == ["20221005"]
    assert "SUMMARY:Uppföljning: Långtidsarbetslösa med sammansatta behov" in changed.record["download_text"]
    assert "En avstämning har ett datum" in changed.html
    assert "download_text" not in register.calendar(umea, own.assign(follow_up_dates=None)).record


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
        ("--05-31", "31 maj, utan år", None),
        ("--10", "oktober, utan år", None),
        (None, "", None),
    ],
)
def test_a_partial_date_is_read_as_far_as_it_goes(written: str | None, words: str, day: date | None):
    assert readable(written) == words
    assert day_of(written) == day


def test_each_priority_has_a_line_from_goal_to_next_check_with_its_gaps(umea: RegionReport):
    goals = register.goals(umea)
    rows = goals.set_index(goals["priority"].str.split().str[0])
    assert len(rows) == 14
    assert rows.at["5.2", "initiatives"] == "Personer med lång tid i försörjningsstöd"
    assert rows.at["3.2", "initiatives"] == "Barnfamiljer med försörjningsstöd"
    assert rows.at["1.1", "initiatives"] == "–"
    assert "mått saknas" in rows.at["4.2", "indicators"]
    assert "Översyn begärd, utan dag: Umeå kommuns handlingsplan mot barnfattigdom" in rows.at["3.2", "next_check"]
    _, gaps = register.goals_text(umea, goals)
    assert gaps == "Av 14 prioriteringar saknas regionens initiativ för elva och nästa avstämning för två."
    assert "Av 3 prioriteringar" in register.goals_text(umea, goals.head(3))[1]


def test_an_initiative_belongs_to_a_priority_only_through_a_linked_series(umea: RegionReport):
    written = umea.written.assessment
    indicators = [indicator for record in written.initiatives.values() for indicator in record.indicators]
    linked = {indicator.series for indicator in indicators if indicator.series}
    assert linked_initiatives(written, sorted(linked)) != []
    assert linked_initiatives(written, ["reported_crime"]) == []


def test_approval_names_a_role_or_bodies_and_never_a_person(records: pd.DataFrame):
    assert set(records["approved_by"].dropna()) == {
        "Biträdande utbildningsdirektör",
        "Ordförande, Samordningsförbundet",
        "Socialtjänsten, Arbetsförmedlingen, Arbetsmarknad och integration, Samordningsförbundet",
        "Arbetsförmedlingschef, Sydöstra Västerbotten",
    }


def test_the_lists_of_the_group_are_tables_with_swedish_headings(umea: RegionReport):
    assert len(register.data_sources(umea)) == 9
    assert register.group(umea).iloc[-1].tolist() == ["Summa", 10, ""]
    assert register.competence_plan(umea)["arranged"].value_counts().tolist() == [5, 3, 3]
    for rows in (register.table(umea)[register.RECORD], register.linked_series(umea),
                 register.goals(umea), register.data_sources(umea), register.group(umea),
                 register.competence_plan(umea)):  # fmt: skip
        assert set(register.headings(rows)) == set(rows.columns)
    part = register.part(umea, "R9", register.group(umea).head(2), "Platser")
    assert re.search(r"<h2.*Analysgruppens sammansättning", part.html)
    assert "Källa: Analysgruppens underlag för Umeåregionen 2022" in part.html
    assert ("Organisation" in part.html, "Umeå kommun" in part.html) == (True, False)


EMPTY = [register.table, register.linked_series, register.data_sources, register.group, register.competence_plan,
         register.goals]  # fmt: skip


@pytest.mark.parametrize(
    ("region", "municipality", "year"),
    [("vasterbotten", "2480", 2024), ("umearegionen", "2480", 2021), ("", "0580", 2024)],
)
def test_without_a_region_or_material_tables_and_components_are_empty(
    frozen: Copy, region: str, municipality: str, year: int
):
    report = opened(frozen, year, region, municipality)
    assert [len(rows(report)) for rows in EMPTY] == [0] * len(EMPTY)
    records = register.table(report)
    assert len(register.timeline(records)) == 0
    parts = [register.cards(report, records), register.calendar(report, records)]
    parts += [register.part(report, "R8", register.data_sources(report), "Källor")]
    parts += [register.fold(register.goals(report), "Från mål till handling", "mal-till-handling")]
    assert [part.html for part in parts] == [""] * 4
    assert register.goals_text(report, register.goals(report)) == []
