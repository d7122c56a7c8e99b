"""What municipalities are called, and that nobody is given another council's goals."""

import pytest

from lagesbild.catalog.load import load_catalog
from lagesbild.paths import project_paths
from lagesbild.sources.raw import load_places
from lagesbild.swedish.names import Naming, official_name
from lagesbild.swedish.numbers import in_place


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(project_paths())


@pytest.fixture(scope="module")
def places():
    return load_places(project_paths())


@pytest.mark.parametrize(
    ("code", "official"),
    [
        ("2480", "Umeå kommun"),
        ("2401", "Nordmalings kommun"),
        ("2460", "Vännäs kommun"),
        ("0180", "Stockholms stad"),
        ("0980", "Region Gotland"),
        ("2080", "Falu kommun"),
        ("1280", "Malmö stad"),
        ("0114", "Upplands Väsby kommun"),
        ("1480", "Göteborgs stad"),
        ("1421", "Orust kommun"),
    ],
)
def test_a_municipality_has_its_official_name(catalog, places, code, official):
    assert official_name(catalog, code, places.name(code)) == official


def test_the_exceptions_are_municipalities_that_the_rule_would_name_wrongly(catalog, places):
    for code, official in catalog.official_names.items():
        name = places.name(code)
        assert places.kinds[code] == "K"
        assert official.removeprefix("Region ").startswith(name[:3])
        by_rule = official_name(catalog.model_copy(update={"official_names": {}}), code, name)
        assert by_rule != official


def test_one_is_on_an_island_and_in_a_town():
    assert [in_place(name) for name in ("Gotland", "Umeå", "Riket")] == ["på Gotland", "i Umeå", "i riket"]


def test_a_title_is_the_councils_own_only_where_it_has_judged(catalog):
    entries = [*catalog.focus_areas.values(), *catalog.priorities.values(), *catalog.pages.values()]
    own, neutral = (Naming("Påhittsby", "Påhittsby kommun", judged=judged) for judged in (True, False))
    assert own.title(catalog.focus_areas["1"]) == "Påhittsby ska växa hållbart utan några utsatta områden"
    assert neutral.title(catalog.focus_areas["1"]) == "Trygghet utan utsatta områden"
    for entry in entries:
        assert not {"ska", "Påhittsby", "kommun", "Motverka", "Förhindra", "Stärka"} & set(neutral.title(entry).split())
    assert all(entry.neutral for entry in catalog.priorities.values())


def test_every_field_of_a_text_is_filled_in():
    naming = Naming("Vännäs", "Vännäs kommun")
    assert naming.worded("{place}, {genitive}, {municipality}, {where}") == "Vännäs, Vännäs, Vännäs kommun, i Vännäs"
