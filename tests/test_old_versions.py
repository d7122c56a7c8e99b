"""What users have from 0.1.0 keeps working: snapshot, manifest, lock; and its notebooks are told the new names."""

import json
from pathlib import Path
from shutil import copytree

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from copies import Copy, made_up_root
from lagesbild.cli import app
from lagesbild.paths import Paths
from lagesbild.publishing.notebooks import import_errors
from lagesbild.publishing.target import HeldTargetError, Target
from lagesbild.sources.http import client_version
from lagesbild.sources.raw import NAME, check_snapshots, read_manifest
from lagesbild.sources.replacing import leftovers, sound_snapshots
from lagesbild.sources.snapshot import read_series
from reports import quick_project

OLD = Path(__file__).parent / "data" / "0.1.0"


@pytest.fixture
def copy(tmp_path) -> Copy:
    """The made-up project with what 0.1.0 wrote in place of what the product writes now."""
    made_up_root(tmp_path)
    for name in ("data/raw/kolada", "data/raw/documents"):
        for path in (tmp_path / name).iterdir():
            path.unlink()
        copytree(OLD / name, tmp_path / name, dirs_exist_ok=True)
    copytree(OLD / "reports", tmp_path / "reports")
    return Copy(Paths(tmp_path.resolve()))


def test_its_snapshot_gives_the_same_rows_as_one_written_now(copy, tmp_path_factory):
    now = made_up_root(tmp_path_factory.mktemp("now"))
    table = copy.table()
    assert table.equals(now.table())
    assert len(table) == 46
    crowded = table[table["indicator"] == "overcrowding_norm2"]
    assert list(zip(crowded["place"], crowded["year"], crowded["value"], crowded["vintage"], strict=True)) == [
        ("0000", 2022, 16.0, "2024-05-01"),
        ("9901", 2021, 10.0, "2024-05-01"),
        ("9901", 2022, 11.0, "2024-05-01"),
    ]


def test_its_snapshot_is_whole_and_what_a_killed_fetch_of_it_left_is_set_right_i_09(copy):
    manifest = (copy.kolada / NAME).read_bytes()
    (copy.paths.raw / ".fetch.lock").touch()  # it stays when a fetch ends
    sound_snapshots(copy.paths)
    csv = copy.kolada / "N07609.csv"
    whole = csv.read_bytes()
    (copy.kolada / ".N07609.csv.4711.old").write_bytes(whole)
    (copy.kolada / ".manifest.json.4711.old").write_bytes(manifest)
    (copy.kolada / ".manifest.json.4711.new").write_bytes(manifest[:100])
    csv.write_bytes(whole.replace(b",20,", b",21,"))
    sound_snapshots(copy.paths)
    assert csv.read_bytes() == whole
    assert (copy.kolada / NAME).read_bytes() == manifest
    assert leftovers(copy.kolada) == {}


def test_its_snapshot_is_fetched_into_with_every_vintage_kept_i_09(copy):
    before = read_manifest(copy.kolada, "kolada")
    result = copy.fetched("N07609", {("9901", 2022): 17.5, ("9902", 2022): 20, ("0000", 2022): 27}, date="2026-11-27")
    assert result.state == "revised"
    check_snapshots(copy.paths)
    after = read_manifest(copy.kolada, "kolada")
    assert (before.client, after.client) == ("lagesbild/0.1.0", client_version())
    assert {name for name in after.series if after.series[name] != before.series[name]} == {"N07609"}
    assert after.lists == before.lists
    assert {*read_series(copy.kolada, after, "N07609")["vintage"]} == {"2024-05-01", "2026-11-27"}


def test_what_a_later_version_puts_into_a_manifest_is_read_and_kept_i_09(copy):
    whole = json.loads((copy.kolada / NAME).read_bytes())
    whole["format"] = 3
    whole["lists"]["counties"] = whole["lists"]["places"] | {"kind": "x"}
    (copy.kolada / "counties.csv").write_bytes((copy.kolada / "places.csv").read_bytes())
    for name in ("N07609", "N07901"):
        whole["series"][name]["language"] = "sv"
    (copy.kolada / NAME).write_text(json.dumps(whole), "utf-8")
    assert len(copy.table()) == 46
    copy.fetched("N07609", {("9901", 2022): 17.5}, date="2026-11-27")
    check_snapshots(copy.paths)
    after = json.loads((copy.kolada / NAME).read_bytes())
    assert (after["format"], after["lists"]) == (3, whole["lists"])
    assert [after["series"][name]["language"] for name in ("N07609", "N07901")] == ["sv", "sv"]


def test_its_report_counts_as_whole_and_its_lock_can_be_taken(copy):
    target = Target(copy.paths.reports / "9901" / "2024")
    assert target.whole()
    with target.held() as work:
        assert work.is_dir()
    assert not (copy.paths.reports / "9901" / ".2024.holder").exists()  # a killed build's: tidied


def test_a_build_of_it_that_still_runs_is_told_with_its_process(copy):
    lock = FileLock(copy.paths.reports / "9901" / ".2024.lock")
    held = pytest.raises(HeldTargetError, match="process 4194000, since 2026-11-24 09:30:00")
    with lock, held, Target(copy.paths.reports / "9901" / "2024").held():
        pass


@pytest.mark.parametrize("command", ["check", "build"])
def test_a_notebook_with_its_imports_is_told_each_new_name_before_anything_runs(tmp_path, command):
    root = quick_project(tmp_path)
    copytree(OLD / "notebooks", root / "notebooks", dirs_exist_ok=True)
    options = ["--municipality", "9901"] if command == "build" else []
    result = CliRunner().invoke(app, [command, "--root", str(root), *options])
    assert result.exit_code == 2
    said = " ".join(result.output.split())
    for old, new in (
        ("helpers.charts.kinds.ranked_bars", "lagesbild.charts.bars.ranked_bars"),
        ("helpers.charts.regional.waterfall", "lagesbild.charts.regional.waterfall"),
        ("helpers.page.region.regional_analysis", "helpers.open_region"),
    ):
        where, _, last = new.rpartition(".")
        assert f"'{old}' has another name now: '{new}'. Write: from {where} import {last}." in said
    assert "notebooks/childhood.ipynb: " in said
    assert not (root / "reports").exists()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import helpers.catalog", "Write: import lagesbild.catalog."),
        ("%matplotlib inline\nimport helpers.catalog", "Write: import lagesbild.catalog."),
        ("from helpers import wording", "Write: from lagesbild import swedish."),
        ("from helpers.suppression import suppressed", "from lagesbild.tidy.suppression import suppressed."),
        ("from helpers.support import decomposed", "'helpers.support.decomposed' is gone"),
        ("from helpers import open_reprt", "Did you mean 'helpers.open_report'?"),
        ("from lagesbild.charts.panels import never_there", "there is no 'lagesbild.charts.panels.never_there'."),
    ],
)
def test_a_name_that_is_not_there_is_told(source, said):
    [line] = import_errors(source)
    assert said in line


@pytest.mark.parametrize(
    "source",
    [
        "from helpers import open_report",
        "from lagesbild.charts import lines, panels",
        "import lagesbild.charts.panels as charts",
        "import pandas as pd\nfrom statsmodels.tsa.seasonal import STL",
        "%matplotlib inline",
    ],
)
def test_names_that_are_there_are_left_alone(source):
    assert import_errors(source) == []
