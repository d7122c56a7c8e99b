"""Claims: statements of an assessment in a small language, held against the tidy table.

    claims:
      - claim: unsafe_at_night is lower in 2480 than in 0000 in 2022
      - claim: fte_sick_pay falls in [2401, 2403, 2404, 2409, 2460] except [2403] from 2020 to 2021
      - claim: fte_total per population_20_64 is 12.9 in 2404 in 2021
        known: The table gives 12.97, which is printed 13.0.     # in Swedish: readers see it

    claim    = measure relation "in" places ["except" places] [other] when
    measure  = INDICATOR ["per" INDICATOR] ["of" ("women" | "men" | "women minus men")]
    relation, other and when are one of
               falls | rises                                      from YEAR to YEAR
               falls more | falls less | rises more | rises less  than in [most of] places  from YEAR to YEAR
               is lower | is higher                               than in [most of] places  in YEAR
               is lowest | is highest                             among places              in YEAR
               is NUMBER | is below NUMBER | is above NUMBER                                in YEAR
    places   = CODE | [CODE, CODE ...] | a region of data/catalog/regions.yml | group | municipalities

Each place must do what the claim says, and each of those after "except" must not. "per" is 100 x the first over
the second, in percent. A number is compared as it is written: 12.9 is any value that is printed 12.9. "group" is the
municipality's comparison group. All is said of yearly totals, or of the indicator's own month.

Here is what reads claims, without pandas: every `lagesbild check` does. `evaluation`, `readings` and `strict` hold
them against the figures.
"""

from .language import Measure, PlaceSet, Relation, Statement
from .parsing import parsed
from .stated import ClaimError, StatedClaim, stated_claims
from .vocabulary import ClaimSyntaxError, Vocabulary

__all__ = [
    "ClaimError",
    "ClaimSyntaxError",
    "Measure",
    "PlaceSet",
    "Relation",
    "StatedClaim",
    "Statement",
    "Vocabulary",
    "parsed",
    "stated_claims",
]
