"""What the statements are made from: the parts of the analysis that are computed once."""

from dataclasses import dataclass

import pandas as pd

from ....support import Decomposition
from ..profiles import Profiles
from ..ranking import Ranking
from ..together import Together


@dataclass(frozen=True)
class Facts:
    """A region's profiles, the country's profile, the ranking, what moved each share, and the co-movement."""

    profiles: Profiles
    country: pd.DataFrame  # what `profile_of` gives for Riket; empty when it is not at hand
    ranking: Ranking
    moved: dict[str, Decomposition]  # place -> split, for the places that can be split
    together: Together
