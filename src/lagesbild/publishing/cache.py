"""What builds keep in `.cache/`: run notebooks and rendered pages, each found again by all that it was made from.

An entry is one file, written in one step, that begins with its checksum and holds its whole key. What is damaged, or is
another key's, is as good as nothing, and is told once.
"""

import gzip
import hashlib
import json
import os
import shutil
import tempfile
import time
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lagesbild.paths import PACKAGE, Paths
from lagesbild.publishing.keys import REACH, PageKey, Parts, code_cells, digest, file_digest, machine, packages
from lagesbild.publishing.request import BuildRequest

if TYPE_CHECKING:  # nbformat takes a while to import, and `lagesbild why` needs none
    from nbformat import NotebookNode

    from lagesbild.publishing.frame import PageFrame
    from lagesbild.publishing.run import Run

DAYS, MOST_BYTES = 60, 2 * 2**30  # how long an entry stays that no build has used, and how large all may be
RUNS, PAGES, LAST = "runs", "pages", "last"  # folders of the cache
NAMED = 32  # characters of a key in a file's name
CLOCKS = ("execution", "papermill", "ExecuteTime")  # of metadata: when a cell was run, and how long it took
Exported = Callable[["NotebookNode", "PageFrame", Path], tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Kept:
    """A run of an earlier build: what its cells showed, and the files beside data/ that it read, with their digests."""

    notebook: "NotebookNode"
    reads: dict[str, str]


class Cache:
    """The entries of one municipality's or region's edition. `warnings`: what was found damaged, a line each."""

    def __init__(self, request: BuildRequest):
        self.request = request
        self.folder = request.paths.kept
        self.name = Path(f"regions/{request.name}" if request.region else request.name, str(request.year))
        self.warnings: list[str] = []

    # Runs.

    @property
    def has_runs(self) -> bool:
        """Whether any run of the edition may be kept."""
        return (self.folder / RUNS / self.name).is_dir()

    def run(self, key: PageKey, notebook: Path) -> Kept | None:
        """What is kept of a run with this key, with the markdown that the notebook has now; None where it must run."""
        if key.unseen:
            return None
        path = self._file(RUNS, key.page, key.digest)
        content = self._read(path, key.parts)
        if content is None or changed_reads(content.get("reads", {}), self.request.paths):
            return None
        if not {"reads", "notebook"} <= content.keys():
            self._warn(path, "holds no run")
            return None
        import nbformat

        from lagesbild.publishing.run import parameter_error

        merged = _merged(nbformat.read(notebook, as_version=4), nbformat.from_dict(content["notebook"]))
        if code_cells(merged.cells) != key.parts["code"] or parameter_error(merged, self.request.parameters):
            self._warn(path, "holds another page")
            return None
        return Kept(merged, content["reads"])

    def keep(self, key: PageKey, run: "Run") -> None:
        """Keeps a run that ended well, unless nobody can know what it depends on."""
        assert run.notebook is not None
        notebook = timeless(run.notebook)
        if not (key.unseen or run.unkept) and code_cells(notebook["cells"]) == key.parts["code"]:
            self._write(self._file(RUNS, key.page, key.digest), key.parts, notebook=notebook, reads=run.reads)

    # What the last build was made from, for `lagesbild why`.

    def last(self, page: str) -> tuple[Parts, dict[str, str], str] | None:
        """The parts of the key that the page was last built with, the files that it read, and why no run was kept."""
        content = self._read(self._file(LAST, page), None)
        return (content["key"], content.get("reads", {}), content.get("unkept", "")) if content else None

    def reads(self, page: str) -> list[str]:
        """The files beside the figures that the page's cells read when they were run last."""
        last = self.last(page)
        return list(last[1]) if last else []

    def note(self, key: PageKey, reads: Mapping[str, str], unkept: str) -> None:
        """Notes what a page was built with."""
        self._write(self._file(LAST, key.page), key.parts, reads=reads, unkept=unkept or key.unseen)

    # Rendered pages.

    def rendered(self, export: Exported, exporter: str, stand: Callable[[], bool]) -> Exported:
        """`export`, asked only for pages that are not kept: of another notebook, frame, template or exporter.

        `exporter`: the `exporter_digest` of what this process renders by; a page is kept while its inputs `stand`.
        """

        def kept(notebook: "NotebookNode", frame: "PageFrame", folder: Path) -> tuple[str, dict[str, Any]]:
            from lagesbild.publishing.checks import Link

            images = {str(path.relative_to(folder)): file_digest(path) for path in _images(folder)}
            parts = {
                "page": {
                    "shown": digest(_shown(notebook)),
                    "frame": digest(repr(frame)),
                    "images": digest(images),
                    "exporter": exporter,
                },
                "machine": machine(self.request.paths),
            }
            path = self._file(PAGES, digest(frame.title)[:8], digest(parts))
            if content := self._read(path, parts):
                outputs = {name: b64decode(image) for name, image in content["images"].items()}
                return content["text"], {"outputs": outputs, "links": [Link(*link) for link in content["links"]]}
            text, resources = export(notebook, frame, folder)
            images = {name: b64encode(image).decode() for name, image in resources["outputs"].items()}
            links = [[link.cell, link.file, link.anchor] for link in resources["links"]]
            if stand():
                self._write(path, parts, text=text, images=images, links=links)
            return text, resources

        return kept

    # Files.

    def _file(self, kind: str, page: str, key: str = "") -> Path:
        return self.folder / kind / self.name / f"{page}{'-' if key else ''}{key[:NAMED]}.json.gz"

    def _read(self, path: Path, parts: Parts | None) -> dict[str, Any] | None:
        """The content of an entry, when it is whole and of its place and, with `parts`, this key's."""
        try:
            checksum, _, packed = path.read_bytes().partition(b"\n")
            content = json.loads(gzip.decompress(packed))
            right = hashlib.sha256(packed).hexdigest().encode() == checksum
        except FileNotFoundError:
            return None
        except (OSError, EOFError, ValueError, zlib.error):
            right = False
        if not right:
            self._warn(path, "is damaged")
            return None
        if (
            not isinstance(content, dict)
            or content.get("of") != self._of(path)
            or (parts is not None and content["key"] != parts)
        ):
            self._warn(path, "holds another key")
            return None
        with suppress(OSError):
            os.utime(path)  # it is in use: see `pruned`
        return content

    def _of(self, path: Path) -> str:
        """What an entry is of, which it says itself."""
        return path.relative_to(self.folder).as_posix()

    def _warn(self, path: Path, what: str) -> None:
        name = self.request.paths.relative(path)
        self.warnings.append(f"{name} {what}, so it is not used and is made again.")

    def _write(self, path: Path, parts: Parts, **content: Any) -> None:
        """Writes an entry whole or not at all; a disk that takes none costs time, no page."""
        packed = gzip.compress(
            json.dumps({"of": self._of(path), "key": parts, **content}, ensure_ascii=False).encode(), 5, mtime=0
        )
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".new", delete=False) as file:
                temporary = Path(file.name)
                try:
                    file.write(hashlib.sha256(packed).hexdigest().encode() + b"\n" + packed)
                    file.close()
                    if path.is_dir():  # nobody's: no entry could ever stand there
                        shutil.rmtree(path)
                    temporary.replace(path)
                finally:
                    temporary.unlink(missing_ok=True)


def changed_reads(reads: Mapping[str, str], paths: Paths) -> list[str]:
    """Which of the files that a run has read are not as they were."""
    return [name for name, known in reads.items() if file_digest(paths.root / name) != known]


def timeless(notebook: "NotebookNode") -> dict[str, Any]:
    """A run notebook without clocks, as JSON holds it."""

    def without(metadata: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in metadata.items() if name not in CLOCKS}

    cells = [{**cell, "metadata": without(cell["metadata"])} for cell in notebook["cells"]]
    return json.loads(json.dumps({**notebook, "metadata": without(notebook["metadata"]), "cells": cells}))


def _shown(notebook: "NotebookNode") -> list[Any]:
    """All of a run notebook that a page may show, the same for a run and for what is kept of one."""
    content, own = timeless(notebook), ("kernelspec", "language_info", "widgets")
    cells = [
        [
            cell["cell_type"],
            cell["source"],
            sorted(cell["metadata"].get("tags", ())),
            {name: value for name, value in cell["metadata"].items() if name != "tags"},
            cell.get("attachments", {}),
            cell.get("outputs", []),
        ]
        for cell in content["cells"]
    ]
    return [{name: value for name, value in content["metadata"].items() if name not in own}, cells]


def _merged(now: "NotebookNode", run: "NotebookNode") -> "NotebookNode":
    """The notebook as it is now, with what its code cells showed when they were run; the run's own cell is added."""
    shown, cells = iter(cell for cell in run.cells if cell.cell_type == "code"), []
    for cell in now.cells:
        if cell.cell_type == "code":
            ran = next(shown, cell)
            while "injected-parameters" in ran.metadata.get("tags", ()):
                cells.append(ran)
                ran = next(shown, cell)
            cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
        cells.append(cell)
    now.cells = cells
    return now


def exporter_digest() -> str:
    """A checksum of whatever may have a say in how a page is rendered."""
    return digest([{str(path): file_digest(path) for path in _exporter_files()}, packages()])


def _exporter_files() -> Iterator[Path]:
    for room in ("publishing", "html", "swedish"):
        yield from sorted(
            path for path in (PACKAGE / room).rglob("*") if path.suffix in (".py", ".html", ".j2", ".json")
        )


def _images(folder: Path) -> list[Path]:
    """The files beside the notebooks that pages may show."""
    kinds = (".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp")
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in kinds)


# Why a page's notebook would be run again: what of its key has changed since it was last built.

MOST = 6  # changes of one kind that are listed
# kind of part -> what is said of a name that changed, that came and that went
CHANGED = {
    "code": ("{} has changed", "{} is new", "{} is gone"),
    "parameter": ("the parameter {}", "the parameter {} is new", "the parameter {} is gone"),
    "figures": ("the figures of {} have changed", "it can show {} now", "it does not show {} any more"),
    "judgements": ("what is computed of {} has changed", "{} is judged now", "{} is judged no more"),
    "catalogue": ("data/catalog: {} has changed", "data/catalog: {} is new", "data/catalog: {} is gone"),
    "file": ("{} has changed", "{} is new", "{} is gone"),
    "places": ("the {} has changed", "the {} is new", "the {} is gone"),
    "snapshot": ("the {}", "the {}", "the {}"),
    "program": ("src/{} has changed", "src/{} is new", "src/{} is gone"),
    "package": ("the package {}", "the package {} is new", "the package {} is gone"),
    "machine": ("{}", "{} is new", "{} is gone"),
}
OF_REACH = ("figures", "judgements", "catalogue", "file")  # kinds whose parts follow from how far a notebook reads
TOLD = ("parameter", "snapshot", "package", "machine")  # kinds whose parts are words, and no digests


def reasons(store: Cache, key: PageKey, notebook: Path) -> Iterator[str]:
    """Whether a build would run a page's notebook, and below it a line for each change since the last one."""
    last = store.last(key.page)
    hit = store.run(key, notebook)
    lines = [*changes(last[0], key.parts, notebook)] if last else ["No run of it is known"]
    if last and not hit:
        lines += [f"{name}, which its cells read, has changed" for name in changed_reads(last[1], store.request.paths)]
        lines += [] if lines or key.unseen or last[2] else ["What was kept of it is gone or damaged"]
    if key.unseen:
        yield f"{key.page}: is run at every build, as {key.unseen}."
    elif hit:
        yield f"{key.page}: is taken from an earlier build than the last." if lines else f"{key.page}: has not changed."
    elif last and last[2]:
        yield f"{key.page}: is run again, as {last[2]} when it was run last."
    else:
        yield f"{key.page}: is run again."
    yield from (f"  {line.removesuffix('.')}." for line in [*lines, *store.warnings])


def changes(old: Parts, new: Parts, notebook: Path) -> Iterator[str]:
    """What has changed between two keys of a page, a sentence each, without its full stop."""
    names, kinds = _cells(notebook), dict(CHANGED)
    if (before := old.get(REACH)) != (now := new[REACH]):  # then other parts are of something else
        was, is_now = (", ".join(each.values()) for each in (before or {}, now))
        yield f"its cells can read another part of the figures than before: {was or 'not known'} -> {is_now}"
        kinds = {kind: words for kind, words in kinds.items() if kind not in OF_REACH}
    for kind, (changed, came, went) in kinds.items():
        before, now = old.get(kind, {}), new.get(kind, {})
        lines = []
        for name in sorted(before.keys() | now.keys()):
            if before.get(name) != now.get(name):
                text = changed if name in before and name in now else came if name in now else went
                both = f": {before.get(name, 'none')} -> {now.get(name, 'none')}" if kind in TOLD else ""
                lines.append(text.format(names.get(name, name)) + both)
        yield from lines[:MOST]
        if len(lines) > MOST:
            yield f"and {len(lines) - MOST} more of {kind}"


def _cells(notebook: Path) -> dict[str, str]:
    """Code cell by its number among them -> by its number in the notebook, and its first words."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    code = [(at, "".join(cell["source"])) for at, cell in enumerate(cells, 1) if cell["cell_type"] == "code"]
    return {
        f"code cell {n}": f'cell {at} ("{source.splitlines()[0][:40]}")'
        for n, (at, source) in enumerate(code, 1)
        if source
    }


# Pruning.


def prune(paths: Paths, now: float | None = None, days: float = DAYS, most: int = MOST_BYTES) -> None:
    """Removes what no build has used for `days`, then the least used until all is below `most` bytes.

    The newest run of each page and place goes last, and never by its age. Another build may do the same: an entry that
    is gone is a miss to whoever asks for it.
    """
    now, files = time.time() if now is None else now, []
    for path in paths.kept.rglob("*"):
        with suppress(OSError):
            stat = path.stat()
            if path.suffix == ".new" and now - stat.st_mtime > 86_400:  # a killed build's
                path.unlink()
            elif path.name.endswith(".json.gz"):
                files.append((stat.st_mtime, stat.st_size, path))
    files.sort(reverse=True)
    seen: set[tuple[Path, str]] = set()
    newest: list[tuple[float, int, Path]] = []
    others: list[tuple[float, int, Path]] = []
    for file in files:
        whose = file[2].parent, file[2].name.partition("-")[0]
        (others if whose in seen else newest).append(file)
        seen.add(whose)
    total = sum(size for _, size, _ in files)
    ordered = [(now - file[0] > days * 86_400, *file) for file in reversed(others)]
    for old, _, size, path in [*ordered, *((False, *file) for file in reversed(newest))]:
        if old or total > most:
            path.unlink(missing_ok=True)
            total -= size
