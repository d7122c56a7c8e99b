"""Swedish numbers: decimal comma, U+00A0 between thousands, U+2212 for minus. Rounding comes last.

Values are rounded half away from zero on their decimal form, as published tables are: 16.05 is printed 16,1.
"""

from decimal import ROUND_HALF_UP, Decimal

from ..catalog import Unit

NBSP = "\u00a0"
MINUS = "\u2212"


def decimal(value: float, decimals: int) -> str:
    """A number with a fixed count of decimals, such as "8 441,8"; a rounded zero has no minus."""
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}".replace(",", NBSP).replace(".", ",")
    return (MINUS if rounded < 0 else "") + text


def signed(value: float, decimals: int) -> str:
    """A difference with its sign: "+3,0", "−46"; zero has none."""
    text = decimal(value, decimals)
    return text if text.startswith(MINUS) or not text.strip("0,") else "+" + text


def tabular(value: float, unit: Unit, decimals: int) -> str:
    """A value as a table prints it: "12,5 %", or the bare number where the unit has no symbol."""
    text = decimal(value, decimals)
    return text + NBSP + unit.symbol if unit.symbol else text


def amount(value: float, unit: Unit, decimals: int) -> str:
    """A value as a sentence says it: "12,5 procent", "8 442 brott per 100 000 invånare"."""
    return f"{decimal(value, decimals)}{NBSP}{unit.text}" if unit.text else decimal(value, decimals)
