"""What the regional figures take, what they refuse, and what a test says: rows as an analyst may pass them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from copies import Copy
from helpers import register, show_figure
from lagesbild import charts
from lagesbild.html.regional import steps_said
from lagesbild.places import UnknownPlace
from lagesbild.rules import support as tables
from lagesbild.statistics.support import untested
from lagesbild.swedish import support as texts
from region_roots import (
    PEOPLE,
    Ran,
    fetched,
    inhabitants,
    made_up_region,
    months_of,
    more_places,
    ran,
    region,
    typed_in,
    yearly,
)

TOGETHER = "together = ranks.query(\"indicator in ['support_rank', 'fte_total']\")"
PROFILE = 'profile = share.query("place in @whole and year == @last").droplevel("year")[types].reindex(places)'


@pytest.fixture(scope="module")
def umea(frozen: Copy) -> Ran:
    return ran(frozen, "umearegionen", "2480")


def twelve(folder: Path, moved: np.ndarray, slope: float = 2.0) -> Copy:
    """Twelve made-up places over six years, whose ill health moves by `moved` and unemployment by `slope` times it."""
    copy = made_up_region(folder, {})
    codes = more_places(copy, 12)
    region(copy, codes)
    counts = {
        code: tuple((40 + at + m, 50, 60 - at + slope * m, 70, 10, 30) for m in moved[at])
        for at, code in enumerate(codes)
    }
    typed_in(copy, yearly(counts, 2016))
    inhabitants(copy, {(code, year): 1000 for code in codes for year in range(2016, 2022)} | PEOPLE)
    return copy


# R6: which changes are tested, and what is said of them.


@pytest.mark.parametrize(
    ("places", "years", "changes", "reason"),
    [
        (8, [2017, 2018, 2019], None, ""),
        (8, [2017, 2020], None, ""),  # they stand on four years
        (7, [2017, 2018, 2019, 2020], None, "places"),
        (8, [2017, 2018], None, "years"),
        (8, [2017, 2018, 2019], 1.0, "variation"),
    ],
)
def test_changes_are_tested_with_eight_places_four_years_and_variation(places, years, changes, reason):
    draw = np.random.default_rng(3)
    rows = pd.DataFrame([(f"{at}", year) for at in range(places) for year in years], columns=["place", "year"])
    rows["ill_health"] = draw.normal(size=len(rows)) if changes is None else changes
    assert untested(rows) == reason


def test_what_cannot_be_tested_within_places_says_which_of_the_three_is_lacking():
    across = (0.5, 0.1, 0.8)
    said = {
        reason: texts.association("tio kommuner", 2021, across, reason, 0)
        for reason in ("places", "years", "variation")
    }
    assert "för få kommuner har flera år i rad" in said["places"]
    assert "det krävs fyra år i rad" in said["years"]
    assert "Inom kommunerna ändras inget från år till år" in said["variation"]
    assert "3 kommuner utan alla siffror är inte med." in texts.association("tio kommuner", 2021, across, "years", 3)
    assert "är inte med" not in said["years"]


def test_ill_health_that_rises_alike_everywhere_is_no_association(tmp_path: Path):
    steady = np.tile(np.arange(6.0), (12, 1))
    text = ran(twelve(tmp_path, steady)).said("Inom kommunerna")
    assert "ändras inget från år till år, och inget samband går att räkna" in text
    assert "per procentenhet" not in text


def test_the_slope_within_places_is_that_of_the_changes_less_their_means_and_the_text_is_the_same_twice(tmp_path: Path):
    draw = np.random.default_rng(7)
    copy = twelve(tmp_path, draw.uniform(0, 20, (12, 6)), slope=1.5)
    first = ran(copy)
    changes = first.changes
    about = changes[["ill_health", "unemployment"]] - changes.groupby("place")[
        ["ill_health", "unemployment"]
    ].transform("mean")
    by_hand = (about["ill_health"] * about["unemployment"]).sum() / (about["ill_health"] ** 2).sum()
    assert first.within.params["ill_health"] == pytest.approx(by_hand, abs=1e-9)
    assert first.association == ran(copy, until="r6-test").association
    interval = first.interval
    assert interval.low <= first.spearmanr(*first.pair).statistic <= interval.high


def test_changes_that_have_nothing_to_do_with_each_other_are_not_called_together(tmp_path: Path):
    draw = np.random.default_rng(11)
    copy = twelve(tmp_path, draw.uniform(0, 20, (12, 6)), slope=0.0)
    text = ran(copy).said("Ohälsa och arbetslöshet")
    assert "åt samma håll" not in text
    assert "åt motsatt håll" not in text


# What a cell takes out or changes is said as it is.


def test_a_place_taken_out_of_r3_is_out_of_the_printed_ranks_beside_it(frozen: Copy, umea: Ran):
    before = " ".join(umea.component("r3").record["notes"])  # in the details
    assert "Vännäs" in before
    less = f'{PROFILE}.drop("2460")'
    after = ran(frozen, "umearegionen", "2480", until="r3", instead={PROFILE: less}).component("r3")
    assert "Vännäs" not in " ".join(after.record["notes"])


def test_a_changed_rank_is_no_longer_the_documents(frozen: Copy, umea: Ran):
    printed = umea.component("r2").record
    assert (printed["state"], "Platserna är tryckta i regionens underlag." in printed["notes"]) == ("document", True)
    more = "together = together.assign(value=together['value'].mask(together['place'].eq('2480'), 1))"
    changed = (
        ran(frozen, "umearegionen", "2480", until="r2", instead={TOGETHER: f"{TOGETHER}\n{more}"})
        .component("r2")
        .record
    )
    assert "Bäst låg Umeå, på plats 1," in changed["alternative"]
    assert changed["state"] == "derived"
    assert "Platserna är tryckta i regionens underlag." not in changed["notes"]
    assert any("ändrade i anteckningsboken" in note for note in changed["notes"])
    assert "Egen bearbetning" in changed["source"]


def test_a_member_without_every_number_is_named_below_r3_and_r5(umea: Ran):
    for cell in ("r3", "r5"):
        record = umea.component(cell).record
        assert "Saknar värde: Umeå." in (record["footnote"], *record["notes"])


def test_a_dropped_record_is_in_no_linked_series(umea: Ran):
    every = register.linked_series(umea.report, umea.records)
    assert len(every)
    first = every["initiative"].iloc[0]
    rest = register.linked_series(umea.report, umea.records[umea.records["title"] != first])
    assert list(rest["initiative"]) == [title for title in every["initiative"] if title != first]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: pd.concat([rows, rows.head(1)]), "stands twice. Correct the cell's rows"),
        (lambda rows: rows.assign(value=rows["value"].where(rows.index > 8, np.inf)), "value 'inf' .* is no value"),
        (lambda rows: rows[rows["indicator"] != "change"], "the rows lack 'change'"),
    ],
)
def test_rows_that_cannot_be_told_are_refused_with_their_remedy(umea: Ran, change, said):
    with pytest.raises(ValueError, match=said):
        show_figure(
            umea.report, "R5", change(umea.steps.dropna(subset=["value"]).reset_index(drop=True)), charts.waterfall
        )


# What is refused, and the cards that are true.


def test_counts_are_not_drawn_as_percent(umea: Ran):
    counts = umea.report.data.query("indicator in @types and place in @places and year == 2021 and sex == 'T'",
                                    local_dict={"types": umea.types, "places": umea.whole})  # fmt: skip
    with pytest.raises(ValueError, match="R3: the rows of fte_sick_pay hold what is published, not percent"):
        show_figure(umea.report, "R3", counts, charts.profile_bars)


@pytest.mark.parametrize(
    ("number", "rows", "chart"),
    [("R2", "together", charts.rank_change), ("R3", "profile", charts.profile_bars), ("R5", "steps", charts.waterfall)],
)
def test_rows_that_a_filter_emptied_are_refused_while_the_region_has_figures(umea: Ran, number, rows, chart):
    frame = getattr(umea, rows)
    frame = umea.report.long(frame, umea.last) if rows == "profile" else frame
    with pytest.raises(ValueError, match=f"{number}: the cell's rows are empty, though the region has figures"):
        show_figure(umea.report, number, frame[frame["place"] == "Vännäs"], chart)
    with pytest.raises(UnknownPlace, match=r"'Vännäs' is no code. Did you mean '2460'"):
        show_figure(umea.report, number, frame.assign(place="Vännäs"), chart)


def test_an_edition_without_two_years_has_cards_with_their_true_reasons(frozen: Copy):
    early = ran(frozen, "umearegionen", "2480", year=2020)
    cards = {cell: early.component(cell).record["card"]["why"] for cell in ("r2", "r3", "r5")}
    assert cards["r2"] == texts.NO_RANKS
    assert cards["r3"] == cards["r5"] == texts.NO_PROFILES
    assert early.shown["region-r2-map"] is None


@pytest.fixture(scope="module")
def thin(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Every municipality was asked in both years; in the last year sixty did not answer. Riket is the comparison."""
    copy = made_up_region(tmp_path_factory.mktemp("thin"), {})
    codes = [*more_places(copy, 150), "0180", "9901", "9902", "9903"]
    region(copy, ["9901", "9902", "9100"], ["0000"])
    counts = {code: tuple((2.0 + at + year,) * 6 for year in range(2)) for at, code in enumerate(codes)}
    rows = months_of(yearly(counts))
    silent = rows["place"].isin(codes[:60]) & (rows["year"] == 2021)
    fetched(copy, rows.assign(value=rows["value"].mask(silent)))
    inhabitants(copy, {(code, year): 1000 for code in codes for year in (2020, 2021)})
    return ran(copy)


def test_a_thinly_answered_last_year_gives_a_card_and_says_how_many_have_values(thin: Ran):
    assert thin.component("r2").record["card"]["why"] == texts.NO_RANKS
    assert "och 94 har dem 2021" in thin.component("r3-scale").record["card"]["why"]


def test_a_part_draws_the_share_down_only_where_it_is_below_zero():
    rows = pd.DataFrame(
        [("9901", "Påhittsby", label, label, 2021, value, 2020, 10.0)
         for label, value in (("A", 1.0), ("population", 0.0), ("change", 1.0))],
        columns=["place", "name", "indicator", "label", "year", "value", "since", "level"],
    )  # fmt: skip
    finding = steps_said(rows).finding
    assert "drog ner" not in finding
    assert finding == "A drog upp andelen mest i den enda kommunen 2020–2021"


def test_a_sum_among_the_types_is_not_counted_twice(frozen: Copy):
    counted = (
        'counted = [*types, "total", "population"]  # an added column counts in nothing until it is one of `types`'
    )
    twice = 'fte["fte_health"] = fte["fte_sick_pay"] + fte["fte_sickness_compensation"]; types = [*types, "fte_health"]'
    with pytest.raises(ValueError, match=r"the types add up to .* more than the total.*a sum of others"):
        ran(frozen, "umearegionen", "2480", instead={counted: f"{twice}\n{counted}"})


def test_a_table_of_several_years_is_not_drawn_as_one(umea: Ran):
    with pytest.raises(ValueError, match="Choose one year"):
        umea.report.long(umea.share, 2021)
    with pytest.raises(ValueError, match="no column indicator, place, year, value"):
        show_figure(umea.report, "R3", umea.profile, charts.profile_bars)


# R2: whose printed ranks they are.


@pytest.mark.parametrize(("members", "shown"), [(("9902",), ["9903", "9902"]), (("9901",), [])])
def test_a_region_shows_all_printed_ranks_of_its_document_and_none_of_another_regions(tmp_path, members, shown):
    copy = made_up_region(tmp_path)
    region(copy, members, [code for code in ("9901", "9902") if code not in members])
    ranks = {("support_rank", "9902"): 43, ("support_rank_change", "9902"): 4}
    ranks |= {("support_rank", "9903"): 20, ("support_rank_change", "9903"): -1}
    lines = [f"{name},{place},2021,0,T,,{value},,,en sida" for (name, place), value in ranks.items()]
    copy.document("support_ranking", *lines)
    made = ran(copy, municipality=members[0], until="r2")
    assert made.ranks.query("year == 2021")["place"].tolist() == shown
    report = made.report
    there = tables.at_hand("ranks", report.data, report.months, report.members, report.places, made.types)
    assert there == bool(shown)
    assert ("<svg" in made.component("r2").html) == bool(shown)
