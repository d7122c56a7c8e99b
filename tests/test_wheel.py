"""The wheel, built and installed elsewhere, makes a report with its own templates, fonts and stylesheet."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reports import REPOSITORY, contents, quick_project, write_notebook

WHERE = """
import helpers, lagesbild
print(*helpers.__path__, *lagesbild.__path__)
"""
SHOWS_A_CHART = """
import pandas as pd
from lagesbild.charts.bars import ranked_bars
from lagesbild.charts.svg import svg_of
from lagesbild.charts.theme import Frame
from lagesbild.html.components import Passage
from lagesbild.html.render import passage_component
import helpers, lagesbild
rows = pd.DataFrame({"name": ["Påhittsby"], "label": ["Mått"], "place": ["9901"], "role": ["focus"], "year": [2024],
    "sex": ["T"], "group": [""], "indicator": ["a"], "month": [0], "value": [1.0], "margin": [float("nan")],
    "count": [float("nan")], "status": [""], "unit": ["procent"], "decimals": [1], "mark": ["line"]})
svg = svg_of(ranked_bars(rows, Frame("%", "procent", 1)), prefix="a", alt="Ett värde.")
assert "site-packages-of-the-test" in lagesbild.__file__ and "site-packages-of-the-test" in helpers.__file__
passage_component(Passage(f"<p>{svg}</p>"))
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> Path:
    """A folder with the installed wheel and nothing else of ours."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, REPOSITORY]
    subprocess.run([*pip, *build], check=True)
    [wheel] = folder.glob("lagesbild-*.whl")
    target = folder / "site-packages-of-the-test"
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", target, wheel], check=True)
    return target


@pytest.mark.slow
def test_a_wheel_installed_elsewhere_builds_a_report_with_fonts_and_templates(elsewhere, tmp_path):
    root = quick_project(tmp_path / "projekt")
    write_notebook(root, "work", SHOWS_A_CHART)
    given = os.environ | {"PYTHONPATH": str(elsewhere), "LAGESBILD_ROOT": str(root)}
    here = subprocess.run([sys.executable, "-c", WHERE], env=given, capture_output=True, text=True, check=True).stdout
    assert here.split() == [str(elsewhere / "helpers"), str(elsewhere / "lagesbild")]
    asked = [sys.executable, elsewhere / "bin" / "lagesbild", "build", "--municipality", "9901", "--jobs", "4"]
    ended = subprocess.run(asked, env=given, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    files = contents(root / "reports" / "9901" / "2024")
    fonts = REPOSITORY / "src" / "lagesbild" / "assets" / "fonts"
    for font in fonts.glob("*.woff2"):
        assert files[f"fonts/{font.name}"] == font.read_bytes()
    assert {"fonts/OFL.txt", "style.css", "site.js", "metod.html", "index.html"} <= files.keys()
    assert b"<svg" in files["work.html"]
    assert b"Lagesbild Sans" in files["style.css"] or b"lagesbild-sans" in files["style.css"]
