"""People's arrow beside the computed one, in Swedish."""

from ..trends import Combined
from .verdicts import arrow_sign


def differing_text(judged: str, found: Combined, last: int) -> str:
    """That the two arrows differ, what each says, and that both stand. `judged` is the programme's words."""
    return (
        f"Kommunens pil: {judged}. Beräknat ur siffror till och med {last}: {arrow_sign(found).words}. Båda står kvar: "
        "rapporten ändrar inte kommunens bedömning."
    )


def reach_text(last: int, edition: int, judged: bool) -> str:
    """How far the figures behind a computed arrow reach; beside a `judged` arrow, that the two are not compared."""
    text = f"Siffrorna bakom den beräknade pilen når till {last}."
    return f"{text} Den jämförs därför inte med kommunens pil för {edition}." if judged else text
