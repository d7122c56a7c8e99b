"""Tables typed in from documents: one whose origin is not told is refused."""

from pathlib import Path

import pytest

from lagesbild.paths import Paths
from lagesbild.sources.files import DocumentError, document_sources


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
