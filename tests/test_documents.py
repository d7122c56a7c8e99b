"""Tables typed in from documents: one whose origin is not told is refused, and pages name publishers, no copies."""

import re
from pathlib import Path

import pandas as pd
import pytest

from helpers import show_figure
from lagesbild import charts
from lagesbild.catalog.load import load_catalog
from lagesbild.paths import PACKAGE, Paths
from lagesbild.sources.files import DocumentError, document_sources
from lagesbild.swedish.numbers import origins, source_line


def copy_with(tmp_path: Path, sources: str | None, *tables: str) -> Paths:
    paths = Paths(tmp_path)
    paths.documents.mkdir(parents=True)
    for name in tables:
        (paths.documents / f"{name}.csv").write_text("indicator,place,year,value,page\n", encoding="utf-8")
    if sources is not None:
        (paths.documents / "sources.yml").write_text(sources, encoding="utf-8")
    return paths


ENTRY = """documents:
  made_up:
    title: Påhittade tal
    publisher: Påhittsby
    source: Ett påhitt
    pages: s. 1
    seen: Aldrig
    vintage: "2020-01-31"
    caveat: Påhittat
"""


@pytest.mark.parametrize(
    ("sources", "tables", "complaint"),
    [
        (ENTRY, ["made_up", "stray"], r"sources.yml:1: .*stray.csv has no entry. Add 'stray'"),
        (ENTRY, [], r"sources.yml:2: .*no made_up.csv"),
        (None, ["made_up"], "sources.yml:1: the file is missing"),
        (ENTRY.replace("vintage", "vintag"), ["made_up"], r"sources.yml:8: .*Did you mean 'vintage'"),
        (ENTRY.replace('"2020-01-31"', "2020-01-31"), ["made_up"], r'sources.yml:8: .*quotes: "2020-01-31"'),
    ],
)
def test_a_table_whose_origin_is_not_told_is_refused(tmp_path, sources, tables, complaint):
    with pytest.raises(DocumentError, match=complaint):
        document_sources(copy_with(tmp_path, sources, *tables))


def test_a_copy_without_documents_has_none(tmp_path):
    assert document_sources(Paths(tmp_path)) == {}


def test_no_source_line_names_a_path_a_file_or_whose_copy_was_read():
    paths = Paths(PACKAGE.parents[1])
    catalog, documents = load_catalog(paths), document_sources(paths)
    typed_in = {name: documents[entry.document] for name, entry in catalog.indicators.items() if entry.document}
    assert len(typed_in) > 5
    for indicator, document in typed_in.items():
        rows = pd.DataFrame([{"indicator": indicator, "vintage": document.vintage, "status": ""}])
        line = source_line(origins(rows, catalog, documents))
        assert document.second_hand == (document.source not in line)
        assert not re.search(r"/|\\|github|\.(csv|json|sqlite3?|xlsx|yml)\b", line, re.IGNORECASE), line


def test_what_was_read_at_second_hand_has_its_publisher_and_says_so_in_the_details(frozen):
    report = frozen.page("work", "2480")
    rows = report.data.query("indicator in @report.measures(21, dots=True) and place == '2480' and sex == 'T'")
    assert "registered_unemployed_july_seen" in set(rows["indicator"])
    shown = show_figure(report, 21, rows, charts.dots_with_lines)
    assert shown.record["source"] == "Källa: Arbetsförmedlingen, hämtat från Kolada (RKA)."
    details = shown.html.partition("<details>")[2]
    assert "Inskrivna i juli: läst i andra hand." in details
    others = rows.query("indicator != 'registered_unemployed_july_seen'")
    assert "andra hand" not in show_figure(report, 21, others, charts.lines).html
    own = show_figure(report, 21, rows.query("indicator == 'registered_unemployed_july_seen'"), charts.lines)
    assert own.record["source"] == "Källa: Arbetsförmedlingen."
