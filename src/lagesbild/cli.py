"""The command `lagesbild`. Exit codes: 0 all done, 1 something failed, 2 refused before it began, 130 interrupted."""

import gc
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from lagesbild.commands import FIRST, LAST, Command, Root, Year, app, err, out, refusals, whole
from lagesbild.paths import Paths, project_paths

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from lagesbild.catalog.models import Catalog
    from lagesbild.sources.fetch import FetchSummary, Progress


@app.command(cls=Command)
def check(
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Hold every claim of the assessments against the figures, and list what stands behind each number "
            "and direction word of their prose. Ends with 1 if a claim is false, a number stands alone, or a "
            "value of a municipality's own file is unlikely.",
        ),
    ] = False,
    root: Root = None,
) -> None:
    """Read strictly all that is written by hand, and the snapshot.

    That is the catalogue, the assessments, the notebooks and the municipalities' own files.
    """
    with refusals():
        paths = project_paths(root)
        from lagesbild.publishing.notebooks import notebook_paths, unshown_figures
        from lagesbild.publishing.request import check_own_files, checked_files

        catalog = checked_files(paths)
        notebooks = notebook_paths(paths, catalog)
        own, unlikely = check_own_files(paths, catalog)
        out.print(
            f"{len(catalog.indicators)} indicators, {len(catalog.figures)} figures, {len(catalog.priorities)} "
            f"priorities, {len(notebooks)} notebooks and {own} files of municipalities are in order."
        )
        from lagesbild.claims.check import copied_editions, drafts
        from lagesbild.sources.raw import load_places

        places = load_places(paths)
        beyond_form = [*copied_editions(paths, catalog, places), *drafts(paths, catalog, places)]
        for warning in (*unlikely, *beyond_form, *unshown_figures(paths, catalog, notebooks)):
            err.print(f"Look at {warning}", style="yellow")
        if strict:
            _check_strictly(paths, catalog, unlikely)


def _check_strictly(paths: Paths, catalog: "Catalog", unlikely: list[str]) -> None:
    """Says what the figures bear out and what stands behind the prose; exit code 1 where something is to be mended."""
    from lagesbild.claims.check import claim_check
    from lagesbild.claims.prose import backed_prose, coverage
    from lagesbild.sources.raw import load_places

    claims, prose = claim_check(paths, catalog), backed_prose(paths, catalog, load_places(paths))
    for file in prose:
        for line in file.lines():
            out.print(line)
        out.print(f"{file.file.document.shown_as}: {coverage([file])}.")
    for warning in claims.warnings:
        err.print(f"Look at {warning}", style="yellow")
    errors = [*claims.errors, *(error for file in prose for error in file.errors())]
    for error in errors:
        err.print(error, style="red")
    out.print(
        f"{claims.total} claims: {claims.holding} hold, {claims.known} are known to disagree, "
        f"{claims.not_judged} cannot be judged, {len(claims.errors)} to mend."
    )
    out.print(f"Prose: {coverage(prose)}; {len(errors) - len(claims.errors)} to mend.")
    if errors or unlikely:
        raise typer.Exit(1)


@app.command(cls=Command)
def fetch(
    only: Annotated[
        list[str] | None, typer.Option(metavar="SERIES", help="An indicator or series; repeat for several.")
    ] = None,
    since: Annotated[
        int | None,
        typer.Option(
            parser=whole(2012, FIRST, LAST), metavar="YEAR", help="First year to ask for, instead of the catalogue's."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be asked, and in how many calls.")] = False,
    note: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Put into the manifest: where the figures were read.")
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(metavar="SERIES", help="A series, or places, whose changed definition you have read; repeat."),
    ] = None,
    root: Root = None,
) -> None:
    """Bring the official figures from the services they come from.

    They are of all municipalities; a series comes whole or not at all.

    LAGESBILD_KOLADA_URL, LAGESBILD_SCB_URL and LAGESBILD_FOHM_URL are the services' base addresses, with their version
    path.
    """
    with refusals():
        paths = project_paths(root)
        from lagesbild.catalog.load import load_catalog
        from lagesbild.sources.fetch import FetchRequest, fetch

        request = FetchRequest(
            only=tuple(only or ()),
            since=since,
            dry_run=dry_run,
            note=note,
            accept=tuple(accept or ()),
        )
        summary = fetch(paths, load_catalog(paths), request, _fetch_progress)
    for call in summary.planned:
        out.print(f"{call.method} {call.url}")
    if dry_run:
        out.print(
            f"{len(summary.planned)} requests, at most {summary.most_calls} calls with every page. Nothing was sent."
        )
    else:
        _fetch_summary(summary)
    raise typer.Exit(0 if summary.ok else 1)


def _fetch_progress(progress: "Progress") -> None:
    result = progress.result
    style = "" if result.ok else "red"
    out.print(f"  {progress.done}/{progress.total} {result.id:10} {result.indicator:46} {result.state}", style=style)
    for text in (*result.warnings, *filter(None, [result.message])):
        out.print(f"      {text}", style=style or "yellow")
    for change in result.revisions[:5]:
        when = f"{change.year}-{change.month:02d}" if change.month else str(change.year)
        out.print(f"      {change.place} {when} {change.sex} {change.group}: {change.old} -> {change.new}")
    if len(result.revisions) > 5:
        out.print(f"      and {len(result.revisions) - 5} more revised values")


def _fetch_summary(summary: "FetchSummary") -> None:
    states: dict[str, int] = {}
    for result in summary.results:
        states[result.state] = states.get(result.state, 0) + 1
    out.print(f"{', '.join(f'{count} {state}' for state, count in states.items())}; {summary.calls} calls.")


@app.command(cls=Command)
def new(
    place: Annotated[
        str,
        typer.Argument(metavar="PLACE", help="A municipality's code or name, or a region of data/catalog/regions.yml."),
    ],
    year: Year = 2024,
    root: Root = None,
) -> None:
    """Begin a place's judgements: a file that explains itself.

    Says too what the snapshot has and lacks for the place.
    """
    with refusals():
        paths = project_paths(root)
        from lagesbild.publishing.request import checked_files
        from lagesbild.publishing.skeleton import at_hand_lines, subject_of, write_skeleton

        catalog = checked_files(paths)
        subject = subject_of(paths, catalog, place)
        lines = list(at_hand_lines(paths, catalog, subject, year))
        path = write_skeleton(paths, catalog, subject, year)
    last = path.with_name(f"{year - 1}.yml")
    for line in lines:
        out.print(line)
    out.print(f"Wrote {paths.relative(path)}: a draft with every field explained.")
    if last.is_file():
        out.print(f"What still holds can be copied from {paths.relative(last)}.")
    whose = f"--region {subject.region}" if subject.region else f"--municipality {subject.code}"
    out.print(f"Next: write in it, then: lagesbild build {whose} --year {year}")


def main() -> None:
    """Runs the command. Ctrl-C, a polite kill and a terminal that closes end it with 130 and no traceback.

    Ctrl-C does so in a shell's background too.
    """
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interrupt, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup ignores it
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    gc.set_threshold(50_000, 10, 10)  # most objects are code and tables, which stay: they are looked through seldom
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.freeze()  # nor once more at the end
