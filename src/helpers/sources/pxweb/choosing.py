"""The codes of a table that an indicator's labels stand for, variable by variable."""

from dataclasses import dataclass
from typing import Any

from ..adapter import Scope, WantedSeries
from .labels import TableError, code_of, folded
from .periods import period_of
from .question import Axis
from .table import Table, Variable, place_of, same_title, sex_of

IN_CATALOGUE = "Correct 'table' of the indicator in data/catalog/indicators."


@dataclass(frozen=True)
class Choice:
    """One series' choice in one table. Raises TableError where a label is missing or fits two."""

    wanted: WantedSeries
    table: Table
    scope: Scope
    warnings: list[str]

    def code(self, label: str, variable: Variable) -> str:
        """The code with this label; a label that is spelt otherwise leaves a warning."""
        code, warning = code_of(label, variable.labels, f"labels of '{variable.label}' in table {self.table.id}")
        if warning:
            self.warnings.append(f"{self.wanted.id}: {warning}")
        return code

    def chosen(self) -> list[Axis]:
        """The variables of 'select', but for the sexes; the one with several labels is the group."""
        axes = []
        for name, labels in self.wanted.entry.table.select.items():
            variable = self.table.labelled(name)
            if variable != self.table.sex:
                codes = dict.fromkeys(self.code(label, variable) for label in labels)
                about = "group" if len(codes) > 1 else ""
                axes.append(Axis(variable.id, about, tuple((code, variable.labels[code]) for code in codes)))
        if len([axis for axis in axes if axis.about]) > 1:
            raise TableError("'select' has several labels in more than one variable", IN_CATALOGUE)
        return axes

    def content(self, taken: set[str]) -> tuple[str, str] | None:
        """Variable and code of the content: of the variable for contents, else of the one with its label.
        None where the table has one measure only, and is called by it."""
        label, variable = self.wanted.entry.table.content, self.table.content
        if variable:
            return variable.id, self.code(label, variable)
        special = {it.id for it in (self.table.region, self.table.sex, self.table.time) if it} | taken
        others = [it for it in self.table.variables.values() if it.id not in special]
        having = [it for it in others if folded(label) in map(folded, it.labels.values())]
        if len(having) > 1:
            names = ", ".join(f"'{it.label}'" for it in having)
            raise TableError(f"the content '{label}' stands in more than one variable: {names}", IN_CATALOGUE)
        if having:
            return having[0].id, self.code(label, having[0])
        if same_title(label, self.table.title):
            return None
        raise TableError(f"table {self.table.id} has no content '{label}'", IN_CATALOGUE)

    def places(self) -> list[Axis]:
        """The places of the scope that the table has; a table without regions is about the country."""
        region, asked = self.table.region, self.scope.places
        if region is None:
            return []
        found: dict[str, str] = {}
        for code in region.labels:
            place = place_of(code)
            if place in found.values():
                raise TableError(f"table {self.table.id} has two codes for {place}", "Choose another table.")
            if place and (asked is None or place in asked):
                found[code] = place
        lost = [place for place in asked or () if place not in found.values() and not place.startswith("00")]
        if not found:
            raise TableError(f"table {self.table.id} has none of the places asked for", "Choose another table.")
        if lost:
            self.warnings.append(f"{self.wanted.id}: table {self.table.id} does not have {', '.join(lost)}.")
        return [Axis(region.id, "place", tuple(found.items()))]

    def periods(self) -> Axis:
        """The periods of the scope's years, which must be of the kind that the catalogue says."""
        entry, time = self.wanted.entry, self.table.time
        found = {code: period_of(code, label) for code, label in time.labels.items()}
        monthly = entry.table.monthly or entry.month is not None
        for code, it in found.items():
            if bool(it.month) != monthly or (not monthly and it.years != entry.years_pooled):
                raise TableError(
                    f"table {self.table.id} has the period {time.labels[code]}, another kind than expected",
                    "Set 'monthly', 'month' or 'years_pooled' of the indicator as the table has it.",
                )
        kept = [
            (code, it)
            for code, it in found.items()
            if it.year in self.scope.years and (entry.month is None or it.month == entry.month)
        ]
        return Axis(time.id, "period", tuple(kept))

    def sexes(self) -> list[Axis | None]:
        """The sexes to ask for, a question each; None is the sum over them, where the table has no total."""
        variable = self.table.sex
        if variable is None:
            return [None]
        found = self._sexes(variable)
        axes: list[Axis | None] = [Axis(variable.id, "sex", tuple(found.items()))] if found else []
        return axes if "T" in found.values() or self._named(variable) else [*axes, None]

    def _sexes(self, variable: Variable) -> dict[str, str]:
        if labels := self._named(variable):
            found = {code: sex_of(variable.labels[code]) for code in (self.code(label, variable) for label in labels)}
        else:
            wanted = "TKM" if self.wanted.entry.by_sex else "T"
            told = {code: sex_of(label) for code, label in variable.labels.items()}
            found = {code: sex for code, sex in told.items() if sex and sex in wanted}
        return self._told_apart(found, variable)

    def _named(self, variable: Variable) -> list[str]:
        """The labels that 'select' names for a variable."""
        chosen = self.wanted.entry.table.select.items()
        return [label for name, labels in chosen if self.table.labelled(name) == variable for label in labels]

    def _told_apart(self, sexes: dict[str, Any], variable: Variable) -> dict[str, str]:
        if None in sexes.values() or len(set(sexes.values())) != len(sexes):
            labels = ", ".join(f"'{variable.labels[code]}'" for code in sexes)
            raise TableError(f"the sexes of table {self.table.id} cannot be told apart: {labels}", IN_CATALOGUE)
        return sexes
