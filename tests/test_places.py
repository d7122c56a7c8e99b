"""Municipalities, regions and whom a municipality is compared with."""

from dataclasses import replace
from unicodedata import normalize

import pytest

from copies import Copy, made_up_root
from lagesbild.places import ComparisonGroup, Places, UnknownPlace
from lagesbild.sources.raw import load_places


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    return made_up_root(tmp_path_factory.mktemp("made-up"))


@pytest.fixture(scope="module")
def places(copy) -> Places:
    return load_places(copy.paths)


def test_a_code_is_text_and_names_its_place(places):
    assert places.name("0180") == places.municipality("0180") == "Nollstad"
    assert places.name("0000") == "Riket"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("9999", "'9999' is no place.*Near it: 9901 Påhittsby, 9902 Sagostad, 9903 Luftnäs. Use the four-digit code"),
        ("180", "'180' is not a municipality's code. Use four digits as text, such as 2480 or 0180"),
        ("../9901", "is not a municipality's code"),
        ("", "'' is not a municipality's code"),
        ("0099", "'0099' is Region Saga, not a municipality"),
    ],
)
def test_what_is_no_municipality_is_refused_with_a_remedy(places, code, message):
    with pytest.raises(UnknownPlace, match=message):
        places.municipality(code)


@pytest.mark.parametrize(
    "text", ["9902", " 9902 ", "Sagostad", "sagostad", "SAGOSTAD kommun", "Sagostads  kommun", "Sagostads stad"]
)
def test_a_municipality_is_found_by_code_or_name(places, text):
    assert places.municipality_code(text) == "9902"


def test_a_name_is_the_same_however_its_letters_are_composed(places):
    assert places.municipality_code(normalize("NFD", "Påhittsby")) == "9901"


def test_a_name_is_never_guessed_and_what_looks_like_a_code_is_judged_as_one(places):
    for text in ("Sagostan", "Pahittsby", "Riket", "Region Saga", "kommun", ""):
        with pytest.raises(UnknownPlace, match=f"no municipality is called '{text}'"):
            places.municipality_code(text)
    assert places.municipality_code("990") == "990"


def test_a_pinned_group_is_taken_by_its_id_and_leaves_the_municipality_out(copy, places):
    assert places.comparison_group(copy.catalog, "9901") == ComparisonGroup(
        "G99001", "Liknande kommuner, övergripande, Påhittsby, 2025", ("9902", "9903")
    )


def test_another_municipality_takes_the_newest_official_group_of_its_name(copy, places):
    group = places.comparison_group(copy.catalog, "9902")
    assert (group.id, group.year, group.members) == ("G99003", "2025", ("9901",))


def test_a_municipality_without_an_official_group_has_none(copy, places):
    assert places.comparison_group(copy.catalog, "9903") is None


def test_the_region_follows_from_the_code(copy, places):
    assert places.county(copy.catalog, "9901") == "0099"
    assert places.county(copy.catalog, "0180") is None
    alone = replace(places, kinds={"9901": "K", "0180": "K", "0099": "L"})
    assert alone.county(copy.catalog, "9901") is None  # its region has the same values


def test_codes_are_told_from_names_and_empty_texts(places):
    assert places.codes(["9901", "0180", "9901"]) == ["9901", "0180"]
    for wrong, said in ((" 9901", "Did you mean '9901'"), ("Sagostad", "Did you mean '9902'"), ("", "a code is empty")):
        with pytest.raises(UnknownPlace, match=said):
            places.codes([wrong])
