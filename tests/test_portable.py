"""Nothing in src/ keeps Windows or macOS from importing it. It was never run there: README.md says so."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).parents[1] / "src").rglob("*.py"))
# Standard modules that Windows does not have.
MODULES = {
    "crypt", "curses", "fcntl", "grp", "nis", "posix", "pty", "pwd", "readline", "resource", "spwd", "syslog",
    "termios", "tty",
}  # fmt: skip
# Names of `os` and `signal` that Windows does not have, or macOS does not.
NAMES = {
    "os": {
        "chown", "eventfd", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getloadavg",
        "getpgid", "getpriority", "getuid", "killpg", "lchown", "memfd_create", "mkfifo", "nice", "openpty",
        "pidfd_open", "posix_spawn", "pread", "pwrite", "sched_getaffinity", "sched_setaffinity", "sendfile",
        "setpgid", "setsid", "statvfs", "sysconf", "uname", "wait", "wait3", "wait4", "O_CLOEXEC", "O_NOFOLLOW",
        "WNOHANG",
    },
    "signal": {
        "SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP",
        "SIGUSR1", "SIGUSR2", "SIGWINCH", "alarm", "pause", "pthread_kill", "pthread_sigmask", "setitimer",
        "sigwait",
    },
}  # fmt: skip


def at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that importing a module runs: not what stands in functions, nor what asks `hasattr` before."""
    for node in ast.iter_child_nodes(tree):
        asked = isinstance(node, ast.If | ast.IfExp) and "hasattr(" in ast.unparse(node.test)
        if not asked and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            yield from at_import(node)
        elif not asked:  # a function's decorators and defaults are run
            for part in (
                *getattr(node, "decorator_list", ()),
                *node.args.defaults,
                *filter(None, node.args.kw_defaults),
            ):
                yield part
                yield from at_import(part)


def posix_only(source: str) -> list[str]:
    """What a module cannot be imported for where there is no POSIX."""
    wrong = []
    for node in at_import(ast.parse(source)):
        if isinstance(node, ast.Import):
            wrong += [alias.name for alias in node.names if alias.name.partition(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom):
            wrong += [node.module] if node.module in MODULES else []
            wrong += [alias.name for alias in node.names if alias.name in NAMES.get(node.module or "", ())]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            wrong += [ast.unparse(node)] if node.attr in NAMES.get(node.value.id, ()) else []
    return wrong


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        pytest.param("import fcntl", ["fcntl"], id="I-57-import"),
        pytest.param("from resource import getrusage", ["resource"], id="I-57-import-from"),
        pytest.param("try:\n    import pwd\nexcept OSError:\n    pass", ["pwd"], id="I-57-wrong-guard"),
        pytest.param("from os import fork", ["fork"], id="I-57-function"),
        pytest.param("CORES = len(os.sched_getaffinity(0))", ["os.sched_getaffinity"], id="I-57-constant"),
        pytest.param("class A:\n    b = signal.SIGKILL", ["signal.SIGKILL"], id="I-57-class"),
        pytest.param("def f(a=os.getuid()):\n    pass", ["os.getuid"], id="I-57-default"),
        pytest.param("def f():\n    import fcntl\n    os.killpg(1, signal.SIGKILL)", [], id="I-57-when-it-runs"),
        pytest.param("X = [signal.SIGHUP] if hasattr(signal, 'SIGHUP') else []", [], id="I-57-asked-before"),
    ],
)
def test_what_only_posix_has_is_found(source: str, wrong: list[str]):
    assert posix_only(source) == wrong


def test_every_module_can_be_imported_without_posix():
    assert len(SOURCES) > 80
    found = {path.name: posix_only(path.read_text("utf-8")) for path in SOURCES}
    assert not {name: wrong for name, wrong in found.items() if wrong}
