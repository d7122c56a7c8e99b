"""The command `lagesbild`. Exit codes: 0 all done, 1 something failed, 2 refused before it began, 130 interrupted."""

import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import typer.core
from rich.console import Console

from lagesbild.errors import Refusal
from lagesbild.paths import ROOT_VARIABLE, Paths, project_paths

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from lagesbild.catalog.models import Catalog
    from lagesbild.publishing.batch import Outcome
    from lagesbild.publishing.run import Run
    from lagesbild.sources.fetch import FetchSummary, Progress

app = typer.Typer(
    help="Yearly situation reports on social sustainability, from official statistics.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # no box around a refusal: it can be searched and copied
    context_settings={"help_option_names": ["-h", "--help"]},
)
# Messages are printed as they are, so that they can be searched: rich breaks no line, and takes no `[red]` in them for
# a colour, nor the `:100:` behind a file's name for the emoji of that name.
out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
INTERRUPTED = "Interrupted. Nothing that stood before was touched; run the same command again to go on."


class Command(typer.core.TyperCommand):
    """A command that refuses what its parser takes silently: an option given twice, of which the last would count, and
    an empty value, which would count as none.
    """

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's own click
        options = {name: option for option in self.params for name in option.opts if name.startswith("-")}
        values: dict[str | None, str] = {}
        rest = iter(args)
        for word in rest:
            name, equals, value = word.partition("=")
            option = options.get(name)
            if option is None or getattr(option, "is_flag", False):
                continue
            value = value if equals else next(rest, "")
            if not value.strip():
                raise typer.BadParameter(
                    "'' is empty. Give it a value, or leave the option away.", ctx, param_hint=f"'{name}'"
                )
            if option.name in values and not getattr(option, "multiple", False):
                first = values[option.name]
                raise typer.BadParameter(f"'{value}' comes after '{first}'. Give it once.", ctx, param_hint=f"'{name}'")
            values[option.name] = value
        return super().parse_args(ctx, args)


def whole(example: int, low: int, high: int | None = None) -> Callable[[object], int]:
    """What reads an option's value as a whole number between the bounds, digits only."""

    def read(value: object) -> int:
        text = str(value)
        number = int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else None
        if number is None or number < low or (high is not None and number > high):
            bounds = f"from {low} to {high}" if high is not None else f"of at least {low}"
            raise typer.BadParameter(f"'{text}' is no whole number {bounds}. Write it such as {example}.")
        return number

    return read


DEFAULT = "2480"  # the municipality whose report `build` makes
FIRST, LAST = 1900, 9999  # years that may be asked for; whether there is data is another matter
Year = Annotated[
    int,
    typer.Option(parser=whole(2024, FIRST, LAST), metavar="YEAR", help="The edition's year: no later value is shown."),
]
Root = Annotated[
    Path | None,
    typer.Option(
        "--root", metavar="FOLDER", help=f"Work on another copy of data/ and reports/ (or set {ROOT_VARIABLE})."
    ),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter",
        "-p",
        metavar="NAME=VALUE",
        help="A parameter that a notebook declares itself, such as since=2015; repeat for several.",
    ),
]


@contextmanager
def _refusals() -> Iterator[None]:
    """Turns what a room refuses into its message and exit code 2; a bug still shows its traceback."""
    try:
        yield
    except Refusal as error:
        err.print(str(error), style="red")
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        err.print(INTERRUPTED)
        raise typer.Exit(130) from None


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
    with _refusals():
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
    with _refusals():
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
def build(
    municipality: Annotated[
        str | None,
        typer.Option(metavar="PLACE", help="Four-digit code or name, such as 0180 or Linköping.", show_default=DEFAULT),
    ] = None,
    year: Year = 2024,
    jobs: Annotated[int, typer.Option(parser=whole(2, 1), metavar="NUMBER", help="Notebooks at a time.")] = 2,
    timeout: Annotated[
        int, typer.Option(parser=whole(300, 1), metavar="SECONDS", help="Seconds that one cell may take.")
    ] = 300,
    region: Annotated[
        str, typer.Option(metavar="REGION", help="One of data/catalog/regions.yml: its own page in reports/regions/.")
    ] = "",
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="PAGE", help="Make this page anew, such as work, and keep the rest; repeat for several."),
    ] = None,
    parameter: Parameters = None,
    no_cache: Annotated[
        bool,
        typer.Option(
            "--no-cache",
            help="Run every notebook, and neither use nor keep what earlier builds have kept in .cache/. There a run "
            "stays until no build has used it for 60 days, or all is more than 2 GiB; the newest of a page goes last.",
        ),
    ] = False,
    root: Root = None,
) -> None:
    """Check everything, run the notebooks, and write the report.

    A notebook is run again only when something that it reads has changed: see 'lagesbild why'.
    """
    with _refusals():
        paths = project_paths(root)
        if region and municipality:
            raise Refusal(f"--region {region}: '{municipality}' is given too. A report is of one of them.")
        asked = municipality or DEFAULT
        out.print(f"Checking data/ and notebooks/ for {region or asked}, {year} ...")
        from lagesbild.publishing.batch import build
        from lagesbild.publishing.request import BuildRequest, first_member, municipality_code

        code = first_member(paths, region) if region else municipality_code(paths, asked)
        for chatty in ("papermill", "asyncio"):  # what they complain about is told as the chapter's cause
            logging.getLogger(chatty).setLevel(logging.CRITICAL)
        given, pages = tuple(parameter or ()), tuple(only or ())
        request = BuildRequest(paths, code, year, jobs, timeout, region, given, pages, not no_cache)
        outcome = build(request, _BuildWatcher())
    _build_summary(outcome)
    raise typer.Exit(outcome.code)


@app.command(cls=Command)
def why(
    municipality: Annotated[
        str | None, typer.Argument(metavar="PLACE", help="Four-digit code or name.", show_default=DEFAULT)
    ] = None,
    year: Year = 2024,
    region: Annotated[str, typer.Option(metavar="REGION", help="One of data/catalog/regions.yml.")] = "",
    page: Annotated[
        list[str] | None, typer.Option(metavar="PAGE", help="This page, such as work; repeat for several.")
    ] = None,
    parameter: Parameters = None,
    root: Root = None,
) -> None:
    """Say which notebooks a build would run, and why.

    Names what has changed since the last build: a cell, a figure, a file. Runs nothing.
    """
    with _refusals():
        paths = project_paths(root)
        if region and municipality:
            raise Refusal(f"--region {region}: '{municipality}' is given too. A report is of one of them.")
        from lagesbild.publishing.batch import why as why_lines
        from lagesbild.publishing.request import BuildRequest, first_member, municipality_code

        code = first_member(paths, region) if region else municipality_code(paths, municipality or DEFAULT)
        only, given = tuple(page or ()), tuple(parameter or ())
        for line in why_lines(BuildRequest(paths, code, year, region=region, given=given, only=only)):
            out.print(line)


@app.command(cls=Command)
def slides(
    region: Annotated[str, typer.Option(metavar="REGION", help="One of data/catalog/regions.yml.")] = "",
    year: Year = 2024,
    parameter: Parameters = None,
    root: Root = None,
) -> None:
    """Write the regional analysis as slides that can be edited."""
    with _refusals():
        if find_spec("pptx") is None:
            raise Refusal("slides: python-pptx is not installed. Install the project with its extra 'slides'.")
        paths = project_paths(root)
        from lagesbild.publishing.batch import build_slides
        from lagesbild.publishing.request import BuildRequest, first_member

        given = tuple(parameter or ())
        path = build_slides(BuildRequest(paths, first_member(paths, region), year, region=region, given=given))
    out.print(f"Open {path}")


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
    with _refusals():
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


class _BuildWatcher:
    """Shows how a build goes, one line a chapter."""

    def finished(self, run: "Run", done: int, total: int) -> None:
        good = "cached" if run.cached else "ok"
        mark = {"ok": f"[green]{good}[/]"}.get(run.state, f"[red]{run.state}[/]")
        out.print(f"  {done}/{total} {run.name:22} {mark} {run.seconds:5.1f} s", markup=True)

    def interrupted(self) -> None:
        # Called from a signal handler, when a buffer may be half written: straight to the file.
        os.write(2, b"\nEnding the kernels; the last report stays as it is. Once more, and they are left at once.\n")


def _build_summary(outcome: "Outcome") -> None:
    if outcome.unchanged and outcome.site:
        out.print(f"Nothing has changed since {outcome.unchanged}; Open {outcome.site / 'index.html'}")
        return
    for warning in outcome.warnings:
        err.print(warning, style="yellow")
    if outcome.code == 130:
        err.print(INTERRUPTED)
    else:
        for cause, names in outcome.failures().items():
            err.print(f"{', '.join(names)}: {cause}", style="red")
    for when in sorted(set(outcome.kept.values())):
        names = [name for name, started in outcome.kept.items() if started == when]
        out.print(f"Kept as of {when}: {', '.join(names)}")
    if not outcome.same_source:
        changed = "Figures, catalogue or judgements have changed since. Build the whole report before you publish it."
        err.print(changed, style="yellow")
    if outcome.kept_old:
        err.print("The last whole report was kept. What could be made lies beside it.")
    if outcome.log:
        out.print(f"Log: {outcome.log}")
    if outcome.site:
        out.print(f"Open {outcome.site / 'index.html'} ({outcome.seconds:.0f} s)")


def main() -> None:
    """Runs the command. Ctrl-C and a polite kill end it with 130 and no traceback, also in a shell's background."""
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interrupt, signal.default_int_handler)
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
