"""A snapshot that was killed, cloned, merged or edited: set right, or told with file and remedy; nothing is lost."""

import errno
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from copies import REPOSITORY, Copy, made_up_root
from kolada_double import GOOD, OTHER, KoladaDouble, Project, value, without_pauses
from lagesbild.errors import SourceError
from lagesbild.paths import Paths
from lagesbild.publishing.request import municipality_codes
from lagesbild.sources import replacing
from lagesbild.sources.keeping import Terms, _store_list
from lagesbild.sources.kolada_answers import FetchedList
from lagesbild.sources.raw import NAME, SnapshotError, check_snapshots, load_places, read_manifest
from lagesbild.sources.replacing import LOCK, heal, leftovers, sound_snapshots
from lagesbild.sources.snapshot import read_series
from lagesbild.tidy.build import TableAtHand, store
from lagesbild.tidy.schema import typed
from reports import contents, quick_project
from test_cli import told

FIRST, LATER = date(2026, 1, 10), date(2026, 6, 1)
SERIES = "N07609"  # of the made-up project
REVISED = {("9901", 2022): 17.5, ("9902", 2022): 20, ("0000", 2022): 27}


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return made_up_root(tmp_path / "project")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, make_httpserver: HTTPServer) -> Path:
    """A snapshot that was fetched on FIRST, and on LATER with a revised value."""
    make_httpserver.clear()  # of the doubles of other modules, which would answer first
    with pytest.MonkeyPatch.context() as patch:
        without_pauses(patch)
        project = Project(Paths(tmp_path_factory.mktemp("history")), KoladaDouble(make_httpserver))
        assert project.fetch(fetched=FIRST).ok
        project.double.rows[GOOD, 2021, "9901"][0] = value(24.5)
        assert project.fetch(fetched=LATER, note="revised").ok
    return project.paths.raw


@pytest.fixture
def project(tmp_path: Path, history: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with that history, and the service as it was on LATER."""
    without_pauses(monkeypatch)
    project = Project(Paths(tmp_path), KoladaDouble(httpserver))
    project.double.rows[GOOD, 2021, "9901"][0] = value(24.5)
    shutil.copytree(history, project.paths.raw)
    return project


def states_of(result) -> dict[str, str]:
    return {each.id: each.state for each in result.results}


# ---- killed after any step ------------------------------------------------------------------------------------


@contextmanager
def recorded(folder: Path, kept: Path) -> Iterator[list[Path]]:
    """What lies in a folder after each step of what is done there, and amid each write: as a kill leaves it."""
    states: list[Path] = []

    def keep() -> None:
        states.append(kept / str(len(states)))
        shutil.copytree(folder, states[-1] / "data" / "raw" / "kolada")

    def step(real: Callable) -> Callable:
        def stepping(*arguments, **named):
            result = real(*arguments, **named)
            keep()
            return result

        return stepping

    def half_written(path: Path, content: bytes) -> None:
        path.write_bytes(content[: len(content) // 2])
        keep()
        path.write_bytes(content)
        keep()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replacing, "_write_through", half_written)
        patch.setattr(replacing, "_second_name", step(replacing._second_name))
        patch.setattr(Path, "replace", step(Path.replace))
        patch.setattr(Path, "unlink", step(Path.unlink))
        yield states


def revise(copy: Copy) -> None:
    copy.fetched(SERIES, REVISED, date="2024-06-01")


def bring(copy: Copy) -> None:
    copy.fetched("N00938", {("9901", 2022): 12.0})


def relist(copy: Copy) -> None:
    rows = [{"group": "G99001", "title": "Liknande kommuner, övergripande, Påhittsby, 2026", "place": "9902"}]
    _store_list(copy.kolada, "http://127.0.0.1:1/", FetchedList("comparison_groups", rows, []), Terms("2024-06-01"))


@pytest.mark.parametrize(
    ("work", "before"),
    [
        pytest.param(revise, None, id="I-02-series-with-history"),
        pytest.param(bring, None, id="I-02-new-series"),
        pytest.param(relist, None, id="I-02-list"),
        pytest.param(bring, shutil.rmtree, id="I-02-first-of-all"),
    ],
)
def test_whatever_step_a_fetch_is_killed_after_the_old_or_the_new_state_comes_back_whole(copy, tmp_path, work, before):
    if before:
        before(copy.kolada)
    old = contents(copy.kolada) if copy.kolada.exists() else {}
    copy.kolada.mkdir(exist_ok=True)
    with recorded(copy.kolada, tmp_path / "states") as states:
        work(copy)
    new, seen = contents(copy.kolada), []
    for state in states:
        folder = state / "data" / "raw" / "kolada"
        with recorded(folder, tmp_path / f"healing-{state.name}") as halfway:  # the healing, killed as well
            sound_snapshots(Paths(state))
        for each in (state, *halfway):
            sound_snapshots(Paths(each))
            seen.append(contents(each / "data" / "raw" / "kolada"))
    assert len(states) > 7
    assert all(content in (old, new) for content in seen)
    assert old in seen
    assert new in seen


def killed(project: Project) -> dict[str, bytes]:
    """The old files of a project that is left as by a fetch killed between a series' file and its manifest."""
    old = project.files()
    project.double.rows[GOOD, 2022, "9901"] = [value(1.0)]
    with recorded(project.folder, project.paths.root / "states") as states:
        project.fetch(fetched=date(2026, 7, 1), only=("good",))
    parted = next(s for s in states if contents(s / "data/raw/kolada")[f"{GOOD}.csv"] != old[f"{GOOD}.csv"])
    shutil.rmtree(project.folder)
    shutil.copytree(parted / "data" / "raw" / "kolada", project.folder)
    assert project.files()[NAME] == old[NAME]
    with pytest.raises(SnapshotError):
        check_snapshots(project.paths)
    return old


def test_the_next_fetch_heals_and_no_vintage_is_lost_i_02(project):
    old = killed(project)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lagesbild.sources.fetch._Run.fetched", lambda run, indicators: None)
        project.fetch()
    assert project.files() == old
    assert states_of(project.fetch(fetched=date(2026, 7, 1)))[GOOD] == "revised"
    rows = read_series(project.folder, read_manifest(project.folder, "kolada"), GOOD)
    assert {*rows["vintage"]} == {"2026-01-10", "2026-06-01", "2026-07-01"}


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["check"], id="I-02-check"),
        pytest.param(["build", "--municipality", "9901", "-p", "none=1"], id="I-02-build"),
        pytest.param(["build", "--municipality", "Ingenstans"], id="I-02-build-by-name"),
        pytest.param(["slides", "--region", "sagan", "-p", "none=1"], id="I-02-slides"),
    ],
)
def test_the_next_command_heals(tmp_path, command):
    copy = Copy(Paths(quick_project(tmp_path / "project").resolve()))
    old = contents(copy.kolada)
    with recorded(copy.kolada, tmp_path / "states") as states:
        revise(copy)
    parted = next(s for s in states if contents(s / "data/raw/kolada")[f"{SERIES}.csv"] != old[f"{SERIES}.csv"])
    shutil.rmtree(copy.kolada)
    shutil.copytree(parted / "data" / "raw" / "kolada", copy.kolada)
    code, said = told(*command, "--root", copy.paths.root)
    assert code == (0 if command == ["check"] else 2), said
    assert "Ingenstans" in said or "none" in said or "in order" in said
    assert contents(copy.kolada) == old


def test_what_a_fetch_at_work_has_beside_its_files_is_left_to_it_i_02(copy):
    beside = copy.kolada / f".{SERIES}.csv.4711.new"
    beside.write_bytes(b"half")
    before = contents(copy.kolada)
    with FileLock(copy.paths.raw / LOCK):
        sound_snapshots(copy.paths)
        assert contents(copy.kolada) == before
        (copy.kolada / f"{SERIES}.csv").write_bytes(b"new")  # and its manifest is the old one
        with pytest.raises(SnapshotError, match=r"another 'lagesbild fetch' is at work there\. Wait"):
            sound_snapshots(copy.paths)


def test_a_file_that_agrees_with_its_manifest_a_moment_later_is_no_fault_i_02(copy, monkeypatch):
    """Between two looks, a fetch at work has written the manifest too."""
    looks = iter([SnapshotError("between two files"), None])

    def look(paths: Paths) -> None:
        if (fault := next(looks)) is not None:
            raise fault

    monkeypatch.setattr(replacing, "check_snapshots", look)
    sound_snapshots(copy.paths)
    assert list(looks) == []


def test_nothing_is_removed_while_a_file_is_wrong_that_no_leftover_can_replace_i_02(copy):
    (copy.kolada / f".{SERIES}.csv.4711.old").write_bytes(b"who knows")
    (copy.kolada / f"{SERIES}.csv").write_bytes(b"edited")
    before = contents(copy.kolada)
    with pytest.raises(SnapshotError, match=rf"{SERIES}\.csv: the file is not the one"):
        sound_snapshots(copy.paths)
    assert contents(copy.kolada) == before


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(f".{SERIES}.csv.4711.new", id="I-04-series"),
        pytest.param(f".{SERIES}.csv.4711.old", id="I-04-backup"),
        pytest.param(".places.csv.4711.new", id="I-04-list"),
        pytest.param(".manifest.json.4711.new", id="I-04-manifest"),
    ],
)
def test_litter_is_removed_and_git_takes_none(copy, name):
    before = contents(copy.kolada)
    (copy.kolada / name).write_bytes(b"{")
    sound_snapshots(copy.paths)
    assert contents(copy.kolada) == before
    ignored = ["git", "-C", REPOSITORY.root, "check-ignore", "-q", f"data/raw/kolada/{name}"]
    assert subprocess.run(ignored, check=False).returncode == 0


@pytest.mark.parametrize("name", [".notes.csv.old", ".N07609.csv.swp", ".DS_Store", ".N07609.csv.4711.new.txt"])
def test_what_is_not_ours_stays_i_04(copy, name):
    (copy.kolada / name).write_bytes(b"mine")
    (copy.kolada / ".places.csv.4711.new").write_bytes(b"ours")
    sound_snapshots(copy.paths)
    assert list(leftovers(copy.kolada)) == []
    assert (copy.kolada / name).read_bytes() == b"mine"


def test_litter_of_the_tidy_table_is_removed_when_it_is_made_anew_i_04(copy):
    copy.paths.processed.mkdir(parents=True)
    (copy.paths.processed / ".tidy.parquet.4711.new").write_bytes(b"half")
    store(copy.paths, copy.catalog, TableAtHand(typed(pd.DataFrame()), "a key", stored=False))
    assert (copy.paths.processed / "tidy.parquet").exists()
    assert not [path.name for path in copy.paths.processed.iterdir() if path.name.startswith(".")]


# ---- a clone whose line ends git has changed ------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Påhitt", "-c", "user.email=nobody@example.org"]
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)


def cloned(copy: Copy, attributes: bool) -> Paths:
    """A clone of the project as Git for Windows makes it."""
    root = copy.paths.root
    if attributes:
        shutil.copyfile(REPOSITORY.root / ".gitattributes", root / ".gitattributes")
    git(root, "init", "-q")
    git(root, "-c", "core.autocrlf=false", "add", "-A")
    git(root, "commit", "-qm", "A snapshot")
    clone = root.with_name("clone")
    git(root, "clone", "-q", "-c", "core.autocrlf=true", str(root), str(clone))
    return Paths(clone)


def test_a_clone_with_autocrlf_reads_its_snapshot_i_01(copy):
    clone = cloned(copy, attributes=True)
    check_snapshots(clone)
    assert contents(clone.raw / "kolada") == contents(copy.kolada)
    assert b"\r" not in (clone.catalog / "units.yml").read_bytes()


def test_every_file_of_the_repository_comes_as_it_is_committed_i_01():
    asked = ["git", "-C", REPOSITORY.root, "-c", "core.autocrlf=true", "ls-files", "--eol"]
    lines = subprocess.run(asked, capture_output=True, check=True, text=True).stdout.splitlines()
    attributes = {line.partition("\t")[2]: line.partition("attr/")[2].partition("\t")[0].strip() for line in lines}
    assert {*attributes.values()} == {"-text", "text=auto eol=lf"}
    exact = ("data/raw/", "tests/data/", "tests/expected/")
    assert {name for name, kind in attributes.items() if name.startswith(exact) and kind != "-text"} == set()


def test_changed_line_ends_are_named_as_the_cause_and_the_remedy_works_i_01(copy):
    clone = cloned(copy, attributes=False)
    folder = clone.raw / "kolada"
    assert b"\r\n" in (folder / f"{SERIES}.csv").read_bytes()
    with pytest.raises(SnapshotError) as refused:
        sound_snapshots(clone)
    assert "manifest.json: the manifest cannot be read (its line ends are CRLF now, as git makes" in str(refused.value)
    (folder / NAME).write_bytes((copy.kolada / NAME).read_bytes())
    with pytest.raises(SnapshotError) as refused:
        load_places(clone)
    assert "comparison_groups.csv" in str(refused.value) or "places.csv" in str(refused.value)
    assert "run 'git config core.autocrlf false', and remove the folder, so that git writes all" in str(refused.value)
    assert f"as it was committed, 'git checkout HEAD -- {folder}'" in str(refused.value)
    git(clone.root, "config", "core.autocrlf", "false")
    shutil.rmtree(folder)
    git(clone.root, "checkout", "HEAD", "--", str(folder))
    sound_snapshots(clone)
    assert contents(folder) == contents(copy.kolada)


# ---- damaged by hand, and by merges ---------------------------------------------------------------------------


def edited(folder: Path) -> None:
    path = folder / f"{SERIES}.csv"
    path.write_bytes(path.read_bytes().replace(b",20,", b",21,", 1))


def half(folder: Path) -> None:
    (folder / NAME).write_bytes((folder / NAME).read_bytes()[:-20])


def marks_in(name: str) -> Callable[[Path], None]:
    def mark(folder: Path) -> None:
        head, _, rest = (folder / name).read_text("utf-8").partition("\n")
        (folder / name).write_text(f"{head}\n<<<<<<< HEAD\n=======\n>>>>>>> theirs\n{rest}", "utf-8", newline="\n")

    return mark


def crlf_in(name: str) -> Callable[[Path], None]:
    def turn(folder: Path) -> None:
        (folder / name).write_bytes((folder / name).read_bytes().replace(b"\n", b"\r\n"))

    return turn


def missing(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def stranger(folder: Path) -> None:
    (folder / "mine.csv").write_text("place,year\n", "utf-8")


def in_the_way(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("a file", "utf-8")


DAMAGES = [
    pytest.param(edited, f"{SERIES}.csv: the file is not the one that was fetched on 2024-05-01", id="I-06-edited"),
    pytest.param(half, "manifest.json: the manifest cannot be read (", id="I-06-half-a-manifest"),
    pytest.param(marks_in(NAME), "manifest.json: the manifest cannot be read (git's conflict marks", id="I-06-marks"),
    pytest.param(marks_in(f"{SERIES}.csv"), "on 2024-05-01: git's conflict marks, <<<<<<<, stand", id="I-06-csv-marks"),
    pytest.param(crlf_in(f"{SERIES}.csv"), f"{SERIES}.csv: the file is not the one that was fet", id="I-06-crlf"),
    pytest.param(crlf_in(NAME), "the manifest cannot be read (its line ends are CRLF now", id="I-06-crlf-manifest"),
    pytest.param(stranger, "mine.csv: no entry of manifest.json tells where", id="I-06-stranger"),
    pytest.param(missing(f"{SERIES}.csv"), f"{SERIES}.csv: manifest.json names this file but it is", id="I-06-missing"),
    pytest.param(missing(NAME), "manifest.json: the manifest is missing, and files of series lie", id="I-03-manifest"),
    pytest.param(marks_in("places.csv"), "places.csv: the file is not the one that was fetched", id="I-05-places"),
    pytest.param(
        crlf_in("comparison_groups.csv"), "2024-05-01: its line ends are CRLF now", id="I-05-comparison-groups"
    ),
]


@pytest.mark.parametrize(("damage", "said"), DAMAGES)
def test_check_looks_at_the_snapshot_as_build_does(tmp_path, damage, said):
    copy = Copy(Paths(quick_project(tmp_path).resolve()))
    damage(copy.kolada)
    before = copy.files()
    code, output = told("check", "--root", copy.paths.root)
    assert code == 2, output
    assert said in output
    assert f"'git checkout HEAD -- {copy.kolada}'" in output
    assert copy.files() == before
    with pytest.raises(SnapshotError) as refused:  # as build begins, where it is asked for by name
        municipality_codes(copy.paths, ["9901"])
    assert str(refused.value) == output.strip()


def changed(change: Callable[[dict], object]) -> Callable[[Path], None]:
    """Writes a manifest in which something was changed."""

    def write(folder: Path) -> None:
        whole = json.loads((folder / NAME).read_bytes())
        change(whole)
        (folder / NAME).write_text(json.dumps(whole), "utf-8")

    return write


def entry(**fields: object) -> Callable[[Path], None]:
    return changed(lambda whole: whole["series"][SERIES].update(fields))


def twice(folder: Path) -> None:
    text = (folder / NAME).read_text("utf-8")
    (folder / NAME).write_text(text.replace(f'"{SERIES}": {{', f'"{SERIES}": {{}}, "{SERIES}": {{'), "utf-8")


MERGED = [
    pytest.param(changed(lambda whole: whole.update(series=[])), "(series: Input should be", id="I-07-series-a-list"),
    pytest.param(changed(lambda whole: whole.update(series=None)), "(series: Input should be", id="I-07-series-null"),
    pytest.param(changed(lambda whole: whole.update(lists=7)), "(lists: Input should be", id="I-07-lists-a-number"),
    pytest.param(changed(lambda whole: whole.pop("client")), "(client: Field required)", id="I-07-no-client"),
    pytest.param(lambda folder: (folder / NAME).write_text("[]"), "(the whole: Input should", id="I-07-a-list"),
    pytest.param(lambda folder: (folder / NAME).write_bytes(b"\xff"), "cannot be read (", id="I-07-no-utf-8"),
    pytest.param(twice, f"('{SERIES}' stands twice)", id="I-07-twice"),
    pytest.param(
        changed(lambda whole: whole["series"].update({SERIES: None})), f"{SERIES}: the whole: In", id="I-07-null-entry"
    ),
    pytest.param(
        changed(lambda whole: whole["series"][SERIES].pop("sha256")), f"{SERIES}: sha256: Field", id="I-07-no-sha256"
    ),
    pytest.param(entry(sha256=5), f"{SERIES}: sha256: Input should be", id="I-07-sha256-a-number"),
    pytest.param(entry(requests=[{}]), f"{SERIES}: requests.0.method: Field required", id="I-07-empty-request"),
    pytest.param(entry(requests=None), f"{SERIES}: requests: Input should be", id="I-07-null-requests"),
    pytest.param(entry(vintage=None), f"{SERIES}: vintage: Input should be", id="I-07-null-vintage"),
    pytest.param(entry(fetched="i går"), f"{SERIES}: fetched: String should match", id="I-07-fetched-no-date"),
    pytest.param(entry(definition=["a"]), f"{SERIES}: definition: Input should be", id="I-07-definition-a-list"),
    pytest.param(
        entry(places_of_earlier_fetches="9901"), f"{SERIES}: places_of_earlier_fetches", id="I-07-places-a-text"
    ),
    pytest.param(
        changed(lambda whole: whole["lists"].update(places=None)), "places: the whole: Input", id="I-07-null-list"
    ),
]


@pytest.mark.parametrize(("damage", "said"), MERGED)
def test_a_manifest_merged_by_hand_is_told_with_file_entry_and_remedy(copy, damage, said):
    damage(copy.kolada)
    with pytest.raises(SnapshotError) as refused:
        sound_snapshots(copy.paths)
    assert f"{copy.kolada / NAME}: " in str(refused.value)
    assert said in str(refused.value)
    assert "Restore the folder" in str(refused.value)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda known: None, id="I-07-fetch-null"),
        pytest.param(lambda known: {**known, "requests": [{}]}, id="I-07-fetch-empty-request"),
        pytest.param(lambda known: {k: v for k, v in known.items() if k != "sha256"}, id="I-07-fetch-no-sha256"),
    ],
)
def test_beside_a_damaged_entry_the_other_series_are_fetched(project, damage):
    changed(lambda whole: whole["series"].update({GOOD: damage(whole["series"][GOOD])}))(project.folder)
    project.double.rows[OTHER, 2021, "9901"] = [value(99.0)]
    before = project.files()
    summary = project.fetch(fetched=date(2026, 7, 1))
    assert (states_of(summary)[GOOD], states_of(summary)[OTHER]) == ("failed", "revised")
    [message] = [result.message for result in summary.results if result.id == GOOD]
    assert message.startswith(f"{project.folder / NAME}: {GOOD}: ")
    assert project.files()[f"{GOOD}.csv"] == before[f"{GOOD}.csv"]
    kept, was = (json.loads(content[NAME])["series"][GOOD] for content in (project.files(), before))
    assert kept == was


def test_half_a_surrogate_in_the_manifest_stays_as_it_was_written_i_07(project):
    changed(lambda whole: whole["series"][GOOD].update(note="\ud800"))(project.folder)
    assert states_of(project.fetch(fetched=LATER, only=("other",))) == {OTHER: "unchanged"}
    assert b'"note": "\\ud800"' in project.files()[NAME]
    check_snapshots(project.paths)


# ---- what was removed is never taken for new ------------------------------------------------------------------


def forgotten(folder: Path) -> None:
    changed(lambda whole: whole["series"].pop(GOOD))(folder)


@pytest.mark.parametrize(
    ("removal", "said"),
    [
        pytest.param(missing(f"{GOOD}.csv"), "manifest.json names this file but it is missing", id="I-03-csv"),
        pytest.param(forgotten, "no entry of manifest.json tells where this file comes from", id="I-03-entry"),
    ],
)
def test_a_removed_half_of_a_series_is_told_and_the_other_half_kept(project, removal, said):
    removal(project.folder)
    before = project.files()
    summary = project.fetch(fetched=date(2026, 7, 1))
    assert (states_of(summary)[GOOD], states_of(summary)[OTHER]) == ("failed", "unchanged")
    [message] = [result.message for result in summary.results if result.id == GOOD]
    assert f"{GOOD}.csv: {said}" in message
    assert f"'git checkout HEAD -- {project.folder}'" in message
    assert {name: content for name, content in project.files().items() if name != NAME} == {
        name: content for name, content in before.items() if name != NAME
    }


def test_without_its_manifest_nothing_is_fetched_i_03(project):
    (project.folder / NAME).unlink()
    before = project.files()
    with pytest.raises(SourceError, match=r"manifest\.json: the manifest is missing.*git checkout.*To begin anew"):
        project.fetch(fetched=date(2026, 7, 1))
    assert project.files() == before


def test_a_series_begins_anew_when_both_file_and_entry_are_removed_i_03(project):
    forgotten(project.folder)
    missing(f"{GOOD}.csv")(project.folder)
    assert states_of(project.fetch(fetched=date(2026, 7, 1)))[GOOD] == "new"
    assert set(read_series(project.folder, read_manifest(project.folder, "kolada"), GOOD)["vintage"]) == {"2026-07-01"}


def test_a_whole_snapshot_begins_anew_when_its_folder_is_removed_i_03(project):
    shutil.rmtree(project.folder)
    assert set(states_of(project.fetch(fetched=FIRST)).values()) == {"new"}


# ---- the lists ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [pytest.param("places", id="I-05-places"), pytest.param("comparison_groups", id="I-05-comparison-groups")]
)
def test_a_list_is_held_against_its_checksum_and_comes_anew_once_it_is_removed(project, name):
    path = project.folder / f"{name}.csv"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"9902", b"9903"))
    for read in (load_places, lambda paths: project.fetch()):
        with pytest.raises(SnapshotError, match=rf"{name}\.csv: the file is not the one .*remove the file and run"):
            read(project.paths)
    path.unlink()
    assert project.fetch(fetched=LATER).ok
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "failing",
    [
        pytest.param({"municipality", "municipality_groups"}, id="I-05-both-lists-fail"),
        pytest.param({"municipality"}, id="I-05-places-fail"),
        pytest.param({"municipality_groups"}, id="I-05-groups-fail"),
    ],
)
def test_a_failed_fetch_leaves_the_note_of_the_lists(project, failing):
    def fault(request: Request) -> Response | None:
        return Response("", 404) if request.path.removeprefix("/v3/") in failing else None

    before = read_manifest(project.folder, "kolada").lists
    project.double.fault = fault
    assert not project.fetch(fetched=date(2026, 7, 1), note="another").ok
    after = read_manifest(project.folder, "kolada").lists
    names = {"municipality": "places", "municipality_groups": "comparison_groups"}
    assert all(after[names[name]] == before[names[name]] for name in failing)


# ---- where nothing can be written -----------------------------------------------------------------------------


def make_read_only(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Lets every way to write below a folder fail, as on a read-only disk: root passes all permissions."""

    def refusing(real: Callable, writes: Callable[..., bool] = lambda *rest: True) -> Callable:
        def refuse(path, *rest, **named):
            if not isinstance(path, int) and Path(path).is_relative_to(folder) and writes(*rest, *named.values()):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
            return real(path, *rest, **named)

        return refuse

    for name in ("replace", "rename", "unlink", "remove", "link", "mkdir"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name)))
    flags = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    monkeypatch.setattr(os, "open", refusing(os.open, lambda flag, *rest: bool(flag & flags)))
    modes = set("wax+")
    monkeypatch.setattr(Path, "open", refusing(Path.open, lambda mode="r", *rest: bool(modes & set(mode))))


def test_a_fetch_into_a_read_only_folder_is_refused_with_file_and_remedy_i_08(project, monkeypatch):
    before = project.files()
    make_read_only(monkeypatch, project.paths.raw)
    project.double.asked.clear()
    with pytest.raises(SourceError, match=r"\.fetch\.lock: nothing can be stored there .*Make the folder writable"):
        project.fetch()
    assert project.double.asked == []
    assert project.files() == before


def test_check_reads_a_read_only_snapshot_i_08(tmp_path, monkeypatch):
    copy = Copy(Paths(quick_project(tmp_path).resolve()))
    make_read_only(monkeypatch, copy.paths.raw)
    code, said = told("check", "--root", copy.paths.root)
    assert code == 0, said


def test_what_cannot_be_healed_on_a_read_only_disk_is_told_i_08(project, monkeypatch):
    killed(project)
    make_read_only(monkeypatch, project.paths.raw)
    with pytest.raises(SnapshotError, match=rf"nothing can be stored there .*writable.*{GOOD}\.csv: the file is not"):
        sound_snapshots(project.paths)


def test_a_snapshot_s_folder_that_takes_no_files_fails_each_series_i_08(project, monkeypatch):
    make_read_only(monkeypatch, project.folder)
    summary = project.fetch(fetched=date(2026, 7, 1))
    assert set(states_of(summary).values()) == {"failed"}
    assert all("Make room, or make the folder writable, then" in result.message for result in summary.results)


def test_litter_in_a_folder_that_takes_no_files_is_told_with_the_folder_i_08(project, monkeypatch):
    killed(project)
    make_read_only(monkeypatch, project.folder)
    with pytest.raises(SnapshotError, match=r"kolada: what a killed fetch left there cannot be set right"):
        heal(project.paths)


@pytest.mark.parametrize(
    "place", [pytest.param("data/raw", id="I-08-raw"), pytest.param("data/raw/kolada", id="I-08-kolada")]
)
def test_a_file_where_a_folder_should_be_is_told(project, place):
    folder = project.paths.root / place
    in_the_way(folder)
    with pytest.raises(SourceError, match=rf"{place}.*(Not a directory|File exists)"):
        project.fetch()
