"""R6: do ill health and unemployment still move together? Refused, in words, with too few places or years."""

from dataclasses import dataclass, field

import pandas as pd

from ...support import Association, Comovement, across_places, within_places
from ...wording import decimal
from .profiles import Profiles, profile_of

ILL_HEALTH = ["fte_sick_pay", "fte_sickness_compensation"]
UNEMPLOYMENT = ["fte_unemployment_benefit", "fte_labour_market_programmes"]
FEWEST = 8
METHOD = (
    "Mellan kommuner: Spearmans rangkorrelation med bootstrap över kommuner. Inom kommuner: årliga ändringar med en "
    "effekt för varje kommun och klustrade fel. Åtta kommuner och fyra år är det minsta som prövas."
)
ACROSS = {
    Association.TOGETHER: "kommuner med mycket av det ena har ofta mycket av det andra",
    Association.OPPOSITE: "kommuner med mycket av det ena har ofta lite av det andra",
    Association.NOT_CLEAR: "inget tydligt samband mellan kommunerna",
    Association.NO_VARIATION: "värdena är lika i alla kommuner, och inget samband kan räknas",
}
WITHIN = {
    Association.TOGETHER: "när det ena ändras i en kommun ändras det andra åt samma håll",
    Association.OPPOSITE: "när det ena ändras i en kommun ändras det andra åt motsatt håll",
    Association.NOT_CLEAR: "inget tydligt samband från år till år inom kommunerna",
    Association.NO_VARIATION: "inget ändras från år till år, och inget samband kan räknas",
    Association.TOO_FEW_YEARS: "för få år i rad för att pröva ändringar inom kommunerna; fyra krävs",
    Association.TOO_FEW_PLACES: "för få kommuner har flera år i rad",
}


@dataclass(frozen=True)
class Together:
    """`rows` holds place, year, ill_health and unemployment in percent of the inhabitants; `among` names the set."""

    rows: pd.DataFrame = field(repr=False)
    year: int | None
    among: str
    across: Comovement | None
    within: Comovement | None

    @property
    def refused(self) -> bool:
        return self.across is None or self.across.association is Association.TOO_FEW_PLACES

    @property
    def finding(self) -> str:
        """What was found across the places, in a few words."""
        return f"Ohälsa och arbetslöshet {self.year}: {ACROSS[self.across.association]}."

    @property
    def sentence(self) -> str:
        """What was found, or why nothing is said."""
        if self.refused:
            places = self.rows.loc[self.rows["year"] == self.year, "place"].nunique() if self.year else 0
            years = self.rows["year"].nunique()
            return (
                f"Om ohälsa och arbetslöshet följs åt prövas inte: underlaget har {places} kommuner med alla uppgifter"
                f"{f' {self.year}' if self.year else ''} och {years} år, och det krävs minst {FEWEST} kommuner, och "
                "fyra år för ändringar inom kommuner."
            )
        return (
            f"Ohälsa och arbetslöshet {self.year}, bland {self.among}: {ACROSS[self.across.association]}"
            f"{_estimate(self.across, 'korrelation')}. Inom kommunerna: {WITHIN[self.within.association]}"
            f"{_estimate(self.within, 'procentenheter per procentenhet')}.{_left_out(self.across)}"
        )


def together_of(profiles: Profiles) -> Together:
    """The answer for the region's places; for every municipality at hand where the region has too few."""
    setting = profiles.setting
    rows = both_shares(profiles.profile)
    year = profiles.years[1] if profiles.years else None
    among = f"regionens {rows.loc[rows['year'] == year, 'place'].nunique()} kommuner med uppgifter"
    if year is None:
        return Together(rows, None, among, None, None)
    if _places(rows, year) < FEWEST:
        every = both_shares(profile_of(setting, [code for code, kind in setting.places.kinds.items() if kind == "K"]))
        if _places(every, year) >= FEWEST:
            rows, among = every, f"{_places(every, year)} kommuner i underlaget"
    return Together(rows, year, among, across_places(rows, year), within_places(rows))


def both_shares(profile: pd.DataFrame) -> pd.DataFrame:
    """`place`, `year`, `ill_health`, `unemployment`: sums of two types each, NaN where one of the two is missing."""
    wide = profile.pivot(index=["place", "year"], columns="group", values="percent_of_population")
    wide = wide.reindex(columns=[*ILL_HEALTH, *UNEMPLOYMENT])
    shares = pd.DataFrame(
        {
            "ill_health": wide[ILL_HEALTH].sum(axis=1, skipna=False),
            "unemployment": wide[UNEMPLOYMENT].sum(axis=1, skipna=False),
        }
    )
    return shares.reset_index()


def _places(rows: pd.DataFrame, year: int) -> int:
    return rows[rows["year"] == year].dropna()["place"].nunique()


def _estimate(found: Comovement, what: str) -> str:
    if found.estimate != found.estimate:
        return ""
    low, high = (decimal(value, 2) for value in (found.low, found.high))
    return f" ({what} {decimal(found.estimate, 2)}, 95 procents intervall {low} till {high})"


def _left_out(found: Comovement) -> str:
    return f" Utelämnade för att uppgifter saknas: {len(found.left_out)}." if found.left_out else ""
