"""The page over all municipalities, `reports/index.html`: list, search and map of the reports that stand there.

The regions' own reports are listed before them.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from filelock import FileLock
from markupsafe import Markup

from lagesbild.catalog.models import Catalog
from lagesbild.charts.regional import municipal_shapes, with_shape
from lagesbild.html.render import rendered
from lagesbild.look import TOKENS
from lagesbild.paths import Paths
from lagesbild.places import Places
from lagesbild.publishing.checks import body_tree, refuse_unfit
from lagesbild.publishing.frame import PageFrame, contents, framed
from lagesbild.publishing.pages import ASSETS, write_assets
from lagesbild.swedish.names import swedish_order

# What stands in `reports/`, told by the manifests there: so it agrees with every build, whichever made the page.


@dataclass(frozen=True)
class Standing:
    """One report that readers can open."""

    year: int
    href: str
    whole: bool
    figures: str  # the day of the latest figures in it


@dataclass(frozen=True)
class Line:
    """A municipality, or a region, with its reports, the latest first."""

    code: str
    name: str
    reports: tuple[Standing, ...]


@dataclass(frozen=True)
class Group:
    """The municipalities of one region, by name."""

    anchor: str
    title: str
    lines: tuple[Line, ...]


OTHERS = "Övriga kommuner"  # where the catalogue knows no region


def groups_of(paths: Paths, catalog: Catalog, places: Places) -> list[Group]:
    """Every municipality of the snapshot by its region, both in the order of the alphabet."""
    members: dict[str, list[Line]] = {}
    for code, kind in places.kinds.items():
        if kind == "K":
            region = catalog.snapshot.counties.get(code[:2], "")
            line = Line(code, places.name(code), tuple(_standing(paths, code)))
            members.setdefault(region, []).append(line)
    groups = [
        Group(
            f"region-{region or 'annan'}",
            places.names.get(region, OTHERS),
            tuple(sorted(lines, key=lambda line: swedish_order(line.name))),
        )
        for region, lines in members.items()
    ]
    return sorted(groups, key=lambda group: (group.title == OTHERS, swedish_order(group.title)))


def regions_with_reports(paths: Paths, catalog: Catalog) -> list[Line]:
    """The regions whose own reports stand there, in the order of the alphabet."""
    lines = [
        Line(code, region.name, tuple(_standing(paths, f"regions/{code}"))) for code, region in catalog.regions.items()
    ]
    return sorted((line for line in lines if line.reports), key=lambda line: swedish_order(line.name))


def _standing(paths: Paths, at: str) -> Iterable[Standing]:
    folders = (paths.reports / at).glob("[0-9][0-9][0-9][0-9]")
    for folder in sorted(folders, key=lambda folder: folder.name, reverse=True):
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):  # not made by a build
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
            day = max(manifest["input"]["snapshots"].values(), default="")
            whole = manifest["state"] == "ok"
            yield Standing(int(folder.name), f"{at}/{folder.name}/index.html", whole, day)


# The map: each municipality in the colour of what stands there, for the eye and the mouse. The list says the same.

HIGH = 1000  # of the drawing, in its own units: one is 1.6 km of Sweden
FILLS = {True: TOKENS["zone2"], False: TOKENS["s6"], None: TOKENS["grid"]}  # whole, incomplete, no report
KEY = {True: "rapport", False: "ofullständig rapport", None: "ingen rapport"}


def map_svg(lines: Iterable[Line]) -> Markup:
    """The municipalities as links, a path each; nothing where their shapes are not at hand."""
    lines = list(lines)
    shapes = municipal_shapes(codes) if (codes := with_shape([line.code for line in lines])) else {}
    if not shapes:
        return Markup()
    every = np.concatenate([ring for rings, _ in shapes.values() for ring in rings])
    low, high = every.min(axis=0), every.max(axis=0)
    metre = HIGH / (high[1] - low[1])
    drawn = [
        _drawn(
            line, [((ring - low) * metre * (1, -1) + (0, HIGH)).round().astype(int) for ring in shapes[line.code][0]]
        )
        for line in lines
        if line.code in shapes
    ]
    wide = round((high[0] - low[0]) * metre)
    return Markup('<svg viewBox="0 0 {} {}">{}</svg>').format(wide, HIGH, Markup("").join(drawn))


def _drawn(line: Line, rings: list[np.ndarray]) -> Markup:
    latest = next(iter(line.reports), None)
    fill, told = FILLS[latest.whole if latest else None], f"{line.name} {_state(latest)}"
    drawn = "".join(map(_path, rings))
    path = Markup('<path data-code="{}" fill="{}" d="{}"><title>{}</title></path>').format(line.code, fill, drawn, told)
    return Markup('<a href="{}" tabindex="-1">{}</a>').format(latest.href, path) if latest else path


def _state(latest: Standing | None) -> str:
    if latest is None:
        return "– ingen rapport"
    return f"{latest.year}" if latest.whole else f"{latest.year} – ofullständig"


def _path(ring: np.ndarray) -> str:
    """A ring as an SVG path of steps; points that fall together are one."""
    steps = np.diff(ring, axis=0)
    steps = steps[steps.any(axis=1)]
    if len(steps) < 3:  # an islet below the drawing's grain
        return ""
    text = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
    return f"M{ring[0][0]} {ring[0][1]}l{text}z"


# The page and what lies beside it.

TITLE, PLACE = "Kommunernas lägesbilder", "Alla kommuner"
BESIDE = ("municipalities.css", "municipalities.js")  # besides what lies beside every report's pages
HEAD = """<link rel="stylesheet" href="municipalities.css">
<script src="search.js" defer></script>
<script src="municipalities.js" defer></script>
</head>"""


PATIENCE = 30  # seconds: another batch writes it in one


def write_index(paths: Paths, catalog: Catalog, places: Places) -> Path:
    """Writes the page into `reports/` and returns its path.

    The files are put in place one by one, each whole and only where it differs, the page last.
    """
    page = paths.reports / "index.html"
    with FileLock(paths.reports / ".index.lock", timeout=PATIENCE):
        groups, regions = groups_of(paths, catalog, places), regions_with_reports(paths, catalog)
        work = paths.reports / ".index.work"
        shutil.rmtree(work, ignore_errors=True)  # of a killed build
        work.mkdir()
        try:
            beside = [*write_assets(work), *(Path(shutil.copy2(ASSETS / name, work)) for name in BESIDE)]
            whole = work / page.name
            whole.write_text(index_html(groups, regions, catalog), "utf-8", newline="")
            for file in (*beside, whole):
                target = paths.reports / file.relative_to(work)
                target.parent.mkdir(exist_ok=True)
                if not (target.is_file() and target.read_bytes() == file.read_bytes()):
                    file.replace(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return page


def index_html(groups: list[Group], regions: list[Line], catalog: Catalog) -> str:
    """The whole page."""
    lines = [line for group in groups for line in group.lines]
    latest = [line.reports[0] for line in lines if line.reports]
    days = Counter(report.figures for report in latest if report.figures)
    day = days.most_common(1)[0][0] if days else ""
    counts: Mapping[str, int] = {
        "all": len(lines),
        "whole": sum(report.whole for report in latest),
        "incomplete": sum(not report.whole for report in latest),
        "missing": len(lines) - len(latest),
    }
    body = rendered(
        "pages/municipalities.html",
        title=TITLE,
        groups=groups,
        regions=regions,
        counts=counts,
        day=day,
        map=map_svg(lines),
        map_key=[(FILLS[kind], KEY[kind], count) for kind, count in zip(KEY, list(counts.values())[1:], strict=True)],
    )
    tree = body_tree(body)
    refuse_unfit(tree, TITLE)
    frame = PageFrame(
        TITLE,
        PLACE,
        0,  # each report has its own
        licence=catalog.publishers["kolada"].licence,
        snapshot=max(days, default=""),
        version=version("lagesbild"),
    )
    return framed(body, frame, contents(tree)).replace("</head>", HEAD, 1)
