"""The deck as a file: the same bytes each time for the same material."""

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

from ..page import setting_of
from ..page.region import Material, regional_analysis
from ..paths import Paths
from .content import slides_of
from .frames import add_slide, empty_deck

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a zip can hold
STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def slides_target(paths: Paths, slug: str, year: int) -> Path:
    """Where a region's slides lie: beside its report, so that a new build of that does not take them away."""
    return paths.reports / "regions" / slug / f"{slug}-{year}.pptx"


def region_slides(paths: Paths, municipality: str, region: str, year: int) -> Path:
    """Writes a region's slides where they belong and returns their path. `municipality` is the region's first member.

    Raises what `setting_of` and `regional_analysis` raise: each with value, place and remedy.
    """
    setting = setting_of(paths, "regional_support", municipality, year)
    return write_slides(regional_analysis(setting, region).material, slides_target(paths, region, year))


def write_slides(material: Material, target: Path) -> Path:
    """Writes the deck, whole or not at all, and returns its path."""
    content = slides_bytes(material)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.new")
    temporary.write_bytes(content)
    return temporary.replace(target)


def slides_bytes(material: Material) -> bytes:
    """The deck as a .pptx file. Its dates are the snapshot's, never the clock's."""
    deck = empty_deck()
    for plan in slides_of(material):
        add_slide(deck, plan)
    made = datetime.fromisoformat(material.setting.vintage) if material.setting.vintage[:1].isdigit() else None
    facts = deck.core_properties
    facts.title = f"{material.region.name} {material.setting.year}"
    facts.author = material.region.publisher or ""
    facts.language = "sv-SE"
    facts.created = facts.modified = made or datetime(*EPOCH)
    out = io.BytesIO()
    deck.save(out)
    return _without_clock(out.getvalue(), facts.created)


def _without_clock(archive: bytes, made: datetime) -> bytes:
    """The same archive without the times of its making, in its entries and in the workbooks behind the charts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".xlsx"):
                content = _without_clock(content, made)
            elif name == "docProps/core.xml":
                content = STAMP.sub(rb"\g<1>" + f"{made:%Y-%m-%dT%H:%M:%SZ}".encode() + rb"\g<2>", content)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return out.getvalue()
