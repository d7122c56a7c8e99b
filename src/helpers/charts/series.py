"""Chart rows made ready to draw: values that may be shown, one a mark, with the name of their series.

Chart rows are tidy rows plus `name` (of the place), `label` (of the indicator) and `role`
("focus", "country", "region", "peer"). Optional columns: `unit` (text, where panels differ in unit),
`decimals` (of that unit) and `mark` ("dot": never joined by a line).
"""

import pandas as pd

from .look import ROLES, SERIES, Frame
from .words import ABSENT, MARKED, MISSING, SEX, mark_note

NEVER_DRAWN = ("missing", "hidden", "not_applicable")
MARK_KEYS = ["indicator", "label", "place", "year", "month", "sex", "group"]
SEX_COLOUR = {"K": "women", "M": "men", "T": "country"}


def one_a_mark(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """`rows` with values that must not be shown emptied. Raises ValueError where two rows are one mark:
    drawing would average them silently.
    """
    if rows.empty:
        raise ValueError("there are no chart rows to draw. Show a card instead of a figure.")
    twice = rows[rows.duplicated(keys, keep=False)]
    if len(twice):
        first = ", ".join(f"{key}={twice.iloc[0][key]!r}" for key in keys)
        raise ValueError(
            f"{len(twice)} of {len(rows)} chart rows share a mark, the first with {first}. "
            "Pick one year, sex and group before drawing."
        )
    hidden = rows["status"].isin(NEVER_DRAWN)
    return rows.assign(value=rows["value"].mask(hidden), margin=rows["margin"].mask(hidden)).reset_index(drop=True)


def refuse_empty(rows: pd.DataFrame, kind: str) -> None:
    """Raises ValueError when no row of `rows` has a value that may be shown."""
    if not rows["value"].notna().any():
        raise ValueError(
            f"{kind}: none of the {len(rows)} rows has a value that may be shown. Show a card instead of a figure."
        )


def absence(status: str) -> str:
    """The word that stands where a value of this status would."""
    return ABSENT.get(status, MISSING)


def mark_notes(rows: pd.DataFrame, sign: str) -> list[str]:
    """The note that explains `sign`, when any drawn value carries it."""
    found = set(rows.loc[rows["value"].notna(), "status"]) & set(MARKED)
    return [mark_note(found, sign)] if found else []


def best_first(rows: pd.DataFrame, better: str) -> list[str]:
    """Place names with the best value first (the highest where no direction is better), empty ones last.

    The total decides where it is given, else the mean of women and men.
    """
    total = rows[rows["sex"] == "T"]
    level = (total if total["value"].notna().any() else rows).groupby("name", as_index=False)["value"].mean()
    known = level.sort_values(["value", "name"], ascending=[better == "lower", True])["name"].tolist()
    return known + [name for name in rows["name"].unique() if name not in known]


def with_series(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` plus `series` (the text beside the line), `colour` (a token) and `time` (year as a decimal).

    Places are told apart by role, sexes by their colours, indicators and groups by the palette.
    """
    kinds = [column for column in ("label", "group") if rows[column].nunique() > 1]
    sexes = ["sex"] if rows["sex"].nunique() > 1 else []
    places = ["name"] if rows["place"].nunique() > 1 or not kinds + sexes else []
    texts = rows.assign(sex=rows["sex"].map(SEX)).astype({"label": str, "group": str, "name": str})
    series = texts[[*kinds, *sexes, *places]].agg(", ".join, axis=1)
    kind = texts[kinds].agg("\n".join, axis=1) if kinds else rows["role"]
    palette = {each: SERIES[number % len(SERIES)] for number, each in enumerate(kind.unique())}
    colour = kind.map(palette) if kinds else rows["sex"].map(SEX_COLOUR) if sexes else rows["role"]
    return rows.assign(series=series, colour=colour, time=times(rows))


def times(rows: pd.DataFrame) -> pd.Series:
    """The year as a number; months lie inside their year where a series has several months of a year."""
    keys = [key for key in MARK_KEYS if key != "month"]
    if rows.groupby(keys)["month"].nunique().gt(1).any():
        return rows["year"] + (rows["month"] - 0.5) / 12
    return rows["year"].astype(float)


def with_segments(rows: pd.DataFrame, breaks: tuple[tuple[int, str], ...]) -> pd.DataFrame:
    """`rows` with values, plus `segment`: a new one after each missing year and at each series break.

    Nothing is drawn between two segments, so that no line stands for years that were never measured.
    """
    rows = rows[rows["value"].notna()].sort_values(["series", "time"], kind="stable")
    step = 1 / 12 if (rows["time"] % 1).any() else 1.0
    other = rows["series"] != rows["series"].shift()
    apart = rows["time"].diff() > step * 1.5
    era = sum(((rows["year"] >= year).astype(int) for year, _ in breaks), start=0 * rows["year"])
    alone = rows["mark"] == "dot" if "mark" in rows else False
    return rows.assign(segment=(other | apart | (era != era.shift()) | alone).cumsum().astype(int))


def drawn_rows(rows: pd.DataFrame, frame: Frame, kind: str) -> pd.DataFrame:
    """The rows that lines and dots over years are made of, with series, colour, time, segment, and `at`:
    the time where it is drawn, a little apart where series of dots would hide each other.
    """
    rows = one_a_mark(rows, MARK_KEYS)
    refuse_empty(rows, kind)
    drawn = with_segments(with_series(rows), frame.breaks)
    number = drawn["series"].map({name: n for n, name in enumerate(drawn["series"].unique())})
    apart = (number - number.max() / 2) * ((drawn["time"].max() - drawn["time"].min()) or 1) / 70
    dots = drawn.groupby("segment")["value"].transform("size").eq(1).all()
    return drawn.assign(at=drawn["time"] + (apart if dots else 0.0))


def role_rank(role: str) -> int:
    """Where a role stands in the order of drawing; the focus place is last, on top."""
    return ROLES.index(role)
