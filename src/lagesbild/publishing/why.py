"""Why a page's notebook would be run again: which parts of its key have changed since it was last built."""

import json
from collections.abc import Iterator
from pathlib import Path

from lagesbild.publishing.batch import keys_of, planned, unchanged_since
from lagesbild.publishing.cache import Cache, changed_reads
from lagesbild.publishing.keys import PageKey, Parts, inputs_of
from lagesbild.publishing.request import BuildRequest

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
TOLD = ("parameter", "snapshot", "package", "machine")  # kinds whose parts are words, and no digests


def reasons(request: BuildRequest) -> Iterator[str]:
    """A line for each page of a report, with a line below it for each thing that has changed."""
    plan = planned([request])
    inputs = inputs_of(request, plan.digests)
    if since := unchanged_since(plan, inputs):
        yield f"Nothing has changed since {since}."
        return
    from lagesbild.publishing.made import computed

    places, beside = computed(request, plan.catalog, next(iter(plan.notebooks)))
    for page, key in keys_of(plan, inputs, places, beside).items():
        yield from _page(Cache(request), key, plan.notebooks[page])


def _page(cache: Cache, key: PageKey, notebook: Path) -> Iterator[str]:
    last = cache.last(key.page)
    hit = cache.run(key, notebook)
    lines = [*changes(last[0], key.parts, notebook)] if last else ["No run of it is known"]
    if last and not hit:
        lines += [f"{name}, which its cells read, has changed" for name in changed_reads(last[1], cache.request.paths)]
        lines += [] if lines or key.unseen or last[2] else ["What was kept of it is gone or damaged"]
    if key.unseen:
        yield f"{key.page}: is run at every build, as {key.unseen}."
    elif hit:
        yield f"{key.page}: is taken from an earlier build than the last." if lines else f"{key.page}: has not changed."
    elif last and last[2]:
        yield f"{key.page}: is run again, as {last[2]} when it was run last."
    else:
        yield f"{key.page}: is run again."
    yield from (f"  {line.removesuffix('.')}." for line in [*lines, *cache.warnings])


def changes(old: Parts, new: Parts, notebook: Path) -> Iterator[str]:
    """What has changed between two keys of a page, a sentence each, without its full stop."""
    names = _cells(notebook)
    for kind, (changed, came, went) in CHANGED.items():
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
