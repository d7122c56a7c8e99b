"""Prints how long the slowest of 200 damaged workbooks and 200 damaged csv files takes, and the memory at its peak.

Run: python benchmarks/own_files.py. The files are those of `make soak`, and others that are made to be slow: far cells,
tens of thousands of rows, a quote that never ends. Each kind has a process of its own. The aim is 5 s of
processor time, which other work on the machine does not lengthen, and 300 MiB for every file; 1 when it is missed.
"""

import io
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import openpyxl

from lagesbild.errors import Refusal
from lagesbild.paths import PACKAGE
from lagesbild.sources.files import local_rows

sys.path.insert(0, str(PACKAGE.parents[1] / "tests"))
from damage import CSV, damaged, damaged_workbook

SECONDS, MIB, FILES, SEED = 5, 300, 200, 2024
HEADER = ("indicator", "year", "group", "value")


def damaged_files(made: Callable[[random.Random], bytes]) -> Iterator[bytes]:
    """The files of `make soak`."""
    return (made(random.Random(SEED + number)) for number in range(FILES))


def csv_files() -> Iterator[bytes]:
    """Damaged csv files."""
    return damaged_files(lambda dice: damaged(CSV, dice))


def workbooks() -> Iterator[bytes]:
    """Damaged workbooks."""
    return damaged_files(damaged_workbook)


def large_csv() -> Iterator[bytes]:
    """Tens of thousands of rows, whole, with a quote that never ends, and in DOS's letters."""
    rows = "".join(f"a;2024;Åk {number};{number}\n" for number in range(20_000))
    whole = ";".join(HEADER) + "\n" + rows
    return (text.encode(encoding) for text, encoding in ((whole, "utf-8"), (f'"{whole}', "utf-8"), (whole, "cp850")))


def large_workbooks() -> Iterator[bytes]:
    """Tens of thousands of rows, a format in the last cell of a sheet, and one in each of a hundred far rows."""
    for rows, far in ((20_000, []), (1, ["XFD1048576"]), (1, [f"XFD{1000 * n}" for n in range(1, 100)])):
        book = openpyxl.Workbook()
        book.active.append(HEADER)
        for number in range(rows):
            book.active.append(("a", 2024, f"Åk {number}", number))
        for cell in far:
            book.active[cell].number_format = "0.00"
        content = io.BytesIO()
        book.save(content)
        yield content.getvalue()


KINDS = {"damaged csv": csv_files, "damaged xlsx": workbooks, "large csv": large_csv, "large xlsx": large_workbooks}


def measured(kind: str) -> tuple[int, int, float, float]:
    """How many files of a kind there are, how many are refused, the seconds of the slowest, and the peak in MiB."""
    refused, seconds = 0, []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"own.{kind.split()[1]}"
        for content in KINDS[kind]():
            path.write_bytes(content)
            began = time.process_time()
            try:
                local_rows(path, "9901", path.name, {"9901": "Påhittsby"})
            except Refusal:
                refused += 1
            seconds.append(time.process_time() - began)
    return len(seconds), refused, max(seconds), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Prints one line a kind."""
    missed = False
    for kind in KINDS:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as own:
            number, refused, slowest, peak = own.submit(measured, kind).result()
        missed |= slowest > SECONDS or peak > MIB
        peaks = f"slowest {slowest:5.2f} s of {SECONDS}, {peak:4.0f} MiB of {MIB}"
        print(f"{kind:12} {number:4} files, {refused:4} refused, {peaks}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
