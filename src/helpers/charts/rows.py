"""What figures with a row a place share: the rows' height and the names left of them."""

import pandas as pd
from matplotlib.axes import Axes

from .look import TOKENS

ROW = 19.0  # height of a row in points
NAME_WIDTH = 130.0
DROP = -3.4  # from a row's middle to the baseline of its text


def write_names(axes: Axes, rows: pd.DataFrame, order: list[str], names: list[str]) -> None:
    """The rows' names (`names`: wrapped) left of the axes; the focus place's in its colour."""
    focus = set(rows.loc[rows["role"] == "focus", "name"])
    for at, (row, name) in enumerate(zip(order, names, strict=True)):
        several = "\n" in name
        axes.annotate(
            name,
            (0, at),
            xycoords=axes.get_yaxis_transform(),
            textcoords="offset points",
            ha="right",
            linespacing=0.9,
            xytext=(-8, 0 if several else DROP),
            va="center" if several else "baseline",
            parse_math=False,
            color=TOKENS["focus" if row in focus else "ink"],
            weight=600 if row in focus else 400,
        )
