"""What the commands have in common: their options, what a refusal becomes, and where they print."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import typer.core
from rich.console import Console

from lagesbild.errors import Refusal
from lagesbild.paths import ROOT_VARIABLE

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
def refusals() -> Iterator[None]:
    """Turns what a room refuses into its message and exit code 2; a bug still shows its traceback."""
    try:
        yield
    except Refusal as error:
        err.print(str(error), style="red")
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        err.print(INTERRUPTED)
        raise typer.Exit(130) from None
