"""The json-stat 2 decoder: any valid cube goes out and comes back, any broken one is refused."""

import copy
import json
import math
import warnings
from collections import OrderedDict
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonstat_validator import validate_jsonstat
from pyjstat import pyjstat

from lagesbild.errors import ContentError
from lagesbild.sources.jsonstat import Note, cube, heading

CODES = st.text("0123456789+-ABÅÄÖ ", min_size=1, max_size=4)
NUMBERS = st.one_of(st.none(), st.integers(-(2**50), 2**50), st.floats(allow_nan=False, allow_infinity=False))
MARKS = st.sampled_from(["", ".", "..", "p"])


@st.composite
def cubes(draw):
    """A cube as plain parts: dimension id -> codes, and a value and a status for every cell."""
    ids = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
    dimensions = {key: draw(st.lists(CODES, min_size=1, max_size=4, unique=True)) for key in ids}
    cells = math.prod(len(codes) for codes in dimensions.values())
    values = draw(st.lists(NUMBERS, min_size=cells, max_size=cells))
    statuses = draw(st.lists(MARKS, min_size=cells, max_size=cells))
    return dimensions, values, statuses


def category(codes, form, draw):
    """The codes in one of the forms that the format allows; the label is the same for all of them."""
    labels = {"label": dict.fromkeys(codes, "totalt")}
    if form == "missing" and len(codes) == 1:
        return labels
    if form == "object":
        return {"index": {code: codes.index(code) for code in draw(st.permutations(codes))}, **labels}
    return {"index": list(codes), **labels}


@st.composite
def written(draw):
    """A cube's parts, and the same as json-stat 2 in one of its many forms."""
    dimensions, values, statuses = draw(cubes())
    forms = draw(st.lists(st.sampled_from(["list", "object", "missing"]), min_size=3, max_size=3))
    content = {
        "version": "2.0",
        "class": "dataset",
        "id": list(dimensions),
        "size": [len(codes) for codes in dimensions.values()],
        "dimension": {
            key: {"label": "samma", "category": category(codes, form, draw)}
            for (key, codes), form in zip(dimensions.items(), forms, strict=False)
        },
        "value": values,
    }
    if draw(st.booleans()):
        content["value"] = {str(i): value for i, value in enumerate(values) if value is not None}
    match draw(st.sampled_from(["object", "list", "text", "none"])):
        case "object":
            content["status"] = {str(i): mark for i, mark in enumerate(statuses) if mark}
        case "list":
            content["status"] = [mark or None for mark in statuses]
        case "text":
            content["status"], statuses = "..", [".."] * len(values)
        case "none":
            statuses = [""] * len(values)
    return (dimensions, values, statuses), json.loads(json.dumps(content))


@settings(max_examples=60, deadline=None)
@given(written())
def test_any_valid_cube_comes_back_by_code_in_whatever_form_it_was_written(pair):
    (dimensions, values, statuses), content = pair
    rows = cube(content).rows
    assert list(rows.columns) == [*dimensions, "value", "status"]
    assert [tuple(row) for row in rows[list(dimensions)].itertuples(index=False)] == list(product(*dimensions.values()))
    assert [None if math.isnan(value) else value for value in rows["value"]] == values
    assert rows["status"].tolist() == statuses


def lost_dimension(content):
    del content["dimension"][content["id"][0]]


def lost_id(content):
    del content["id"][0]


def lost_id_and_size(content):
    del content["id"][0], content["size"][0]


def extra_size(content):
    content["size"].append(1)


def wrong_size(content):
    content["size"][0] += 1


def size_as_text(content):
    content["size"][0] = str(content["size"][0])


def twice_the_same_id(content):
    content["id"].append(content["id"][0])
    content["size"].append(content["size"][0])


def one_value_less(content):
    content["value"] = dense(content)[:-1]


def one_value_more(content):
    content["value"] = [*dense(content), 1]


def value_as_text(content):
    content["value"] = [*dense(content)[:-1], "12,5"]


def value_as_truth(content):
    content["value"] = [*dense(content)[:-1], True]


def value_not_finite(content):
    content["value"] = [*dense(content)[:-1], math.inf]


def sparse_value_outside(content):
    content["value"] = {str(len(dense(content))): 1}


def sparse_value_with_leading_zero(content):
    content["value"] = {"00": 1}


def sparse_value_negative(content):
    content["value"] = {"-1": 1}


def no_value(content):
    del content["value"]


def status_outside(content):
    content["status"] = {str(len(dense(content))): ".."}


def status_too_long(content):
    content["status"] = [".."] * (len(dense(content)) + 1)


def status_as_number(content):
    content["status"] = {"0": 1}


def unknown_class(content):
    content["class"] = "collection"


def no_class(content):
    del content["class"]


def older_version(content):
    content["version"] = "1.3"


def index_with_a_gap(content):
    first = content["dimension"][content["id"][0]]["category"]
    first["index"] = {code: 2 * place + 1 for place, code in enumerate(first["label"])}


def index_with_a_repeat(content):
    first = content["dimension"][content["id"][0]]["category"]
    first["index"] = [*list(first["label"]), next(iter(first["label"]))]


def label_of_another_code(content):
    first = content["dimension"][content["id"][0]]["category"]
    first.setdefault("index", list(first["label"]))
    first["label"] = {"no such code": "totalt"}


def role_of_another_dimension(content):
    content["role"] = {"time": ["no such dimension"]}


def dimension_as_list(content):
    content["dimension"] = list(content["dimension"].values())


def dense(content):
    values = content["value"]
    return values if isinstance(values, list) else [values.get(str(i)) for i in range(math.prod(content["size"]))]


BREAKAGES = [
    lost_dimension, lost_id, lost_id_and_size, extra_size, wrong_size, size_as_text, twice_the_same_id,
    one_value_less, one_value_more, value_as_text, value_as_truth, value_not_finite, sparse_value_outside,
    sparse_value_with_leading_zero, sparse_value_negative, no_value, status_outside, status_too_long,
    status_as_number, unknown_class, no_class, older_version, index_with_a_gap, index_with_a_repeat,
    label_of_another_code, role_of_another_dimension, dimension_as_list,
]  # fmt: skip


@pytest.mark.parametrize("broken", BREAKAGES, ids=lambda broken: broken.__name__)
@settings(max_examples=15, deadline=None)
@given(pair=written())
def test_any_broken_cube_is_refused(broken, pair):
    content = copy.deepcopy(pair[1])
    broken(content)
    with pytest.raises(ContentError, match="json-stat dataset"):
        cube(content)


@pytest.mark.parametrize("content", [None, [], "dataset", 4, {}, {"dataset": {"class": "dataset"}}])
def test_what_is_no_dataset_is_refused(content):
    with pytest.raises(ContentError):
        cube(content)


@settings(max_examples=60, deadline=None)
@given(written())
def test_pyjstat_reads_the_same_cube_where_it_reads_it(pair):
    (dimensions, values, _), content = pair
    # its ground: a list or object of values, not all of them left out, and an index
    if not content["value"] or any("index" not in d["category"] for d in content["dimension"].values()):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pyjstat.from_json_stat(json.loads(json.dumps(content), object_pairs_hook=OrderedDict), naming="id")[0]
    ours = cube(content).rows
    assert theirs[list(dimensions)].values.tolist() == ours[list(dimensions)].values.tolist()
    assert [None if value is None or math.isnan(value) else float(value) for value in theirs["value"]] == [
        None if value is None else float(value) for value in values
    ]


@settings(max_examples=60, deadline=None)
@given(written())
def test_jsonstat_validator_accepts_what_is_read(pair):
    content = pair[1]
    if isinstance(content.get("status"), list):  # it knows no status of null, and none beside sparse values
        content["value"] = dense(content)
        content["status"] = [mark or "" for mark in content["status"]]
    assert validate_jsonstat(content)
    cube(content)


@pytest.mark.parametrize("broken", [lost_dimension, extra_size, twice_the_same_id, value_as_truth, unknown_class])
def test_jsonstat_validator_refuses_what_is_refused_here(broken):
    content = small()
    broken(content)
    with pytest.raises(ContentError):
        cube(content)
    if broken is not value_as_truth:  # it takes True for the number 1
        with pytest.raises(Exception, match=r".+"):
            validate_jsonstat(content)


def small():
    return {
        "class": "dataset",
        "label": "Påhittade tal",
        "source": "Sagoverket",
        "updated": "2025-01-02T06:00:00Z",
        "note": ["Får visas.", "Måste visas."],
        "role": {"time": ["Tid"], "metric": ["ContentsCode"]},
        "id": ["Kon", "ContentsCode", "Tid"],
        "size": [2, 1, 2],
        "dimension": {
            "Kon": {
                "label": "kön",
                "category": {
                    "index": {"2": 1, "1": 0},
                    "label": {"1": "totalt", "2": "totalt"},
                    "note": {"2": ["Bara om tvåan.", "Alltid om tvåan."]},
                },
                "extension": {"elimination": True, "categoryNoteMandatory": {"2": {"1": True}}},
            },
            "ContentsCode": {"category": {"label": {"A": "Antal"}, "unit": {"A": {"base": "antal", "decimals": 0}}}},
            "Tid": {"label": "år", "note": "Hela året.", "category": {"index": ["2024", "2023"]}},
        },
        "extension": {"noteMandatory": {"1": True}},
        "value": {"0": 7, "2": 1.5},
        "status": {"1": "..", "2": "p"},
    }


def test_what_the_publisher_says_beside_the_values_is_kept():
    described = heading(small())
    assert (described.label, described.source, described.updated) == (
        "Påhittade tal", "Sagoverket", "2025-01-02T06:00:00Z"
    )  # fmt: skip
    assert described.notes == (Note("Får visas."), Note("Måste visas.", mandatory=True))
    sex, content, time = described.dimensions.values()
    assert sex.code_notes == {"2": (Note("Bara om tvåan."), Note("Alltid om tvåan.", mandatory=True))}
    assert (sex.eliminable, time.eliminable) == (True, False)
    assert content.units == {"A": "antal"}
    assert content.label == "ContentsCode"
    assert (content.role, time.role, sex.role) == ("metric", "time", "")
    assert time.notes == (Note("Hela året."),)
    assert time.labels == {"2024": "2024", "2023": "2023"}


def test_codes_with_the_same_label_stay_apart_and_a_status_beside_a_value_is_a_note():
    rows = cube(small()).rows
    assert rows["Kon"].tolist() == ["1", "1", "2", "2"]
    assert rows["Tid"].tolist() == ["2024", "2023", "2024", "2023"]
    assert rows["status"].tolist() == ["", "..", "p", ""]
    assert rows["value"].isna().tolist() == [False, True, False, True]


def test_a_dimension_named_like_a_column_of_the_rows_is_refused():
    content = small()
    content["dimension"]["value"] = content["dimension"].pop("Kon")
    content["id"][0] = "value"
    with pytest.raises(ContentError, match="called 'value'"):
        cube(content)


def test_a_size_beyond_all_reason_is_refused_before_memory_is_taken():
    content = small()
    content["value"] = {}
    codes = [str(i) for i in range(5000)]
    for place, key in enumerate(content["id"]):
        content["dimension"][key]["category"] = {"index": codes}
        content["size"][place] = len(codes)
    with pytest.raises(ContentError, match="125000000000 cells"):
        cube(content)


class Counting(str):
    """A code that counts how often any was compared with another."""

    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other):
        Counting.compared += 1
        return str.__eq__(self, other)


@pytest.mark.parametrize("form", [pytest.param(form, id=f"I-16-{form}") for form in ("list", "object")])
def test_codes_are_found_without_comparing_each_with_each(form):
    content, many = small(), 2000
    codes = [f"{number:04d}" for number in range(many)]
    index = codes if form == "list" else {Counting(code): number for number, code in enumerate(codes)}
    category = {"index": index, "label": {Counting(code): "totalt" for code in codes}}
    content["dimension"]["Kon"] = {"label": "kön", "category": category}
    content |= {"size": [many, 1, 2], "value": {}, "status": {}}
    Counting.compared = 0
    assert list(heading(content).dimensions["Kon"].labels) == codes
    assert Counting.compared < 10 * many
