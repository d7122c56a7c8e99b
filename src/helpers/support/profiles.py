"""Support profiles: how many full-year equivalents each type of support makes up, and of what.

Columns in: `place`, `year`, `group` (the type; "" is the published total), `value` (full-year equivalents);
the population is `place`, `year`, `value` (ages 20-64). A full-year equivalent is one person supported a
full year at full benefit, so it counts no persons.
"""

import pandas as pd

from ..comparisons.usable import refuse_duplicates, usable

AT = ["place", "year"]


def profiles(rows: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Per place, year and type: `value`, `total`, `population`, `percent_of_total`, `percent_of_population`
    and `total_is` ("published", "summed" or "incomplete"). The total is a row of its own, with `group` "".

    The two percents have different bases and are never compared. A published total is used where there is
    one, since published parts may be rounded or disturbed. Else the parts are summed, unless one of the
    types that the table holds anywhere is missing there: then there is no total, and no percent of it.
    """
    refuse_duplicates(rows, [*AT, "group"], "support profiles")
    refuse_duplicates(population, AT, "population of the support profiles")
    rows = rows.assign(value=rows["value"].where(usable(rows)))
    parts = rows[rows["group"] != ""]
    totals = _totals(parts, rows[rows["group"] == ""])
    own = totals.rename(columns={"total": "value"})[[*AT, "value"]].assign(group="")
    out = pd.concat([parts[[*AT, "group", "value"]], own], ignore_index=True)
    people = population[[*AT, "value"]].rename(columns={"value": "population"})
    out = out.merge(totals, on=AT, validate="many_to_one").merge(people, on=AT, how="left", validate="many_to_one")
    out["percent_of_total"] = 100 * out["value"] / out["total"].where(out["total"] > 0)
    out["percent_of_population"] = 100 * out["value"] / out["population"].where(out["population"] > 0)
    return out.sort_values([*AT, "group"], ignore_index=True)


def profile_changes(profile: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Per place and type: `before`, `now`, `difference` (full-year equivalents) and `points` (change of the
    percent of the population, in percentage points). NaN where one of the years is missing.
    """
    columns = ["place", "group", "value", "percent_of_population"]
    before, now = (profile.loc[profile["year"] == year, columns] for year in (first, last))
    both = before.merge(now, on=["place", "group"], how="outer", suffixes=("_before", "_now"), validate="one_to_one")
    return pd.DataFrame(
        {
            "place": both["place"],
            "group": both["group"],
            "before": both["value_before"],
            "now": both["value_now"],
            "difference": both["value_now"] - both["value_before"],
            "points": both["percent_of_population_now"] - both["percent_of_population_before"],
        }
    )


def _totals(parts: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """`place`, `year`, `total`, `total_is`."""
    types = parts["group"].nunique()
    summed = parts.groupby(AT)["value"].agg(total="sum", have="count").reset_index()
    found = summed.merge(published[[*AT, "value"]], on=AT, how="outer", validate="one_to_one")
    complete = found["have"] == types
    total = found["value"].fillna(found["total"].where(complete))
    total_is = pd.Series("published", index=found.index).mask(found["value"].isna(), "summed")
    return found[AT].assign(total=total, total_is=total_is.mask(total.isna(), "incomplete"))
