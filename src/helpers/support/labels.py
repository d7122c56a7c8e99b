"""Whether a table in a document is the table that it says it is."""

from collections.abc import Mapping
from dataclasses import dataclass

PRINTED = 0.1  # percent of the population is printed with one decimal, and may use the population of another day


@dataclass(frozen=True)
class TableLabel:
    """What a published table says of itself: its heading, the place it is used for, its total and the
    percent of the population that the text beside it gives (None where there is none).
    """

    heading: str
    place: str
    total: float
    percent_of_population: float | None = None


class WrongLabelError(ValueError):
    """A table under the wrong name."""


def check_label(label: TableLabel, populations: Mapping[str, float]) -> None:
    """Raises WrongLabelError, naming both labels, where the heading is not the place that the table is used
    for, or where total and percent imply another population than that place has. `populations` is place
    name -> persons.
    """
    fitting = _fitting_places(label, populations)
    hint = f" Total and percent fit {' or '.join(fitting)}." if fitting else ""
    if label.heading != label.place:
        raise WrongLabelError(
            f"the table headed '{label.heading}' is used for '{label.place}'.{hint} "
            "Correct one of the two labels, or record the heading as the document's own fault."
        )
    if label.percent_of_population is not None and label.place in populations and label.place not in fitting:
        raise WrongLabelError(
            f"the table headed '{label.heading}' has {label.total:g}, {label.percent_of_population:g} % of "
            f"the population, but '{label.place}' has {populations[label.place]:g} people."
            f"{hint or ' They fit no place given.'} Look for the place that the table is about."
        )


def _fitting_places(label: TableLabel, populations: Mapping[str, float]) -> list[str]:
    if label.percent_of_population is None:
        return []
    percents = {place: 100 * label.total / people for place, people in populations.items() if people > 0}
    return sorted(
        place for place, percent in percents.items() if abs(percent - label.percent_of_population) <= PRINTED + 1e-9
    )
