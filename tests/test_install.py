"""`make report` on a machine that has nothing: a screenful, with progress, and a failing install's errors whole."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copy2

import pytest

ROOT = Path(__file__).parents[1]
# A python whose `-m venv` gives itself and whose pip says as much as of 179 packages; scripts are run as they are.
PYTHON = f"""#!/bin/sh
case "$*" in
  tests/install.py*) exec {sys.executable} "$@" ;;
  "-m venv .venv") mkdir -p .venv/bin; cp "$0" .venv/bin/python; cp "$(dirname "$0")/lagesbild" .venv/bin ;;
  *"pip install"*requirements.lock*)
    echo "Ignoring p0: markers"
    i=0; while [ $i -lt 100 ]; do i=$((i+1)); printf 'Collecting p%s\\n  Downloading p%s\\n' $i $i; done
    i=0; while [ $i -lt 79 ]; do i=$((i+1)); printf 'Processing p%s\\n' $i; done
    echo "Installing collected packages: p1"; echo "Successfully installed"; [ -z "$BROKEN" ] && exit 0
    printf 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\\n    Expected 1\\n' >&2; exit 1 ;;
  *"pip install"*) echo "Successfully installed lagesbild" ;;
  *) exec {sys.executable} "$@" ;;
esac
"""
BUILD = "#!/bin/sh\nfor line in 1 2 3 4 5 6 7 8 9 10; do echo $line; done\n"  # as many lines as a build of seven pages


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    clone = tmp_path / "clone"
    (clone / "tests").mkdir(parents=True)
    for name in ("Makefile", "requirements.lock", "pyproject.toml", "tests/install.py"):
        copy2(ROOT / name, clone / name)
    for name, text in (("python", PYTHON), ("lagesbild", BUILD)):
        (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / name).chmod(0o755)
    return clone


def make_report(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    asked = ["make", "report", f"PYTHON={clone.parent / 'python'}"]
    given = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | environment
    return subprocess.run(asked, cwd=clone, env=given, capture_output=True, text=True, check=False)


def test_i_53_a_first_report_says_a_screenful_with_progress(clone: Path):
    done = make_report(clone)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    pinned = sum("==" in line for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines())
    assert len(lines) + len(done.stderr.splitlines()) <= 24
    assert [line[:3] for line in lines if line[1:3] == "/3"] == ["1/3", "2/3", "3/3"]
    assert [line.strip() for line in lines if " of " in line and line.endswith(" packages")] == [
        f"{n} of {pinned - 1} packages" for n in (40, 80, 120, 160)
    ]
    assert "    all are here; putting them in place ..." in lines
    assert len((clone / ".venv" / "packages.log").read_text("utf-8").splitlines()) == 282


def test_i_53_a_failing_install_says_its_errors_whole_and_where_the_rest_is(clone: Path):
    failed = make_report(clone, BROKEN="1")
    assert failed.returncode == 2
    assert "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\n    Expected 1\n" in failed.stderr
    assert "All that it said is in .venv/packages.log." in failed.stderr
    assert "Expected 1" in (clone / ".venv" / "packages.log").read_text("utf-8")
    assert not (clone / ".venv" / ".installed").exists()
