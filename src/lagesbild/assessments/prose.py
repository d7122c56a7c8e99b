"""Prose of the assessments as it is read: its first paragraph and the rest, its numbers and its direction words.

Prose is what PROSE names in `lagesbild.assessments.models`: what was written for readers, and no title, name, role or
date.

A number is digits or a word from två to tusen, a fraction or a multiple (hälften, dubbelt): also the ages of a group.
"En" and "ett" never are. Neither are those that order or name: years (four digits from 1900 to 2099; an amount of that
size is written 2 000), dates, sections and priorities (3.1), what follows a word of ORDERING (figur 5, årskurs 6), case
numbers (2022:3), digits joined to letters, and the address of a link.

A direction word says that something changes (CHANGES), is more or less (LEVELS), or better or worse (QUALITIES), in
the inflections there.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from lagesbild.assessments.models import Assessment, Backed, RegionAssessment
from lagesbild.records import Location, Record


def parted(prose: str) -> tuple[str, str]:
    """The first paragraph of a Markdown text, which stands visible on a page, and the rest, which stands in a fold.

    The rest is empty where there is one paragraph only.
    """
    first, _, rest = prose.strip().partition("\n\n")
    return first, rest.strip()


# Numbers in Swedish prose, and what looks like one and only orders or names.

UNITS = ["ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio"]
TEENS = ["tio", "elva", "tolv", "tretton", "fjorton", "femton", "sexton", "sjutton", "arton", "nitton"]
TENS = ["tjugo", "trettio", "fyrtio", "femtio", "sextio", "sjuttio", "åttio", "nittio"]
VALUES = {word: number for number, word in enumerate([*UNITS[1:], *TEENS], 2)} | {"hundra": 100, "tusen": 1000}
VALUES |= {ten + unit: 20 + 10 * n + u for n, ten in enumerate(TENS) for u, unit in enumerate(["", *UNITS])}
PARTS = (
    r"hälften|(?:tredje|fjärde|femte|tionde)del(?:ar|en)?|var\s(?:tredje|fjärde|femte|tionde)|halver\w+|"
    r"(?:för)?(?:fyr|tre)?dubb(?:elt|el|la\w*)"
)
ORDERING = (
    r"figur(?:er)?|tabell|avsnitt|kapitel|sidan?|mål|fokusområde|prioritering|punkt|förslag|årskurs|åk|vecka|v\.|ruta|"
    r"bilaga|fotnot|artikel|nummer|nr|numrerade"
)
MONTHS = (
    r"jan(?:uari)?|feb(?:ruari)?|mars|april|maj|juni|juli|aug(?:usti)?|sep(?:t|tember)?|okt(?:ober)?|nov(?:ember)?|"
    r"dec(?:ember)?"
)
YEAR = r"(?:19|20)\d\d"
NO_NUMBER = re.compile(
    rf"""\b(?:{ORDERING})\s\d+(?:(?:,\s|\soch\s|–)\d+)*\b(?!,\d|\s?(?:%|procent)) # figur 5, årskurs 7 och 8
    | \b\d{{4}}-\d\d-\d\d\b | \b{YEAR}[01]\d[0-3]\d\b | \b{YEAR}[:/–-]\d+        # 2022-09-01, 20221231, 2022:3
    | \b\d{{1,2}}\s(?:{MONTHS})\b | \b\d{{1,2}}/\d{{1,2}}\b                     # 31 december, 6/10
    | \b\d+(?:\.\d+)+\b | (?<![\w,.]){YEAR}(?![\w,]\d)\b                      # 3.1, 2022
    | https://[^\s)]+ | Mer\sarbete\skrävs                                    # a link's address, a status
    """,
    re.VERBOSE | re.IGNORECASE,
)
NUMBER = re.compile(
    r"(?<![\w,.])(?:\d{1,3}(?:\s\d{3})+|\d+)(?:,\d+)?(?![\w,]*\d)"
    rf"|\b(?:{'|'.join(sorted(VALUES, key=len, reverse=True))}|{PARTS})\b",
    re.IGNORECASE,
)

# Direction words: up and down.

# "Upp" and "ned" say so with a verb of motion ("gått ner") and not in "följs upp".
MOTION = r"(?:gå|går|gick|gått|dra|drar|drog|dragit|kom|kommer|kommit)(?:\s\w+){0,2}?\s"
CHANGES = {
    +1: r"ök(?:a|ad|ar|ade|at|ande|as|ats|ning\w*)|stig(?:a|er|it|ande)|tillta(?:r|git|gande)|vuxit|växande|uppåt|"
    rf"fördubbl\w+|uppgång\w*|{MOTION}upp",
    -1: r"minsk\w+|sjunk\w+|sjönk|fall(?:er|it|ande)|föll|avta(?:r|git|gande)|krymp(?:a|er|t|te)|nedåt|neråt|"
    rf"halver\w+|rasa(?:r|t|de)?|nedgång\w*|{MOTION}(?:ner|ned)",
}
# "Mer än tio" is a bound, and says no direction.
LEVELS = {
    +1: r"högre|högst|högsta|fler|flest|flesta|mer(?!\sän)|större|störst|största|vanligare|oftare",
    -1: r"lägre|lägst|lägsta|färre|mindre(?!\sän)|ovanligare",
}
QUALITIES = {+1: r"bättre|bäst|bästa|förbättr\w+|bättring", -1: r"sämre|sämst|sämsta|försämr\w+"}
KINDS = {"change": CHANGES, "level": LEVELS, "quality": QUALITIES}
DIRECTION = re.compile(
    r"\b(?:"
    + "|".join(
        f"(?P<{kind}_{'up' if sign > 0 else 'down'}>{words})"
        for kind, signs in KINDS.items()
        for sign, words in signs.items()
    )
    + r")\b",
    re.IGNORECASE,
)


class Backing(StrEnum):
    """What stands behind a word."""

    BOUND = "bound"
    QUOTED = "quoted"
    UNBOUND = "unbound"


@dataclass
class Word:
    """A number or direction word of the prose; `listed` where it stands under `unbound` with a reason."""

    text: str
    start: int
    end: int
    number: float | None = None  # NaN: a fraction or a multiple, which no claim's number is
    kind: str = ""  # change, level or quality; "" is a number
    sign: int = 0
    backing: Backing = Backing.UNBOUND
    listed: bool = False


def words_of(text: str) -> list[Word]:
    """The numbers and direction words of a text, in its order."""
    plain = NO_NUMBER.sub(lambda match: "\0" * len(match[0]), text)
    words = [Word(match[0], *match.span(), number=_value(match[0])) for match in NUMBER.finditer(plain)]
    for match in DIRECTION.finditer(plain):
        kind, _, way = str(match.lastgroup).partition("_")
        words.append(Word(match[0], *match.span(), kind=kind, sign=1 if way == "up" else -1))
    return sorted(words, key=lambda word: word.start)


def _value(text: str) -> float:
    digits = re.sub(r"\s", "", text).replace(",", ".")
    return float(digits) if digits[0].isdigit() else float(VALUES.get(text.lower(), "nan"))


# The entries of a file, each with its prose and what stands beside it.


@dataclass
class Passage:
    """One text of an entry, in single spaces, with its words."""

    at: Location
    text: str
    words: list[Word]


@dataclass
class Entry:
    """An entry that may say what backs its prose: the texts in it, and in what lies below it and is no entry."""

    at: Location
    record: Backed
    passages: list[Passage] = field(default_factory=list)


def entries(content: Assessment | RegionAssessment) -> list[Entry]:
    """The file's entries, the file itself first."""
    found: list[Entry] = []

    def walk(value: object, at: Location, entry: Entry | None) -> None:
        if isinstance(value, Record):
            if isinstance(value, Backed):
                entry = Entry(at, value)
                found.append(entry)
            prose: tuple[str, ...] = getattr(value, "PROSE", ())
            for name in type(value).model_fields:
                if name in prose and entry:
                    _read(getattr(value, name), (*at, name), entry)
                elif name not in prose:
                    walk(getattr(value, name), (*at, name), entry)
        elif isinstance(value, dict | list):
            for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
                walk(inner, (*at, key), entry)

    walk(content, (), None)
    return found


def _read(value: str | list[str] | None, at: Location, entry: Entry) -> None:
    texts = [(at, value)] if isinstance(value, str) else [((*at, n), text) for n, text in enumerate(value or ())]
    for place, text in texts:
        text = " ".join(text.split())
        entry.passages.append(Passage(place, text, words_of(text)))


def within(passages: list[Passage], text: str) -> tuple[bool, list[Word]]:
    """Whether the words stand in any of the passages, and the numbers and direction words in them, wherever they do."""
    wanted = re.compile(rf"(?<!\w){re.escape(' '.join(text.split()))}(?!\w)")
    found = [(passage, match) for passage in passages for match in wanted.finditer(passage.text)]
    inside = [w for p, match in found for w in p.words if match.start() <= w.start and w.end <= match.end()]
    return bool(found), inside
