"""The wheel, built and installed elsewhere, makes the same report: fonts, templates and measured texts come with it."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from reports import REPOSITORY, contents, frozen_copy

pytestmark = pytest.mark.slow
# Another zone, language and hash seed: none of them may change a byte.
ELSEWHERE = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
WHENCE = """
import helpers, lagesbild, sys
assert not any({repository!r} == place for place in sys.path), sys.path
assert all(package.__file__.startswith({folder!r}) for package in (helpers, lagesbild)), (helpers, lagesbild)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Path:
    """A Python environment with the wheel and the libraries of this one, where the repository is not on the path."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    # The folder comes onto the path; the .pth files in it, such as that of an editable install, are not read.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheel = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, REPOSITORY]
    subprocess.run([*pip, *wheel], check=True)
    install = ["--python", folder, "install", "--no-deps", "--no-index", *folder.glob("lagesbild-*.whl")]
    subprocess.run([*pip, *install], check=True)
    return folder


def test_a_wheel_installed_elsewhere_builds_the_same_report_in_any_zone_and_language(
    environment, default_report, tmp_path
):
    root = frozen_copy(tmp_path)
    whence = WHENCE.format(repository=str(REPOSITORY / "src"), folder=str(environment))
    for path in (root / "notebooks").glob("*.ipynb"):
        notebook = json.loads(path.read_text("utf-8"))
        parameters = next(cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", ()))
        parameters["source"] += whence.splitlines(keepends=True)
        path.write_text(json.dumps(notebook), "utf-8")
    given = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"} | ELSEWHERE
    given["JUPYTER_PATH"] = str(Path(sysconfig.get_path("data"), "share", "jupyter"))  # nbconvert's own templates
    python = environment / "bin" / "python"
    subprocess.run([python, "-c", whence], env=given, cwd=tmp_path, check=True)
    asked = [environment / "bin" / "lagesbild", "build", "--root", root, "--jobs", "3"]
    ended = subprocess.run(asked, env=given, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    first, again = default_report.files(), contents(root / "reports" / "2480" / "2024")
    first.pop("manifest.json"), again.pop("manifest.json")
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []
    assert any(name.endswith(".woff2") for name in first)
