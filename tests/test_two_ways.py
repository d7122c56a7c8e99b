"""The product's verdicts against the same rule in plain loops, on all municipalities; and what must hold of both.

The plain way (`plain_rule.py`, `plain_comparison.py`) is written from the text of the rule and shares no line with
the product.
"""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from copies import REPOSITORY
from lagesbild.catalog.load import load_catalog
from lagesbild.rules.judgements import Judgements, Setting, measured, survey_sizes
from lagesbild.sources.raw import load_places
from lagesbild.statistics.differences import Others
from lagesbild.statistics.panel import SeriesContext, populations
from lagesbild.statistics.surveys import Z_DECIDED, Survey
from lagesbild.tidy.build import table_at_hand
from plain_comparison import rank, survey_difference
from plain_rule import COUNTRY, Measure, World, correlation, direction, own_freedom, pooled_noise, swing
from two_ways import Tables, changed, differing, made_up_world, real_world, renamed, tabular, verdicts

EDITION = 2024


def product_verdicts(world: World) -> Tables:
    """What the product says of a world, in the form of `two_ways.verdicts`; of ranks only each place's latest."""
    rows = pd.DataFrame(
        [
            (indicator, sex, place, year, value, np.nan if count is None else count)
            for (indicator, sex), of in world.values.items()
            for place, years in of.items()
            for year, (value, count) in years.items()
            if year <= world.edition
        ],
        columns=["indicator", "sex", "place", "year", "value", "count"],
    ).assign(margin=np.nan, status="", vintage="")
    regions = {code for code in world.county.values() if isinstance(code, str)}
    places = dict.fromkeys(world.municipalities, True) | dict.fromkeys((*sorted(regions), COUNTRY), False)
    people = pd.DataFrame([(*at, n) for at, n in world.population.items()], columns=["place", "year", "sex", "value"])
    of = populations(people, places, range(int(rows["year"].min()), world.edition + 1))
    contexts = {
        indicator: SeriesContext(
            {"other": "positive"}.get(measure.kind, measure.kind), measure.better, measure.survey is not None,
            measure.breaks, measure.years_pooled, measure.every, measure.decimals, measure.per or 1,
        )
        for indicator, measure in world.measures.items()
    }  # fmt: skip
    sizes = {}
    surveys = {measure.survey: measure.limits for measure in world.measures.values() if measure.survey}
    for survey, limits in surveys.items():
        asked = rows[rows["indicator"].isin([i for i, m in world.measures.items() if m.survey == survey])]
        for sex, answers in asked.groupby("sex"):
            known = survey_sizes(answers, Survey(limits), contexts, of, world.edition)
            sizes |= {(question, str(sex)): n for question, n in known.items()}
    at = {code: n for n, code in enumerate(of.places)}
    others = []
    for what, of_place, at_least in (
        ("country", {code: [COUNTRY] for code in world.municipalities}, 1),
        ("county", {code: [county] for code, county in world.county.items() if county_has_others(world, code)}, 1),
        ("group", world.groups, 4),
    ):
        members = np.full((len(at), max(map(len, of_place.values()), default=1)), -1)
        for code, codes in of_place.items():
            members[at[code], : len(codes)] = [at[each] for each in codes]
        others.append(Others(what, members, at_least))
    setting = Setting(contexts, of, others, sizes, set(), set(), world.edition)
    return in_form(measured(rows, setting), world)


def county_has_others(world: World, code: str) -> bool:
    return sum(world.county.get(each) == world.county[code] for each in world.municipalities) > 1


def in_form(judged: Judgements, world: World) -> Tables:
    """Judgements as `two_ways.verdicts` has them."""
    directions = [
        {
            "indicator": r.indicator, "place": r.place, "sex": r.sex, "what": "", "label": r.direction,
            "refused": int(r.direction == "not_judged"), "p": np.nan if r.direction == "turned" else r.p,
            **({} if r.direction == "not_judged" else {"first": r.first_year, "last": r.last_year}),
        }
        for r in judged.directions[judged.directions["sex"] != "K-M"].itertuples()
    ]  # fmt: skip
    apart = {"difference": [], "gap": []}
    for r in judged.differences.itertuples():
        survey, known = world.measures[r.indicator].survey is not None, r.verdict != "unknown"
        if r.sex == "K-M" and survey:
            continue  # the plain way has the gap of registers only
        if survey and r.other == "group":
            continue  # and of surveys no mean of places
        z = np.sign(r.difference) * norm.isf(r.p / 2) if survey else np.nan
        error = max(r.noise, r.poisson)
        apart["gap" if r.sex == "K-M" else "difference"].append(
            {
                "indicator": r.indicator, "place": r.place, "sex": "" if r.sex == "K-M" else r.sex,
                "what": "" if r.sex == "K-M" else r.other, "label": r.verdict, "refused": int(not known),
                **({"last": r.year} if known else {}),
                "ratio": (z if survey else r.scaled / error) if known else np.nan,
                "difference": (r.difference if survey else r.scaled) if known else np.nan,
            }
        )  # fmt: skip
    changes = [
        {
            "indicator": r.indicator, "place": r.place, "sex": r.sex, "what": "", "ratio": r.z, "last": r.last_year,
            "label": "within" if abs(r.z) <= Z_DECIDED else "higher" if r.z > 0 else "lower",
            "difference": r.last - r.first - r.shift, "refused": 0,
        }
        for r in judged.changes.itertuples()
    ]  # fmt: skip
    ranks = [
        {
            "indicator": r.indicator, "place": r.place, "sex": r.sex, "what": str(r.year), "label": "", "refused": 0,
            "rank": r.rank, "n": r.n, "quartile": r.quartile,
        }
        for r in judged.ranks[judged.ranks["rank"].notna()].itertuples()
    ]  # fmt: skip
    of = {"direction": directions, "change": changes, "rank": ranks} | apart
    return {name: tabular(rows) for name, rows in of.items()}


WAYS = [pytest.param(verdicts, id="plain"), pytest.param(product_verdicts, id="product")]
Way = Callable[[World], Tables]
by_both_ways = pytest.mark.parametrize("way", WAYS)


@pytest.fixture(scope="module")
def all_places() -> World:
    """The repository's figures of all municipalities, as the edition of 2024 has them."""
    catalog = load_catalog(REPOSITORY)
    return real_world(table_at_hand(REPOSITORY, catalog).rows, catalog, load_places(REPOSITORY), EDITION)


@pytest.mark.slow
def test_both_ways_say_the_same_of_all_municipalities(all_places: World):
    plain = verdicts(all_places)
    assert len(plain["direction"].index.unique("place")) == 290
    judged = plain["direction"]["label"] != "not_judged"
    assert judged.sum() > 5_000
    assert parted(plain, product_verdicts(all_places)) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_ways_say_the_same_of_made_up_places(seed):
    world = made_up_world(seed)
    assert parted(verdicts(world), product_verdicts(world)) == []


def parted(plain: Tables, product: Tables) -> list[str]:
    """Where the two ways part; ranks in the years that the product ranks."""
    both = dict(plain)
    for name in ("difference", "change", "gap"):  # where nothing can be compared the product has no row
        only_plain = ~plain[name].index.isin(product[name].index)
        assert (plain[name][only_plain]["label"] == "unknown").all()
        both[name] = plain[name][~only_plain]
    both["rank"] = plain["rank"].reindex(product["rank"].index)
    return list(differing(both, product))[:40]


def same(before: Tables, after: Tables) -> list[str]:
    return list(differing(before, after))[:20]


@by_both_ways
def test_the_made_up_world_has_verdicts_of_every_kind(way: Way):
    tables = way(made_up_world())
    assert {"decreased", "increased", "no_movement"} <= set(tables["direction"]["label"])
    assert {"lower", "higher", "within"} <= set(tables["difference"]["label"])
    assert {"lower", "within"} <= set(tables["gap"]["label"])


@by_both_ways
def test_swapping_the_sexes_flips_the_gap_and_swaps_their_verdicts(way: Way):
    world = made_up_world()
    other = {"K": "M", "M": "K", "T": "T"}
    swapped = changed(
        world,
        values={(indicator, other[sex]): of for (indicator, sex), of in world.values.items()},
        population={(place, year, other[sex]): n for (place, year, sex), n in world.population.items()},
    )
    before, after = way(world), way(swapped)
    gaps = after["gap"].assign(
        label=after["gap"]["label"].replace({"lower": "higher", "higher": "lower"}),
        ratio=-after["gap"]["ratio"],
        difference=-after["gap"]["difference"],
    )
    assert same({"gap": before["gap"]}, {"gap": gaps}) == []
    assert (
        same(before, {name: table.rename(index=other, level="sex") for name, table in after.items()} | {"gap": gaps})
        == []
    )


@by_both_ways
def test_a_place_without_a_value_changes_nothing(way: Way):
    world = made_up_world()
    population = world.population | {("9999", year, sex): 5000 for year in range(2013, 2023) for sex in "TKM"}
    larger = changed(world, municipalities=[*world.municipalities, "9999"], population=population)
    assert same(way(world), way(larger)) == []


@by_both_ways
def test_twice_the_cases_and_twice_the_base_keep_the_sign(way: Way):
    world = made_up_world()
    doubled = {
        (indicator, sex): {
            place: {year: (value, None if count is None else 2 * count) for year, (value, count) in years.items()}
            for place, years in of.items()
        }
        for (indicator, sex), of in world.values.items()
    }
    after = way(changed(world, values=doubled, population={at: 2 * n for at, n in world.population.items()}))
    before = way(world)
    for name in ("difference", "gap"):
        judged = before[name]["ratio"].notna() & after[name]["ratio"].notna()
        first, second = (tables[name].loc[judged, "ratio"].astype(float) for tables in (before, after))
        clear = (first.abs() > 0.5) & (second.abs() > 0.5)  # 0.5 is added to a count, so one near 0 may cross it
        assert clear.sum() > 100, name
        assert (np.sign(first[clear]) == np.sign(second[clear])).all(), name
    moved = {"decreased", "increased"}
    both = before["direction"]["label"].isin(moved) & after["direction"]["label"].isin(moved)
    assert both.sum() > 20
    assert (before["direction"]["label"][both] == after["direction"]["label"][both]).all()


@by_both_ways
def test_noise_never_makes_a_verdict_firmer_on_average(way: Way):
    firmness, arrows = [], []
    for noise in (1.0, 2.0, 4.0):
        tables = [way(made_up_world(seed, noise=noise)) for seed in (1, 2)]
        p = np.concatenate([table["direction"]["p"].dropna().astype(float) for table in tables])
        ratio = np.concatenate(
            [table["difference"].loc[["share", "income"], "ratio"].astype(float) for table in tables]
        )
        firmness.append((-np.log10(np.maximum(p, 1e-300)).mean(), np.nanmean(np.abs(ratio))))
        arrows.append(sum(table["direction"]["label"].isin(["decreased", "increased"]).sum() for table in tables))
    for less, more in pairwise(firmness):
        assert less[0] > more[0]
        assert less[1] > more[1]
    assert arrows[0] > arrows[1] > arrows[2]


@by_both_ways
@pytest.mark.parametrize("new", ["9900", "9999"])
def test_a_verdict_does_not_change_when_another_place_is_renamed(way: Way, new: str):
    world = made_up_world()
    before, after = way(world), way(renamed(world, "9930", new))
    back = {name: table.rename(index={new: "9930"}, level="place").sort_index() for name, table in after.items()}
    assert same(before, back) == []


# Published values of the rule, worked out the plain way: they hold the plain way itself.


def test_the_effective_degrees_of_freedom_are_those_of_the_text():
    assert own_freedom(10) == pytest.approx(4.95, abs=0.005)
    assert own_freedom(6) == pytest.approx(2.6, abs=0.05)


def test_the_swing_of_series_that_depend_on_each_other_is_their_variance():
    draw = np.random.default_rng(1)
    y = draw.multivariate_normal(np.zeros(10), correlation(10), 20_000)
    assert np.mean([swing(list(series)) for series in y]) == pytest.approx(1, abs=0.02)


# What the text of the rule gives for Umeå, with the windows that the figures at hand had then. The skip goes with the
# snapshot of all municipalities, and with it the survey's other questions.
PUBLISHED = {
    "neither_in_work_nor_study": ("decreased", 2013, 2e-19, 290),
    "ill_health_days": ("decreased", 2013, 1e-25, 290),
    "received_social_assistance": ("decreased", 2015, 5e-12, 265),
    "children_with_social_assistance": ("decreased", 2013, 1e-5, 245),
    "long_term_social_assistance": ("increased", 2017, 4e-9, 272),
    "reported_crime": ("no_movement", 2015, 0.12, 290),  # in one definition
    "low_economic_standard_children": ("turned", 2013, None, 290),
    "overcrowding_norm2": ("turned", 2013, None, 290),
}
Z_OF_UMEA = {
    "good_place_to_live": 3.3,
    "recommends_moving_here": 5.2,
    "safe_outdoors_after_dark": 3.0,
    "integration_work_done_well": 3.7,
    "free_to_be_oneself": 2.1,
    "unsafe_at_night": -4.8,
    "lacking_trust": -2.7,
}
UMEA = "2480"


@pytest.mark.parametrize("indicator", PUBLISHED)
def test_the_directions_that_the_text_gives_come_out(all_places: World, indicator: str):
    label, first, p, places = PUBLISHED[indicator]
    found = direction(all_places, indicator, UMEA)
    assert (found.direction, found.first, found.places) == (label, first, places)
    if p:
        assert float(f"{found.p:.0e}" if p < 0.01 else f"{found.p:.2f}") == p


def test_too_few_cases_are_not_judged(all_places: World):
    assert direction(all_places, "children_evicted", UMEA).reason == "too_few_cases"


@pytest.mark.parametrize("indicator", Z_OF_UMEA)
def test_the_survey_differences_that_the_text_gives_come_out(all_places: World, indicator: str):
    assert survey_difference(all_places, indicator, UMEA, "country").t == pytest.approx(Z_OF_UMEA[indicator], abs=0.05)


def test_variances_drawn_with_a_known_noise_give_it_back():
    draw, d, d0 = np.random.default_rng(1), own_freedom(10), 12.0
    pairs = []
    for persons in 10 ** draw.uniform(3.5, 5.5, 4000):
        true = (0.002 + 30 / persons) * d0 / draw.chisquare(d0)
        pairs.append((persons, true * draw.chisquare(d) / d))
    noise = pooled_noise(pairs, list(range(2013, 2023)))
    assert noise.freedom == pytest.approx(d0, rel=0.25)
    for persons in (5_000, 20_000, 100_000):
        assert noise.variance(persons) == pytest.approx(0.002 + 30 / persons, rel=0.15)


def test_all_290_places_in_four_classes_are_73_72_73_and_72():
    codes = [f"{9001 + n}" for n in range(290)]
    values = {("income", "T"): {code: {2022: (1.0 + n, None)} for n, code in enumerate(codes)}}
    world = World(values, {}, {"income": Measure("other", better="higher")}, codes)
    placed = [rank(world, "income", code, 2022) for code in codes]
    assert [p.rank for p in placed] == list(range(290, 0, -1))
    assert [Counter(p.quartile for p in placed)[quartile] for quartile in (1, 2, 3, 4)] == [73, 72, 73, 72]
