"""The command's application and options, and the commands that make and show reports: build, why, serve, slides."""

import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from enum import StrEnum
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import typer.core
from rich.console import Console

from lagesbild.errors import Refusal
from lagesbild.paths import ROOT_VARIABLE, project_paths

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from lagesbild.publishing.outcome import Ended

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


Port = Annotated[
    int | None,
    typer.Option(
        parser=whole(8000, 1, 65535), metavar="NUMBER", help="Where it is served; else the first free one from 8000."
    ),
]


@contextmanager
def refusals() -> Iterator[None]:
    """Turns what a room refuses into its message and exit code 2; a bug still shows its traceback."""
    try:
        yield
    except Refusal as error:
        err.print(str(error), style="red")
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        from lagesbild.publishing.outcome import GO_ON

        err.print(GO_ON)
        raise typer.Exit(130) from None


class Kernel(StrEnum):
    """How the kernels of a build start."""

    warm = "warm"
    spawn = "spawn"


@app.command(cls=Command)
def build(
    municipality: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PLACE",
            help="Four-digit code or name, such as 0180 or Linköping; repeat for several, or write all.",
            show_default=DEFAULT,
        ),
    ] = None,
    year: Year = 2024,
    jobs: Annotated[int, typer.Option(parser=whole(2, 1), metavar="NUMBER", help="Notebooks at a time.")] = 2,
    timeout: Annotated[
        int, typer.Option(parser=whole(300, 1), metavar="SECONDS", help="Seconds that one cell may take.")
    ] = 300,
    notebook_timeout: Annotated[
        int | None, typer.Option(parser=whole(1800, 1), metavar="SECONDS", help="Seconds that one notebook may take.")
    ] = None,
    batch_timeout: Annotated[
        int | None,
        typer.Option(
            parser=whole(3600, 1), metavar="SECONDS", help="Seconds after which no notebook is begun or goes on."
        ),
    ] = None,
    region: Annotated[
        str, typer.Option(metavar="REGION", help="One of data/catalog/regions.yml: its own page in reports/regions/.")
    ] = "",
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PAGE",
            help="Make this page, such as work, if it has changed, and keep the rest; repeat for several.",
        ),
    ] = None,
    kernel: Annotated[
        Kernel,
        typer.Option(help="Fork notebooks' kernels from a process that has its imports done, or start each by itself."),
    ] = Kernel.warm,
    parameter: Parameters = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Tell machines: one JSON object a municipality, and a last one for all.")
    ] = False,
    no_cache: Annotated[
        bool,
        typer.Option(
            "--no-cache",
            help="Run every notebook, and neither use nor keep what earlier builds have kept in .cache/. There a run "
            "stays until no build has used it for 60 days, or all is more than 2 GiB; the newest of a page goes last.",
        ),
    ] = False,
    watching: Annotated[
        bool,
        typer.Option("--watch", help="Serve the report, and make it anew whenever what it is made from changes."),
    ] = False,
    port: Port = None,
    root: Root = None,
) -> None:
    """Check everything, run the notebooks, and write the report.

    Of several municipalities a report that is whole and unchanged is kept, so a build that was ended goes on.
    A notebook is run again only when something that it reads has changed: see 'lagesbild why'.
    """
    began = time.monotonic()
    with refusals():
        paths = project_paths(root)
        asked = ", ".join(municipality or [DEFAULT])
        if region and municipality:
            raise Refusal(f"--region {region}: '{asked}' is given too. A report is of one of them.")
        if port is not None and not watching:
            raise Refusal(f"--port {port}: nothing is served without --watch. Add it, or leave --port away.")
        (err if as_json else out).print(f"Checking data/ and notebooks/ for {region or asked}, {year} ...")
        from lagesbild.publishing.batch import build_all
        from lagesbild.publishing.outcome import JsonLines, Lines, UnitLines
        from lagesbild.publishing.request import BuildRequest, first_member, municipality_codes
        from lagesbild.publishing.template import ONE_THREAD

        os.environ.update(ONE_THREAD)  # for what is computed here: small sums take longer on two cores than on one
        codes = [first_member(paths, region)] if region else municipality_codes(paths, municipality or [DEFAULT])
        for chatty in ("papermill", "asyncio"):  # what they complain about is told as the chapter's cause
            logging.getLogger(chatty).setLevel(logging.CRITICAL)
        first = BuildRequest(
            paths,
            codes[0],
            year,
            jobs,
            cell_seconds=timeout,
            notebook_seconds=notebook_timeout,
            batch_seconds=batch_timeout,
            region=region,
            given=tuple(parameter or ()),
            only=tuple(only or ()),
            kernel=kernel.value,
            cached=not no_cache,
        )
        requests = [replace(first, municipality=code) for code in codes]
        watcher = (JsonLines if as_json else UnitLines if len(codes) > 1 else Lines)(out, err)

        starts = iter([began])  # the first build has waited for its imports too

        def made() -> "Ended":
            since = next(starts, time.monotonic())
            ended = build_all(requests, watcher, watcher.ended)
            ended = replace(ended, seconds=time.monotonic() - since)
            watcher.summary(ended)
            return ended

        if watching:
            if len(codes) > 1 or as_json:
                what = "--json is given" if as_json else f"{len(codes)} municipalities are asked for"
                raise Refusal(f"--watch: {what}. It is of one report, for a person.")
            from lagesbild.publishing.watch import watch

            raise typer.Exit(watch(first, made, port, out.print, partial(err.print, style="red")))
        ended = made()
    raise typer.Exit(ended.code)


@app.command(cls=Command)
def serve(port: Port = None, root: Root = None) -> None:
    """Show the reports in a browser of this machine, until Ctrl-C."""
    with refusals():
        paths = project_paths(root)
        from lagesbild.publishing.serve import serving

        with suppress(KeyboardInterrupt), serving(paths, port) as address:
            out.print(f"Open {address} (Ctrl-C ends it)")
            while True:
                time.sleep(3600)
    raise typer.Exit(130)


@app.command(cls=Command)
def why(
    municipality: Annotated[
        str | None, typer.Argument(metavar="PLACE", help="Four-digit code or name.", show_default=DEFAULT)
    ] = None,
    year: Year = 2024,
    region: Annotated[str, typer.Option(metavar="REGION", help="One of data/catalog/regions.yml.")] = "",
    only: Annotated[
        list[str] | None, typer.Option(metavar="PAGE", help="This page, such as work; repeat for several.")
    ] = None,
    parameter: Parameters = None,
    root: Root = None,
) -> None:
    """Say which notebooks a build would run, and why.

    Names what has changed since the last build: a cell, a figure, a file. Runs nothing.
    """
    with refusals():
        paths = project_paths(root)
        if region and municipality:
            raise Refusal(f"--region {region}: '{municipality}' is given too. A report is of one of them.")
        from lagesbild.publishing.request import BuildRequest, first_member, municipality_codes
        from lagesbild.publishing.unit import why as why_lines

        codes = [first_member(paths, region)] if region else municipality_codes(paths, [municipality or DEFAULT])
        if len(codes) > 1:
            raise Refusal(f"why {municipality}: it tells of one report. Name one municipality.")
        asked, given = tuple(only or ()), tuple(parameter or ())
        request = BuildRequest(paths, codes[0], year, region=region, given=given, only=asked)
        for line in why_lines(request):
            out.print(line)


@app.command(cls=Command)
def slides(
    region: Annotated[str, typer.Option(metavar="REGION", help="One of data/catalog/regions.yml.")] = "",
    year: Year = 2024,
    parameter: Parameters = None,
    root: Root = None,
) -> None:
    """Write the regional analysis as slides that can be edited."""
    with refusals():
        if find_spec("pptx") is None:
            raise Refusal("slides: python-pptx is not installed. Install the project with its extra 'slides'.")
        paths = project_paths(root)
        from lagesbild.publishing.batch import build_slides
        from lagesbild.publishing.request import BuildRequest, first_member

        given = tuple(parameter or ())
        path = build_slides(BuildRequest(paths, first_member(paths, region), year, region=region, given=given))
    out.print(f"Open {path}")
