"""The folders of a copy of the project: no other module spells them."""

import os
from dataclasses import dataclass
from pathlib import Path

from lagesbild.errors import Refusal

ROOT_VARIABLE = "LAGESBILD_ROOT"
PACKAGE = Path(__file__).resolve().parent


class NoProject(Refusal):
    """The folder holds no copy of the project."""


@dataclass(frozen=True)
class Paths:
    """The folders of one copy of the project: `root` holds `data/` and `reports/`."""

    root: Path

    @property
    def catalog(self) -> Path:
        return self.root / "data" / "catalog"

    @property
    def assessments(self) -> Path:
        return self.root / "data" / "assessments"

    @property
    def schemas(self) -> Path:
        """What editors check the hand-made files by."""
        return self.root / "data" / "schemas"

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def local(self) -> Path:
        """A municipality's own files, one folder a municipality code."""
        return self.raw / "local"

    @property
    def documents(self) -> Path:
        """Tables typed in from published documents."""
        return self.raw / "documents"

    @property
    def processed(self) -> Path:
        return self.root / "data" / "processed"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def kept(self) -> Path:
        """What builds keep, so that the next one need not run what has not changed."""
        return self.root / ".cache"

    @property
    def notebooks(self) -> Path:
        """The notebooks of this copy, or the repository's own where a copy holds only data."""
        own = self.root / "notebooks"
        return own if own.is_dir() else PACKAGE.parents[1] / "notebooks"

    @property
    def inputs(self) -> tuple[Path, ...]:
        """What people and services write, and reports are made from."""
        return (self.notebooks, self.catalog, self.assessments, self.raw)

    def relative(self, path: Path) -> str:
        """`path` as readers of a message see it: below the root, with forward slashes."""
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()


def project_paths(root: str | Path | None = None) -> Paths:
    """The folders to work in: `root`, else LAGESBILD_ROOT, else the nearest project around the current
    directory, else the repository that this package was installed from.

    Raises NoProject when the chosen folder has no `data/catalog`.
    """
    chosen = root or os.environ.get(ROOT_VARIABLE)
    if chosen:
        folder = Path(chosen).expanduser().resolve()
        if not (folder / "data" / "catalog").is_dir():
            raise NoProject(
                f"{folder} holds no data/catalog, so it is no copy of the project. "
                f"Point --root or {ROOT_VARIABLE} at a folder that has data/catalog and data/raw."
            )
        return Paths(folder)
    here = Path.cwd().resolve()
    for folder in (here, *here.parents, PACKAGE.parents[1]):
        if (folder / "data" / "catalog").is_dir():
            return Paths(folder)
    raise NoProject(f"no data/catalog in {here} or above it. Run from the project's folder, or set {ROOT_VARIABLE}.")
