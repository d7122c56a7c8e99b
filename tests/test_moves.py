"""Moving, merging and renaming change no byte of what readers open. Goes when the moves are done."""

import hashlib
import json
from pathlib import Path

import pytest

from reports import built, contents, real_copy, run

CHECKSUMS = Path(__file__).with_name("expected") / "checksums.json"
REGION = "umearegionen"


def checksums(root: Path) -> dict[str, str]:
    """Path below `reports` -> sha256 of every page, download and slide of the three reports."""
    for municipality in ("2480", "0580"):
        built(root, municipality, 2024)
    for ended in (run("build", "--root", root, "--region", REGION), run("slides", "--root", root, "--region", REGION)):
        assert ended.returncode == 0, ended.stdout + ended.stderr
    files = contents(root / "reports")
    kept = {
        name: content
        for name, content in files.items()
        if not ("logs/" in name or name.endswith(("manifest.json", ".lock")))
    }
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(kept.items())}


@pytest.mark.slow
def test_no_byte_of_a_page_download_or_slide_has_changed(tmp_path):
    found = checksums(real_copy(tmp_path / "projekt"))
    assert len(found) > 90
    assert found == json.loads(CHECKSUMS.read_text("utf-8"))
