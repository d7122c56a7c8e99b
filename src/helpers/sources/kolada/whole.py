"""Which years a stored series was asked for of every municipality: only those can carry a rank."""

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from ...paths import Paths
from ..manifest import read_manifest
from ..snapshot import snapshot_folder

# The request of a whole year, as `plan.Part` writes it: series and years, no segment with municipalities.
_WHOLE = re.compile(r"/data/kpi/[^/]+/year/([\d,]+)$")


def whole_years(urls: Iterable[str]) -> frozenset[int]:
    """The years that requests asked for without naming municipalities.

    A place that such an answer leaves out has no published value; one that was never asked for may have any.
    """
    found = (_WHOLE.search(unquote(urlsplit(url).path)) for url in urls)
    return frozenset(int(year) for match in found if match for year in match[1].split(","))


def years_of_all(paths: Paths) -> dict[str, frozenset[int]]:
    """Series -> its years that were asked for of every municipality, in either snapshot (see `snapshot_folder`)."""
    found: dict[str, frozenset[int]] = {}
    for all_places in (False, True):
        manifest = read_manifest(snapshot_folder(paths, "kolada", all_places), "kolada")
        for id, entry in manifest.series.items():
            urls = (request["url"] for request in entry.get("requests", ()))
            found[id] = found.get(id, frozenset()) | whole_years(urls)
    return found
