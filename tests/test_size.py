"""What `make size` prints of a small tree."""

import json

from size import sizes


def test_lines_and_files_are_counted_by_kind(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": ["# Rubrik"]},
        {"cell_type": "code", "source": ["# why\n", "\n", "a = 1\n", "a  # shown"]},
    ]
    files = {
        "src/helpers/a.py": "x = 1\n\n",
        "src/lagesbild/html/b.py": "y = 2",
        "src/lagesbild/html/templates/page.html": "<p>\n</p>\n",
        "src/lagesbild/publishing/templates/lagesbild/index.html.j2": "{{ a }}\n",
        "src/lagesbild/publishing/assets/site.js": "1\n2\n3\n",
        "data/catalog/indicators/work.yml": "a: 1\nb: 2\nc: 3\n",
        "notebooks/work.ipynb": json.dumps({"cells": cells}),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert list(sizes(tmp_path)) == [
        ("src/helpers, Python", 2, 1),
        ("src/lagesbild, Python", 1, 1),
        ("tests, Python", 0, 0),
        ("templates", 3, 2),
        ("data/catalog", 3, 1),
        ("notebooks, code", 2, 1),
    ]
