"""Statements about places in the country. A rank moves when others move: it is never called progress."""

from collections.abc import Iterator

import pandas as pd

from ....tidy import rows_of
from ....wording import listed
from ..profiles import Profiles
from ..ranking import Ranking
from .observation import Observation, names_of, with_values

TYPE_RANKS = {
    "support_rank_unemployment_benefit": "arbetslöshetsersättning",
    "support_rank_social_assistance": "ekonomiskt bistånd",
}
MOVED_BY_OTHERS = "En plats ändras också när andra kommuner ändras."


def rank_moves(profiles: Profiles, ranking: Ranking) -> Observation:
    """How many members climbed, who climbed and fell most, and everybody who did not climb."""
    rows = ranking.rows.dropna(subset=["climbed"])
    own = rows[rows["place"].isin(profiles.region.members)]
    if own.empty:
        return Observation("Medlemskommunernas plats i riket saknas i underlaget.", withheld=True)
    climbed = own.sort_values(["climbed", "place"], ascending=[False, True]).set_index("place")["climbed"]
    up, down = climbed[climbed > 0].to_dict(), climbed[climbed < 0].sort_values().to_dict()
    same = climbed.index[climbed == 0].tolist()
    text = (
        f"{len(up)} av {len(own)} medlemskommuner med känd plats har en bättre plats i riket {ranking.year} än "
        f"{ranking.year - 1}{f': {with_values(profiles, up, 0)}' if up else ''}."
    )
    text += f" Sämre plats har {with_values(profiles, down, 0)}." if down else ""
    text += f" Samma plats har {names_of(profiles, same)}." if same else ""
    text += f" {_outside(profiles, rows)}{MOVED_BY_OTHERS}"
    return Observation(text, "R2")


def _outside(profiles: Profiles, rows: pd.DataFrame) -> str:
    others = rows[~rows["place"].isin(profiles.region.members)].set_index("place")["climbed"].to_dict()
    return f"Utanför regionen: {with_values(profiles, others, 0)}. " if others else ""


def printed_type_ranks(profiles: Profiles) -> Iterator[Observation]:
    """The few ranks by type that the document's text prints: its words, not computed."""
    found = []
    for id, support in TYPE_RANKS.items():
        rows = rows_of(profiles.setting.table, [id], [*profiles.region.members, *profiles.region.comparisons])
        ranks = [f"{names_of(profiles, [row.place])} {row.value:.0f}" for row in rows.itertuples()]
        found += [f"{support}: {listed(ranks)}"] if ranks else []
    if found:
        yield Observation(
            f"Underlagets text anger plats i riket för enskilda ersättningar, utan år: {'; '.join(found)}. De kan inte "
            "räknas om här.",
            "R3",
            printed=True,
        )
