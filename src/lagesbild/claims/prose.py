"""What stands behind each number and direction word of the assessments' prose: a claim, the document, or nothing.

    priorities:
      "4.2":
        prose: |
          Andelen med högst 300 meter till ett grönområde minskar, och fler än tio parker är nya.
        claims:
          - claim: near_green_space falls in 2480 from 2021 to 2022
            words: grönområde minskar            # bound: the claim holds the direction words and numbers in these words
        quoted:
          - {text: 300 meter, section: "4.2"}    # quoted: the document says so, there
        unbound:
          - {text: tio parker, reason: Räknade på kommunens karta.}   # neither, and why it stands there all the same

*Bound*: a claim beside the prose has it in its `words`, and fits: the claim's own number, or its direction. Claims of a
judgement stand beside its prose; those at the file's top level beside all of it. *Quoted*: `quoted` of the entry has
it. All else is *unbound*; a number must then stand under `unbound`. Direction words are listed and counted, no more.

What prose, a number and a direction word are: `lagesbild.assessments.prose`. A level fits a claim about a change too;
the better side is the indicator's.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from lagesbild.assessments.prose import Backing, Entry, Passage, Word, entries, within
from lagesbild.catalog.models import Catalog
from lagesbild.claims.language import AssessmentFile, Relation, Statement, assessment_files, claims_in, parsed
from lagesbild.paths import Paths
from lagesbild.places import Places
from lagesbild.records import Location, RecordError


def fits(word: Word, statement: Statement, catalog: Catalog) -> bool:
    """Whether a claim says what the word says: its number, or its direction."""
    relation = statement.relation
    if word.number is not None:
        return relation.to_number and abs(float(statement.number)) == word.number
    sign = word.sign
    if word.kind == "quality":
        sign *= {"higher": 1, "lower": -1, "neither": 0}[catalog.indicators[statement.measure.indicator].better]
    if relation.of_change and relation.link:  # "minskar mindre": the verb says falls, and the level how much
        return word.kind == "level" or sign == (-1 if relation.value.startswith("falls") else 1)
    if relation is Relation.EQUALS or (word.kind == "change" and not (relation.of_change or relation.to_number)):
        return False
    return sign == (-1 if relation.downwards or relation is Relation.BELOW else 1)


REMEDY = (
    "Bind it with a claim's 'words', quote the document under 'quoted', list it under 'unbound' with a reason, "
    "or take it out."
)


class ProseError(RecordError):
    """What is wrong with what backs the prose, one line an error."""


@dataclass(frozen=True)
class FileProse:
    """One file's entries, with every word's backing, and where each text stands."""

    file: AssessmentFile
    passages: tuple[Passage, ...]

    @property
    def words(self) -> list[Word]:
        return [word for passage in self.passages for word in passage.words]

    def lines(self) -> Iterator[str]:
        """One line a passage that has words: where, and the words by backing."""
        for passage in self.passages:
            by = {backing: [word.text for word in passage.words if word.backing is backing] for backing in Backing}
            said = "; ".join(f"{backing}: {', '.join(texts)}" for backing, texts in by.items() if texts)
            if said:
                yield self.file.document.error(passage.at, said)

    def errors(self) -> Iterator[str]:
        """One line a number that nothing stands behind."""
        for passage in self.passages:
            for word in passage.words:
                if word.number is not None and word.backing is Backing.UNBOUND and not word.listed:
                    around = passage.text[max(0, word.start - 25) : word.end + 25]
                    yield self.file.document.error(
                        passage.at, f"nothing stands behind '{word.text}' in '{around}'. {REMEDY}"
                    )


def backed_prose(paths: Paths, catalog: Catalog, places: Places, without: Container[str] = ()) -> list[FileProse]:
    """Every file's prose with what stands behind it. Raises ProseError for an entry that backs no words."""
    files: list[FileProse] = []
    errors: list[str] = []
    for file in assessment_files(paths, catalog, places, without):
        found = entries(file.content)
        errors += [file.document.error(at, what) for at, what in _faults(file, found, catalog)]
        files.append(FileProse(file, tuple(passage for entry in found for passage in entry.passages)))
    if errors:
        raise ProseError(errors)
    return files


def _faults(file: AssessmentFile, found: list[Entry], catalog: Catalog) -> Iterator[tuple[Location, str]]:
    """Sets the backing of each word: listed, then quoted, then bound, for a claim is the firmest."""
    nothing = "'{0}' is not in the prose beside it. Write words as they stand there, or take the entry away."
    empty = "'{0}' has no {1}. Widen the words, or take the entry away."
    for entry in found:
        for kind in ("unbound", "quoted"):
            for number, said in enumerate(getattr(entry.record, kind)):
                there, words = within(entry.passages, said.text)
                if not words:
                    fault = (empty if there else nothing).format(said.text, "number or direction word")
                    yield (*entry.at, kind, number, "text"), fault
                for word in words:
                    word.listed, word.backing = kind == "unbound", Backing(kind)
    for at, claim in claims_in(file.content):
        beside = [passage for entry in found if at[:-2] in ((), entry.at) for passage in entry.passages]
        there, words = within(beside, claim.words) if claim.words else (True, [])
        held = [word for word in words if fits(word, parsed(claim.claim, file.words), catalog)]
        if claim.words and not held:
            yield (*at, "words"), (empty if there else nothing).format(claim.words, "number or direction that it says")
        for word in held:
            word.backing = Backing.BOUND


def coverage(files: list[FileProse]) -> str:
    """How many numbers and direction words are bound, quoted and unbound."""
    words = [word for file in files for word in file.words]

    def counted(kind: list[Word]) -> str:
        return ", ".join(f"{sum(word.backing is backing for word in kind)} {backing}" for backing in Backing)

    numbers, directions = [w for w in words if w.number is not None], [w for w in words if w.number is None]
    return f"numbers {counted(numbers)}; direction words {counted(directions)}"
