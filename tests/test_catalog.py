"""The catalogue that is delivered, and every validation error that its strict reader must explain."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from lagesbild.catalog.load import CatalogError, load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.paths import PACKAGE, Paths

REPOSITORY = Paths(PACKAGE.parents[1])

# figure -> page and priority, typed from the report; None stands before the first priority of its page
PLACES = {
    "1": ("overview", None),
    "2": ("overview", None),
    "3": ("no_vulnerable_areas", None),
    "4": ("no_vulnerable_areas", None),
    "5": ("no_vulnerable_areas", "1.1"),
    "6": ("no_vulnerable_areas", "1.2"),
    "7": ("no_vulnerable_areas", "1.3"),
    "8": ("equal_power", None),
    "9": ("equal_power", "2.1"),
    "10": ("equal_power", "2.2"),
    "11": ("equal_power", "2.3"),
    "12": ("equal_power", "2.3"),
    "13": ("childhood", "3.1"),
    "14": ("childhood", "3.2"),
    "15": ("childhood", "3.2"),
    "16": ("childhood", "3.3"),
    "17": ("housing", "4.1"),
    "18": ("housing", "4.3"),
    "19": ("housing", "4.3"),
    "20": ("housing", "4.3"),
    "21": ("work", None),
    "22": ("work", None),
    "23": ("work", "5.1"),
    "24": ("work", "5.1"),
    "25": ("work", "5.2"),
}
SLOTS = {"5", "13", "14", "16", "19", "25"}  # nothing published is at hand: cards until a file comes
PRIORITIES = {"1": 3, "2": 3, "3": 3, "4": 3, "5": 2}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(REPOSITORY)


@dataclass
class Copy:
    """A copy of the catalogue that a test may spoil."""

    paths: Paths

    def file(self, name: str) -> Path:
        return self.paths.catalog / name

    def spoil(self, name: str, old: str, new: str) -> None:
        text = self.file(name).read_text(encoding="utf-8")
        assert old in text, f"{name} no longer holds {old!r}; the test needs another line"
        self.file(name).write_text(text.replace(old, new, 1), encoding="utf-8")

    def line(self, name: str, path: str) -> int:
        """The line of the last text of "a > b", each looked for below the one before."""
        lines = enumerate(self.file(name).read_text(encoding="utf-8").splitlines(), 1)
        return [next(number for number, line in lines if text in line) for text in path.split(" > ")][-1]

    def errors(self) -> list[str]:
        with pytest.raises(CatalogError) as caught:
            load_catalog(self.paths)
        assert str(caught.value) == "\n".join(caught.value.errors)
        return caught.value.errors


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    paths = Paths(tmp_path)
    shutil.copytree(REPOSITORY.catalog, paths.catalog)
    return Copy(paths)


def test_the_programme_has_two_goals_five_areas_and_fourteen_priorities(catalog: Catalog):
    assert [goal.label for goal in catalog.goals.values()] == ["Mål 2", "Mål 3"]
    assert list(catalog.focus_areas) == list(PRIORITIES)
    assert {area: len(catalog.priorities_of(area)) for area in catalog.focus_areas} == PRIORITIES
    assert [catalog.goals[key].title for key in "23"] == [catalog.focus_areas[key].title for key in "12"]


def test_the_25_figures_stand_in_the_places_of_the_report(catalog: Catalog):
    assert {key: (figure.page, figure.priority) for key, figure in catalog.figures.items()} == PLACES
    assert list(catalog.figures) == list(PLACES)


def test_the_parts_of_the_regional_page_are_r1_to_r11(catalog: Catalog):
    assert list(catalog.parts) == [f"R{number}" for number in range(1, 12)]


def test_five_measures_are_entered_as_gaps(catalog: Catalog):
    assert {(gap.page, gap.priority) for gap in catalog.gaps.values()} == {
        ("childhood", "3.1"),
        ("housing", "4.3"),
        ("work", "5.2"),
        ("housing", "4.2"),
        ("equal_power", None),
    }


def test_only_six_figures_have_nothing_but_a_local_file(catalog: Catalog):
    def is_slot(number: str) -> bool:
        figure = catalog.figures[number]
        sources = {catalog.indicators[key].source for key in (*figure.measure, *figure.stand_in)}
        return sources == {"local"}

    assert {number for number in catalog.figures if is_slot(number)} == SLOTS


def test_every_figure_says_how_to_add_its_own_measure(catalog: Catalog):
    for number, figure in catalog.figures.items():
        local = [key for key in figure.measure if catalog.indicators[key].local]
        assert ("lagesbild fetch" in figure.how_to_add) != bool(local), number
        for key in local:
            assert key in figure.how_to_add
            assert "data/raw/local/{code}/" in figure.how_to_add


def test_stand_ins_are_related_in_words_or_derived(catalog: Catalog):
    derived = [number for number, figure in catalog.figures.items() if figure.derived]
    related = [number for number, figure in catalog.figures.items() if figure.related_to]
    assert derived == ["17"]
    assert related == ["1", "6", "11", "12", "15", "20", "21", "22", "23", "24"]


def test_reported_violence_is_neither_better_nor_worse(catalog: Catalog):
    for number in ("6", "11", "12"):
        figure = catalog.figures[number]
        assert {catalog.indicators[key].better for key in (*figure.measure, *figure.stand_in)} == {"neither"}


def test_a_kolada_indicator_bears_the_title_that_its_series_must_have(catalog: Catalog):
    pinned = [entry for entry in catalog.indicators.values() if entry.kolada]
    assert [entry.title.replace("\u00a0", " ") for entry in pinned] == [entry.kolada.title for entry in pinned]
    assert all(entry.kolada.margin for entry in pinned if "Medborgarundersökningen" in entry.title)
    assert {entry.last_year for entry in pinned if entry.title.endswith("(-2024)")} == {2024}


@pytest.mark.parametrize(
    ("key", "years"),
    [
        ("reported_crime", [2023]),
        ("reported_violent_crime", [2023]),
        ("unemployed", [2023]),
        ("long_term_unemployed", [2023]),
        ("graduated_in_four_years_home", [2021]),
        ("long_term_social_assistance", [2017]),
        ("low_economic_standard_children", []),
    ],
)
def test_documented_breaks_are_entered(catalog: Catalog, key: str, years: list[int]):
    assert [entry.year for entry in catalog.indicators[key].breaks] == years


def test_every_county_has_its_region(catalog: Catalog):
    assert len(catalog.snapshot.counties) == 21
    assert all(region == f"00{county}" for county, region in catalog.snapshot.counties.items())


@dataclass(frozen=True)
class Spoilt:
    """`old` becomes `new` in `file`; the complaint stands on the line of `at` and holds all of `says`."""

    name: str
    file: str
    old: str
    new: str
    at: str
    says: tuple[str, ...]


WORK, OVERVIEW, HOUSING = "indicators/work.yml", "indicators/overview.yml", "indicators/housing.yml"
AREA_1 = "indicators/no_vulnerable_areas.yml"
SPOILT = [
    Spoilt(
        "unknown field",
        OVERVIEW,
        "    better: higher",
        "    beter: higher",
        "beter:",
        ("'beter'", "Did you mean 'better'?"),
    ),
    Spoilt(
        "field nothing like another",
        "units.yml",
        "    text: procent\n",
        "    text: procent\n    zzz: 1\n",
        "zzz:",
        ("'zzz'", "Known fields: text, symbol"),
    ),
    Spoilt(
        "missing field",
        OVERVIEW,
        "    unit: index_100\n",
        "",
        "  social_relations_index:",
        ("'unit'", "Add it"),
    ),
    *(
        Spoilt(
            f"I-51-{name}-with-å",
            name,
            f"\n  {key}:\n",
            f"\n  {key}å:\n",
            f"{key}å:",
            (f"'{key}å' is no id. Write it in small letters a-z, digits and _.",),
        )
        for name, key in {
            "regions.yml": "vasterbotten",
            WORK: "sick_pay_days",
            "units.yml": "days",
            "publishers.yml": "scb",
            "programme.yml": "regional_support",
        }.items()
    ),
    Spoilt(
        "I-51-page", "programme.yml", "page: work", "page: arbete_på", "page: arbete_på", ("'arbete_på' is no id.",)
    ),
    Spoilt("wrong type", WORK, "last_year: 2024", "last_year: soon", "last_year:", ("'soon'", "valid integer")),
    Spoilt(
        "number as text",
        WORK,
        "last_year: 2024",
        'last_year: "2024"',
        "last_year:",
        ("2024", "valid integer"),
    ),
    Spoilt(
        "unknown direction",
        OVERVIEW,
        "better: higher",
        "better: up",
        "better: up",
        ("'up'", "'higher', 'lower' or 'neither'"),
    ),
    Spoilt(
        "unquoted code that YAML reads as another number",
        "snapshot.yml",
        '"01": "0001"',
        '"01": 0011',
        '"01":',
        ("0011", "9", 'Put it in quotes: "0011"'),
    ),
    Spoilt(
        "unquoted code as a key",
        "comparisons.yml",
        '  "2480":',
        "  2480:",
        "  2480:",
        ("2480", 'Put it in quotes: "2480"'),
    ),
    Spoilt(
        "place that is no code",
        "regions.yml",
        '["2284"]',
        '["228"]',
        'comparisons: ["228"]',
        ("'228'", r"^\d{4}$"),
    ),
    Spoilt("series that is no id", OVERVIEW, "id: N02797", "id: N2797", "id: N2797", ("'N2797'", "pattern")),
    Spoilt(
        "duplicate id in one file",
        WORK,
        "\n  sick_pay_days:",
        "\n  unemployed:",
        "  unemployed: >   unemployed:",
        ("'unemployed' stands twice", "Keep one of them"),
    ),
    Spoilt(
        "duplicate field",
        OVERVIEW,
        "    better: higher",
        "    better: higher\n    better: lower",
        "better: lower",
        ("'better' stands twice", "the first is on line", "Keep one of them"),
    ),
    Spoilt("figure without a page", OVERVIEW, "    page: overview\n", "", '  "1":', ("'page'", "Add it")),
    Spoilt("unknown page", OVERVIEW, "page: overview", "page: front", "page: front", ("'front'", "overview")),
    Spoilt(
        "unknown priority",
        WORK,
        'priority: "5.2"',
        'priority: "5.3"',
        'priority: "5.3"',
        ("'5.3'", "5.1, 5.2"),
    ),
    Spoilt(
        "priority of another page",
        WORK,
        'priority: "5.2"',
        'priority: "4.2"',
        'priority: "4.2"',
        ("4.2", "'housing'", "Correct one"),
    ),
    Spoilt(
        "number for a priority",
        WORK,
        'priority: "5.2"',
        "priority: 5.2",
        "priority: 5.2",
        ("5.2", 'in quotes: "5.2"'),
    ),
    Spoilt(
        "unknown indicator in a figure",
        OVERVIEW,
        "measure: [good_place_to_live]",
        "measure: [good_place]",
        "[good_place]",
        ("'good_place'", "good_place_to_live"),
    ),
    Spoilt(
        "unknown indicator as evidence",
        "programme.yml",
        "long_term_social_assistance]",
        "long_social_assistance]",
        "long_social_assistance",
        ("'long_social_assistance'", "long_term_social_assistance"),
    ),
    Spoilt(
        "unknown indicator in a part",
        "programme.yml",
        "indicators: [support_rank, support_rank_change]",
        "indicators: [support_place]",
        "[support_place]",
        ("'support_place'", "support_rank"),
    ),
    Spoilt(
        "unknown question of a survey",
        "surveys.yml",
        "- free_to_be_oneself",
        "- free_to_be",
        "indicators:",
        ("'free_to_be'", "free_to_be_oneself"),
    ),
    Spoilt(
        "a question of a survey that is no survey's",
        "surveys.yml",
        "[unsafe_at_night]",
        "[population]",
        "[population]",
        ("'population' is of kind 'register'",),
    ),
    Spoilt(
        "a series that is a question and an indicator",
        "surveys.yml",
        "N00611:",
        "N00610:",
        "questions:",
        ("N00610 already fills 'safe_outdoors_after_dark'",),
    ),
    Spoilt(
        "classes out of order",
        "surveys.yml",
        "[20000, 70000]",
        "[70000, 20000]",
        "[70000, 20000]",
        ("[70000, 20000] are not in order",),
    ),
    Spoilt("unknown unit", OVERVIEW, "unit: index_100", "unit: index_10", "index_10", ("'index_10'", "index_100")),
    Spoilt(
        "unknown publisher",
        OVERVIEW,
        "publisher: fohm",
        "publisher: fhm",
        "publisher: fhm",
        ("'fhm'", "fohm"),
    ),
    Spoilt(
        "unknown part of a share",
        HOUSING,
        "part: rented_dwellings",
        "part: rented_homes",
        "rented_share: > share:",
        ("'rented_homes'", "rented_dwellings"),
    ),
    Spoilt(
        "restated without a base",
        AREA_1,
        "    population: population\n",
        "",
        "reported_crime: > restated:",
        ("only a rate can be restated", "'population'"),
    ),
    Spoilt(
        "restated without a break",
        AREA_1,
        "      until: 2022\n      before: antal brott",
        "      until: 2021\n      before: antal brott",
        "reported_crime: > restated:",
        ("need a break in 2022", "Add it to 'breaks'"),
    ),
    Spoilt("unknown area", "programme.yml", 'area: "5"', 'area: "6"', 'area: "6"', ("'6'", "1, 2, 3, 4, 5")),
    Spoilt(
        "margin without its title",
        OVERVIEW,
        "      margin_title: Osäkerhetstal - Kommunen är en bra plats att bo och leva på, andel (%)\n",
        "",
        "  good_place_to_live: > kolada:",
        ("needs both 'margin' and 'margin_title'", "Add the one"),
    ),
    Spoilt(
        "one series in two indicators",
        WORK,
        "id: N03926",
        "id: N03920",
        "  long_term_unemployed: > kolada:",
        ("N03920", "'unemployed'", "Use that indicator"),
    ),
    Spoilt(
        "figure without a measure",
        OVERVIEW,
        "measure: [social_relations_index]",
        "measure: []",
        "measure: []",
        ("a measure of its own", "Add it"),
    ),
    Spoilt(
        "stand-in without words",
        HOUSING,
        "    related_to: >-",
        "    footnote: >-",
        "stand_in: [overcrowding_norm2]",
        ("'related_to'", "'derived'", "Add one"),
    ),
    Spoilt(
        "figure that is no number",
        WORK,
        '  "21":',
        '  "21a":',
        '  "21a": > title:',
        ("'21a'", "whole number"),
    ),
    Spoilt(
        "indicator that nothing uses",
        "programme.yml",
        "evidence: [eligible_for_vocational_programmes]",
        "evidence: []",
        "",
        ("eligible_for_vocational_programmes", "no figure, priority or part uses it", "remove it"),
    ),
    Spoilt("broken YAML", OVERVIEW, '  "2":', '  "2:', "", ("broken YAML", "Look for a missing quote")),
]


@pytest.mark.parametrize("spoilt", SPOILT, ids=lambda spoilt: spoilt.name)
def test_a_validation_error_is_told_with_file_line_value_and_remedy(copy: Copy, spoilt: Spoilt):
    copy.spoil(spoilt.file, spoilt.old, spoilt.new)
    errors = copy.errors()
    about_it = [line for line in errors if all(text in line for text in spoilt.says)]
    assert len(about_it) == 1, errors
    if spoilt.at:
        assert about_it[0].startswith(f"data/catalog/{spoilt.file}:{copy.line(spoilt.file, spoilt.at)}: ")
    else:
        assert about_it[0].startswith("data/catalog/")


def test_an_id_taken_in_another_file_names_both_places(copy: Copy):
    entry = copy.file(OVERVIEW).read_text(encoding="utf-8").partition("\n  neither_in_work_nor_study:")[2]
    entry = "\n  neither_in_work_nor_study:" + entry.partition("\n  lacking_trust:")[0] + "\n  sick_pay_days:"
    copy.spoil(WORK, "\n  sick_pay_days:", entry)
    second = copy.line(WORK, "neither_in_work_nor_study:")
    first = copy.line(OVERVIEW, "  neither_in_work_nor_study:")
    assert copy.errors() == [
        f"data/catalog/{WORK}:{second}: indicators.neither_in_work_nor_study: "
        f"the id 'neither_in_work_nor_study' is taken: data/catalog/{OVERVIEW}:{first}. Give one another id."
    ]


@pytest.mark.parametrize("name", ["units.yml", WORK])
def test_a_missing_file_is_named_with_its_remedy(copy: Copy, name: str):
    copy.file(name).unlink()
    assert copy.errors() == [
        f"data/catalog/{name}:1: the file is missing. Restore it from the repository, or add it for a new page."
    ]


def test_the_validation_errors_of_all_files_are_told_at_once(copy: Copy):
    copy.spoil(OVERVIEW, "unit: index_100", "unt: index_100")
    copy.spoil("units.yml", "decimals: 1", "decimals: one")
    files = {line.split(":")[0] for line in copy.errors()}
    assert files == {f"data/catalog/{OVERVIEW}", "data/catalog/units.yml"}


def test_a_file_in_another_encoding_is_refused(copy: Copy):
    text = copy.file("units.yml").read_text(encoding="utf-8")
    copy.file("units.yml").write_bytes(text.replace("procent", "prócent").encode("latin-1"))
    (line,) = copy.errors()
    assert line.startswith("data/catalog/units.yml:1: not UTF-8")
    assert "Save the file as UTF-8" in line
