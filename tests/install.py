"""Runs an install, told in a few lines: `install.py LOG PACKAGES COMMAND...`; it ends as the command ends.

All that the command says goes to LOG. Here stand how many packages pip has come to, and its errors whole: whoever waits
sees that it goes on, on a terminal and in the log of a CI alike. Run by make before anything is installed.
"""

import subprocess
import sys
from pathlib import Path

STEP = 40  # packages from one line to the next


def main(log: str, packages: str, *command: str) -> int:
    """The exit code of the command."""
    seen, of, wrong = 0, int(packages), False
    with Path(log).open("w", encoding="utf-8") as file:
        pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        for line in pip.stdout or ():
            file.write(line)
            wrong = wrong or line.lstrip().lower().startswith("error")
            if wrong:  # from the first error on, all of it
                print(line.rstrip(), file=sys.stderr, flush=True)
            elif line.startswith("Ignoring "):  # of another Python or system
                of -= 1
            elif line.startswith(("Collecting ", "Processing ")):  # from an index, from this disk
                seen += 1
                if seen % STEP == 0:
                    print(f"    {seen} of {of} packages", flush=True)
            elif line.startswith("Installing collected packages"):
                print("    all are here; putting them in place ...", flush=True)
    if pip.wait():
        print(f"The install failed: {' '.join(command)}\nAll that it said is in {log}.", file=sys.stderr, flush=True)
    return pip.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
