"""The report's folder: pages, downloads, key figures and manifest, put in place in one step."""

import csv
import hashlib
import io
import json
import os
import shutil
from importlib.metadata import version
from pathlib import Path

from nbformat import NotebookNode

from ..assessments import load_assessment
from ..catalog import Catalog
from ..exhibits import MIME
from ..exhibits.shown import rendered
from ..places import Places
from ..tidy.store import manifest_vintages
from ..wording import genitive
from .executing import Run
from .exporter import page_html
from .files import write_assets
from .frame import NavItem, PageFrame, framed
from .request import BuildRequest

KEY_FIGURES = ("indicator", "place", "year", "sex", "value", "trend", "rank")
FRONT = "overview"


def page_file(name: str) -> str:
    """The file of a page: the overview is the one that opens first."""
    return "index.html" if name == FRONT else f"{name}.html"


def records_of(notebook: NotebookNode) -> list[dict]:
    """What the exhibits of an executed notebook recorded, in order."""
    return [
        output.data[MIME]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if MIME in output.get("data", {})
    ]


def page_frame(request: BuildRequest, catalog: Catalog, places: Places, name: str) -> PageFrame:
    """Everything around a page's body."""
    place = places.name(request.municipality)
    assessment = load_assessment(request.paths, request.municipality, request.year, catalog)
    edition = assessment.edition if assessment else None

    def worded(text: str) -> str:
        return text.replace("{place}", place).replace("{genitive}", genitive(place))

    nav = tuple(NavItem(page_file(id), worded(page.nav), id == name) for id, page in catalog.pages.items())
    here = next(item for item in nav if item.current)
    front = NavItem(page_file(FRONT), nav[0].text)
    kolada = catalog.publishers["kolada"]
    return PageFrame(
        title=worded(catalog.pages[name].title),
        place=place,
        year=request.year,
        nav=nav,
        breadcrumb=(here,) if name == FRONT else (front, here),
        published=(edition and edition.published) or "",
        next_update=(edition and edition.next_update) or "",
        contact=(edition and edition.contact) or "",
        publisher=(assessment and assessment.basis.publisher) or "",
        caveat=catalog.programme.caveat,
        licence=kolada.licence,
        snapshot=max(manifest_vintages(request.paths).values(), default=""),
        version=version("lagesbild"),
        root=str(request.paths.root),
    )


def write_site(folder: Path, request: BuildRequest, catalog: Catalog, places: Places, runs: list[Run]) -> None:
    """Writes every page, download and key figure of `runs` into an empty folder."""
    lines: set[tuple[str, ...]] = set()
    (folder / "data").mkdir(parents=True)
    write_assets(folder)
    for run in runs:
        frame = page_frame(request, catalog, places, run.name)
        if run.notebook is None:
            body = rendered("failed.html", title=frame.title, why=run.cause, remedy="Rapportens övriga sidor är gjorda.")
            (folder / page_file(run.name)).write_text(framed(body, frame, ()), "utf-8")
            continue
        (folder / page_file(run.name)).write_text(page_html(run.notebook, frame), "utf-8")
        for record in records_of(run.notebook):
            if record.get("download_name"):
                (folder / "data" / record["download_name"]).write_text(record["download_text"], "utf-8", newline="")
            lines |= {tuple(str(line[name]) for name in KEY_FIGURES) for line in record.get("key_figures", ())}
    (folder / "key_figures.csv").write_text(key_figures_text(lines), "utf-8", newline="")


def key_figures_text(lines: set[tuple[str, ...]]) -> str:
    """key_figures.csv: sorted, fixed decimals, LF, so that a diff shows which numbers moved."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(KEY_FIGURES)
    writer.writerows(sorted(lines))
    return out.getvalue()


def put_in_place(made: Path, target: Path) -> None:
    """Makes `made` the target folder; the old one stays readable until the new one stands."""
    old = target.with_name(f".{target.name}.old-{os.getpid()}")
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.replace(old)
    made.replace(target)
    shutil.rmtree(old, ignore_errors=True)


def checksums(folder: Path) -> dict[str, str]:
    """File below `folder` -> SHA-256, for the manifest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def write_manifest(folder: Path, content: dict) -> None:
    """Writes manifest.json: what was made, from what, by which version."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")
