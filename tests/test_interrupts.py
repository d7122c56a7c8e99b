"""What an interrupt calls, and how a target is held and tidied; test_faults.py kills whole builds."""

import itertools
import os
import signal
import tempfile
import threading
from shutil import rmtree

import pytest

from lagesbild.publishing.kernels import sockets, tidy_sockets
from lagesbild.publishing.target import HeldTargetError, Target, interrupts, tidy_others
from reports import hidden


def test_the_first_signal_ends_in_order_and_every_later_one_at_once():
    calls = []
    before = signal.getsignal(signal.SIGTERM)
    with interrupts(lambda: calls.append("in order"), lambda: calls.append("at once")):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
            os.kill(os.getpid(), number)
    assert calls == ["in order", "at once", "at once"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_held_target_is_refused_with_its_holder(tmp_path):
    target = Target(tmp_path / "reports" / "9901" / "2024")
    named = pytest.raises(HeldTargetError, match=rf"process {os.getpid()}, since \d{{4}}-")
    with target.held(), named, target.held():
        pass
    with target.held() as work:
        assert work.is_dir()
    assert not work.exists()


def test_sockets_are_removed_when_nobody_holds_them_and_not_before(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with sockets() as folder:
        tidy_sockets()
        assert folder.is_dir()
    assert list(tmp_path.iterdir()) == []
    for left in (folder, folder.with_name("lagesbild-other")):
        left.mkdir()
    folder.with_name(f"{folder.name}.lock").touch()  # as a killed batch leaves it
    tidy_sockets()
    assert [path.name for path in tmp_path.iterdir()] == ["lagesbild-other"], "without a lock it is not ours"


def test_nothing_is_left_though_threads_still_write(tmp_path):
    target = Target(tmp_path / "reports" / "9901" / "2024")
    work = target.folder.with_name(".2024.work")

    def write(name: str, begun: threading.Event) -> None:
        for number in itertools.count():
            try:
                (work / f"{name}-{number}.ipynb").write_text("{}")
            except FileNotFoundError:
                return
            if number == 100:
                begun.set()

    for _ in range(20):
        work.mkdir(parents=True)
        begun = [threading.Event() for _ in range(4)]
        threads = [threading.Thread(target=write, args=(str(n), event)) for n, event in enumerate(begun)]
        for thread in threads:
            thread.start()
        for event in begun:
            event.wait()
        target.tidy()
        left = work.exists()
        rmtree(work, ignore_errors=True)  # the threads end when the folder is gone for good
        for thread in threads:
            thread.join()
        assert not left
    assert hidden(tmp_path) == set()


def test_a_build_killed_between_two_moves_gives_the_old_report_back(tmp_path):
    target = Target(tmp_path / "reports" / "9901" / "2024")
    old = target.folder.with_name(".2024.old")
    old.mkdir(parents=True)
    (old / "index.html").write_text("gammal")
    with target.held():
        assert (target.folder / "index.html").read_text() == "gammal"
        assert not old.exists()


@pytest.mark.parametrize("place", ["9901", "regions/sagan"])
def test_a_build_killed_after_both_moves_keeps_the_new_report(tmp_path, place):
    (tmp_path / "reports" / "9902" / ".2024.old").mkdir(parents=True)
    (tmp_path / "reports" / "9902" / ".2024.lock").mkdir()  # one that cannot be taken, as another user's
    target = Target(tmp_path / "reports" / place / "2024")
    for folder, text in ((target.folder.with_name(".2024.old"), "gammal"), (target.folder, "ny")):
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(text)
    tidy_others(tmp_path / "reports")
    assert (target.folder / "index.html").read_text() == "ny"
    assert [path.name for path in target.folder.parent.iterdir() if path.is_dir()] == ["2024"]
