"""Puts what a lock pins into .venv, and the project itself: `install.py requirements-report.lock`, run by make.

It works with Python's library alone, as nothing is installed yet. uv, pinned in the lock by hash as everything is,
installs the rest in seconds; it is given what pip is configured with. Where pip is told something that uv does not
know, or uv fails, pip does it. All that they say goes to .venv/packages.log; here stand a few lines and every error.
"""

import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

ENVIRONMENT = Path(".venv")
PYTHON = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
LOG = ENVIRONMENT / "packages.log"
STEP = 40  # packages from one line of pip's to the next

# What pip may be configured with, and what says the same to uv; None is of no matter to what is installed.
OPTIONS = {
    "index-url": "--default-index",
    "extra-index-url": "--extra-index-url",
    "find-links": "--find-links",
    "constraint": "--constraint",
    "trusted-host": "--allow-insecure-host",
}
VARIABLES = {"cert": "SSL_CERT_FILE", "proxy": "ALL_PROXY", "timeout": "UV_HTTP_TIMEOUT"}
NO_MATTER = {
    "cache-dir", "no-cache-dir", "disable-pip-version-check", "progress-bar", "retries", "quiet", "verbose", "no-color",
    "no-input", "root-user-action", "no-python-version-warning", "no-warn-script-location", "prefer-binary", "log",
    "require-virtualenv", "break-system-packages", "resume-retries",
}  # fmt: skip
PIP = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
EXACT = ["--require-hashes", "-r"]
PROJECT = ["--no-deps", "--no-build-isolation", "-e", "."]


def main(lock: str) -> int:
    """The exit code: 0 when all is in place."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the one who runs make may have an older Python
        print(f"Python 3.11 or later is needed, and this is {sys.version.split()[0]}: make PYTHON=python3.11")
        return 2
    pinned = Path(lock).read_text("utf-8")
    say(f"1/3 An environment in {ENVIRONMENT}, by {sys.executable} ...")
    if not PYTHON.exists():
        venv.create(ENVIRONMENT, with_pip=True, symlinks=os.name != "nt")
    LOG.write_text("", "utf-8")
    say(f"2/3 The packages of {lock}; all that is said is in {LOG} ...")
    uv = uv_command(pinned)
    # uv refuses a constraint without a hash beside --require-hashes; the lock has a hash and a line for everything
    exact = ["--no-deps", "--verify-hashes", "-r"] if "--constraint" in uv else EXACT
    if uv and told(["uv", *uv, *exact, lock], uv_line) == 0:
        install = uv
    else:
        if uv:
            say("    uv could not, so pip tries it, which takes some minutes.")
        install = [*PIP, "install", "--progress-bar", "off"]
        if failed := told(
            ["pip", *install, *EXACT, lock], PipLines(len(re.findall(r"^[\w.-]+==", pinned, re.MULTILINE)))
        ):
            return failed
    say("3/3 The project itself ...")
    return told(["the project", *install, *PROJECT], lambda line: "")


def uv_command(pinned: str) -> list[str]:
    """uv's command to install, as pip is configured; empty where pip must do it. Puts uv in place on the way."""
    listed = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True, check=False).stdout
    given, strange = as_uv_says(settings(listed))
    if strange:
        say(f"    pip is configured with {', '.join(strange)}, which uv does not know: pip installs.")
        return []
    block = re.search(r"^uv==.*(?:\n[ \t]+.*)*", pinned, re.MULTILINE)
    if not block:
        return []
    own = ENVIRONMENT / "uv.lock"
    own.write_text(re.sub(r"\n\s+#.*", "", block[0]) + "\n", "utf-8")
    if told(["uv's wheel", *PIP, "install", "--no-deps", *EXACT, str(own)], lambda line: "", aloud=False):
        say("    uv has no wheel for this machine or could not be had: pip installs.")
        return []
    return [str(PYTHON.with_name("uv")), "pip", "install", "--python", str(PYTHON), *given]


def settings(listed: str) -> dict[str, str]:
    """Option -> value of what `pip config list` prints; a stronger section's word counts, as with pip."""
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for section, option, value in re.findall(r"^(\S+?)\.([\w-]+)='(.*)'$", listed, re.MULTILINE):
        if section in found:
            found[section][option.removeprefix("default-")] = value.replace("\\n", " ")
    return found["global"] | found["install"] | found[":env:"]


def as_uv_says(configured: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """uv's arguments for those options, and the options that uv has no word for. Sets uv's variables."""
    given, strange = ["--index-strategy", "unsafe-best-match"], []  # as pip: the best of all indexes, not of the first
    for option, value in configured.items():
        if option in OPTIONS:
            given += [word for each in value.split() for word in (OPTIONS[option], each)]
        elif option in VARIABLES:
            os.environ.setdefault(VARIABLES[option], value)
        elif option == "no-index":
            given += ["--no-index"] if value.lower() in ("1", "true", "yes", "on") else []
        elif option not in NO_MATTER:
            strange.append(option)
    return given, strange


def told(named: Iterable[str], line_of: Callable[[str], str], aloud: bool = True) -> int:
    """Runs a command, its name first, and returns its exit code.

    Of each line that it says `line_of` makes what is shown. From its first error on all is shown, where it is `aloud`.
    """
    name, *command = named
    wrong: list[str] = []
    with LOG.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        for line in process.stdout or ():
            log.write(line)
            if wrong or re.match(r"\s*(error|× )", line, re.IGNORECASE):
                wrong.append(line.rstrip())
            elif shown := line_of(line.strip()):
                say(f"    {shown}")
    if process.wait() and aloud:
        print(*wrong, f"The install of {name} failed. All that it said is in {LOG}.", sep="\n", file=sys.stderr)
    return process.returncode


def uv_line(line: str) -> str:
    """What is shown of uv's lines: its few sums, and the large files that it waits for."""
    return line if re.match(r"(Resolved|Prepared|Installed) |Downloading .*\((\d{2,}\.\d)MiB\)", line) else ""


class PipLines:
    """What is shown of pip's lines: how many packages it has come to."""

    def __init__(self, pinned: int):
        self.of, self.seen = pinned, 0

    def __call__(self, line: str) -> str:
        """A line for each STEP packages."""
        if line.startswith("Ignoring "):  # of another Python or system
            self.of -= 1
        elif line.startswith(("Collecting ", "Processing ")):  # from an index, from this disk
            self.seen += 1
            return f"{self.seen} of {self.of} packages" if self.seen % STEP == 0 else ""
        elif line.startswith("Installing collected packages"):
            return "all are here; putting them in place ..."
        return ""


def say(line: str) -> None:
    """Prints a line that is seen at once, on a terminal and in the log of a CI alike."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
