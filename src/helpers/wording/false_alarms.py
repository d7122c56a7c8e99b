"""The simulated rates of the trend rule in Swedish."""

from collections.abc import Mapping

CAPTIONS = {
    "independent": "Falsklarm när åren är oberoende: procent av serier som står still som ändå får en pil.",
    "weak": "Falsklarm för det svaga testet (hålls vid 5 procent och kallas alltid svagt belägg).",
    "dependent": "Falsklarm när åren hänger ihop (AR, autokorrelation från ett år till nästa).",
    "power": "Träffar: procent av fallande serier som får rätt pil, med {extra} procents verklig variation.",
}
SERIES = {
    "register share of 300, 10 years": "Registerandel av 300 personer, 10 år",
    "register share of 300, 5 years": "Registerandel av 300 personer, 5 år",
    "register, 50 cases, 10 years": "Register, 50 fall om året, 10 år",
    "register, 50 cases, 5 years": "Register, 50 fall om året, 5 år",
    "register, 500 cases, 10 years": "Register, 500 fall om året, 10 år",
    "register, 500 cases, 5 years": "Register, 500 fall om året, 5 år",
    "register, 11,000 cases, 10 years": "Register, 11\u00a0000 fall om året, 10 år",
    "register, 11,000 cases, 5 years": "Register, 11\u00a0000 fall om året, 5 år",
    "survey share of 300, 5 years": "Enkätandel av 300 svarande, 5 år",
    "weak rule, value alone, 10 years": "Svagt test, bara värdet, 10 år",
}


def world_text(row: Mapping[str, str]) -> str:
    """How the levels of a simulated series move: "3 % variation", "AR 0,3, 3 % variation" or "2 % om året"."""
    extra, slope, carried = (f"{float(row[name]):g}".replace(".", ",") for name in ("extra", "slope", "correlation"))
    if float(row["slope"]):
        return f"{slope} % om året"
    return (f"AR {carried}, " if float(row["correlation"]) else "") + f"{extra} % variation"
