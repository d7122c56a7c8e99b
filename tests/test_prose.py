"""What stands behind each number and direction word of the assessments' prose; all about made-up places."""

import re
import subprocess
import sys

import pytest
import yaml

from copies import NOTEBOOKS, Copy, made_up_root
from lagesbild.assessments.prose import parted, words_of
from lagesbild.claims.check import claim_check, copied_editions, repeated_values
from lagesbild.claims.language import Vocabulary, parsed
from lagesbild.claims.prose import FileProse, ProseError, backed_prose, coverage, fits
from lagesbild.publishing.request import checked_files
from lagesbild.records import RecordError
from lagesbild.sources.raw import load_places
from lagesbild.tidy.schema import current
from test_assessments import MADE_UP_REGION

REGION = MADE_UP_REGION.replace(
    "situations: []\n", "situations:\n  - place: '9901'\n    judged_by: Gruppen\n{situation}"
)
FALLS, RISES = (f"fte_total {verb} in 9901 from 2020 to 2021" for verb in ("falls", "rises"))


@pytest.fixture
def copy(tmp_path) -> Copy:
    made = made_up_root(tmp_path)
    totals = {2020: 80, 2021: 70}
    made.document("support_profiles", *(f"fte_total,9901,{year},0,T,,{v},,,1" for year, v in totals.items()))
    return made


def written(made: Copy, text: str, beside: str = "", claims: str = "") -> None:
    """A region's file whose one situation has this prose, `beside` under it, and claims at the top level."""
    path = made.paths.assessments / "regions" / "sagan" / "2022.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    situation = f"    text: >-\n      {text}\n{beside}"
    path.write_text(REGION.replace("{situation}", situation) + (f"claims:\n{claims}" if claims else ""), "utf-8")


def backed(made: Copy) -> FileProse:
    [file] = backed_prose(made.paths, made.catalog, load_places(made.paths))
    return file


def backing(made: Copy) -> dict[str, str]:
    return {word.text: word.backing.value for word in backed(made).words}


def claim(text: str, words: str) -> str:
    return f"  - claim: {text}\n    words: {words}\n"


# Which words of a text are numbers, and which say a direction.


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("80 elever och 12,97 procent", ["80", "12,97"]),
        ("4 000–5 000 personer", ["4 000", "5 000"]),
        ("4\u00a0000 personer", ["4\u00a0000"]),
        ("invånare 20–64 år, 0–19-åringar", ["20", "64", "0", "19"]),
        ("två av fjorton, tjugofem och tusen", ["två", "fjorton", "tjugofem", "tusen"]),
        ("hälften, en tredjedel och dubbelt så många", ["hälften", "tredjedel", "dubbelt"]),
        ("halverades, fördubblats och var fjärde ung", ["halverades", "fördubblats", "var fjärde"]),
        ("en av dem, ett år och båda", []),  # "en" is never a number
        ("2022, 2021–2022, läsåret 2022/23 och 1990-talet", []),
        ("2 000 personer", ["2 000"]),  # an amount of a year's size is written with its space
        ("figur 5, avsnitt 3.1, prioritering 4.1 och 4.2, årskurs 7 och 9", []),
        ("mål 80 procent, mål 2", ["80"]),
        ("den 31 december, 6/10, 2022-09-01 och 20221231", []),
        ("uppdrag 2022:3, N31807 och G99001", []),
        ("Mer arbete krävs efter 90 dagar", ["90"]),
        ("[5 barn](https://exempel.se/2020_en/40?x=7) av 9", ["5", "9"]),
    ],
)
def test_numbers_are_told_from_what_orders_and_names(text, numbers):
    assert [word.text for word in words_of(text) if word.number is not None] == numbers


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ett stycke\nav två rader.\n", ("Ett stycke\nav två rader.", "")),
        ("\nFörst.\n\n- ett\n- två\n\nSist.", ("Först.", "- ett\n- två\n\nSist.")),
        ("", ("", "")),
    ],
)
def test_the_first_paragraph_stands_apart_from_the_rest(text, parts):
    assert parted(text) == parts


@pytest.mark.parametrize(
    ("text", "directions"),
    [
        ("Andelen ökar och antalet minskade", ["ökar", "minskade"]),
        ("fler än förr, färre barn, den högsta nivån", ["fler", "färre", "högsta"]),
        ("bättre, har förbättrats, en försämring", ["bättre", "förbättrats", "försämring"]),
        ("stödet har gått ner, ärendena följs upp", ["gått ner"]),
        ("Mer arbete krävs. Mer än tio.", []),
        ("flera kommuner, i det fall, nästa steg, behöver, minst tio", []),
        ("pekar svagt uppåt, i fallande skala, en nedgång", ["uppåt", "fallande", "nedgång"]),
    ],
)
def test_direction_words_are_those_of_the_list_in_their_inflections(text, directions):
    assert [word.text for word in words_of(text) if word.number is None] == directions


@pytest.mark.parametrize(
    ("word", "claim", "fit"),
    [
        ("ökar", "fte_total rises in 9901 from 2020 to 2021", True),
        ("ökar", "fte_total falls in 9901 from 2020 to 2021", False),
        ("fler", "fte_total rises in 9901 from 2020 to 2021", True),  # a level says a change
        ("ökar", "fte_total is higher in 9901 than in 0000 in 2021", False),  # and a change no level
        ("fler", "fte_total is higher in 9901 than in 0000 in 2021", True),
        ("lägst", "fte_total is lowest in 9901 among sagan in 2021", True),
        ("lägre", "fte_total is above 5 in 9901 in 2021", False),
        ("bättre", "evictions falls in 9901 from 2020 to 2021", True),  # fewer evictions are better
        ("bättre", "evictions rises in 9901 from 2020 to 2021", False),
        ("minskar", "fte_total falls less in 9901 than in 9902 from 2020 to 2021", True),
        ("ökar", "fte_total falls less in 9901 than in 9902 from 2020 to 2021", False),
        ("ökar", "fte_total is 5 in 9901 in 2021", False),
        ("fem", "fte_total is 5 in 9901 in 2021", True),
        ("5,0", "fte_total is 5 in 9901 in 2021", True),
        ("6", "fte_total is 5 in 9901 in 2021", False),
        ("5", "fte_total rises in 9901 from 2020 to 2021", False),
    ],
)
def test_a_claim_fits_its_own_number_and_direction(word, claim, fit, frozen_words):
    [found] = words_of(word)
    assert fits(found, parsed(claim, frozen_words), frozen_words.catalog) is fit


@pytest.fixture(scope="module")
def frozen_words(tmp_path_factory) -> Vocabulary:
    made = made_up_root(tmp_path_factory.mktemp("words"))
    return Vocabulary(made.catalog, load_places(made.paths), 2024, "9901")


# Bound, quoted and unbound.


def test_each_word_is_bound_quoted_or_unbound(copy):
    written(
        copy,
        "Stödet minskar till 70, av 80 elever är fler med, och tre väntar.",
        "    quoted:\n      - {text: 80 elever, section: '2'}\n"
        "    unbound:\n      - {text: tre väntar, reason: Räknade för hand.}\n",
        claim(FALLS, "Stödet minskar") + claim("fte_total is 70 in 9901 in 2021", "till 70"),
    )
    assert backing(copy) == {"minskar": "bound", "70": "bound", "80": "quoted", "fler": "unbound", "tre": "unbound"}
    assert not list(backed(copy).errors())
    assert coverage([backed(copy)]) == (
        "numbers 1 bound, 1 quoted, 1 unbound; direction words 1 bound, 0 quoted, 1 unbound"
    )
    [line] = backed(copy).lines()
    assert line.endswith("situations.0.text: bound: minskar, 70; quoted: 80; unbound: fler, tre")


def test_a_number_that_nothing_stands_behind_is_an_error_and_a_direction_word_is_none(copy):
    written(copy, "Stödet minskar, för 80 elever.")
    [error] = backed(copy).errors()
    assert re.match(
        r"data/assessments/regions/sagan/2022.yml:\d+: situations.0.text: nothing stands behind '80'", error
    )


def test_a_claim_binds_only_the_words_that_it_names(copy):
    written(copy, "Stödet minskar, och köerna minskar till 70.", claims=claim(FALLS, "Stödet minskar"))
    assert [(word.text, word.backing.value) for word in backed(copy).words] == [
        ("minskar", "bound"),
        ("minskar", "unbound"),
        ("70", "unbound"),
    ]


def test_a_claim_holds_no_word_that_it_does_not_say(copy):
    written(copy, "Stödet minskar men fler får 80.", claims=claim(FALLS, "Stödet minskar men fler får 80"))
    assert backing(copy) == {"minskar": "bound", "fler": "unbound", "80": "unbound"}


def test_a_claim_of_a_judgement_holds_nothing_of_another(tmp_path):
    made = made_up_root(tmp_path)
    path = made.paths.assessments / "9901" / "2024.yml"
    path.parent.mkdir(parents=True)
    path.write_text(municipal(made).replace("PROSE_1", "Stödet minskar.").replace("PROSE_2", "Allt minskar."), "utf-8")
    assert [word.backing.value for word in backed(made).words] == ["bound", "unbound"]
    path.write_text(path.read_text("utf-8").replace("words: Stödet minskar", "words: Allt minskar"), "utf-8")
    with pytest.raises(ProseError, match=r"areas\.1\.claims\.0\.words: 'Allt minskar' is not in the prose beside it"):
        backed(made)


def municipal(made: Copy) -> str:
    """A municipality's file with two areas that have prose; the first has a claim."""
    status = "{status: Enligt plan}"
    areas = list(made.catalog.focus_areas)
    judged = f'  "{areas[0]}":\n    status: Enligt plan\n    prose: PROSE_1\n    claims:\n'
    judged += f"      - claim: {FALLS}\n        words: Stödet minskar\n"
    judged += f'  "{areas[1]}":\n    status: Enligt plan\n    prose: PROSE_2\n'
    judged += "".join(f'  "{area}": {status}\n' for area in areas[2:])
    goals = "".join(f'  "{goal}": {status}\n' for goal in made.catalog.goals)
    priorities = "".join(f'  "{name}": {status}\n' for name in made.catalog.priorities)
    return (
        "edition: {published: null, next_update: null, contact: null}\n"
        "basis: {title: Lägesbild 2024, publisher: Påhittsby kommun, judged_by: Påhittsby kommun}\n"
        f"goals:\n{goals}areas:\n{judged}priorities:\n{priorities}plans: []\nprojects: []\n"
    )


@pytest.mark.parametrize(
    ("beside", "claims", "said"),
    [
        (
            "    quoted:\n      - {text: 90 elever, section: '2'}\n",
            "",
            "quoted.0.text: '90 elever' is not in the pro",
        ),
        (
            "    quoted:\n      - {text: för, section: '2'}\n",
            "",
            "quoted.0.text: 'för' has no number or direction",
        ),
        ("    unbound:\n      - {text: 9 elever, reason: Så.}\n", "", "unbound.0.text: '9 elever' is not in the prose"),
        (
            "",
            claim(RISES, "Stödet minskar"),
            "claims.0.words: 'Stödet minskar' has no number or direction that it",
        ),
        ("", claim(FALLS, "Stödet ökar"), "claims.0.words: 'Stödet ökar' is not in the prose"),
    ],
)
def test_what_backs_no_words_is_refused_with_its_line(copy, beside, claims, said):
    written(copy, "Stödet minskar, för 80 elever.", beside, claims)
    with pytest.raises(ProseError) as error:
        checked_files(copy.paths)
    [line] = error.value.errors
    assert re.match(r"data/assessments/regions/sagan/2022\.yml:\d+: ", line)
    assert said in line


def test_a_reason_and_a_section_cannot_be_left_out(copy):
    written(copy, "För 80 elever.", "    unbound:\n      - {text: 80 elever}\n    quoted:\n      - {text: 80 elever}\n")
    with pytest.raises(RecordError) as error:
        checked_files(copy.paths)
    assert [line.rpartition(": ")[2] for line in error.value.errors] == [
        "the field 'section' is missing. Add it.",
        "the field 'reason' is missing. Add it.",
    ]


def test_words_over_two_lines_are_found(copy):
    written(copy, "Stödet\n      minskar för alla.", claims=claim(FALLS, "Stödet minskar"))
    assert backing(copy) == {"minskar": "bound"}


@pytest.mark.parametrize(("beside", "code"), [("", 1), ("    unbound:\n      - {text: 80 elever, reason: Så.}\n", 0)])
def test_strict_ends_with_1_where_a_number_stands_alone(copy, beside, code):
    written(copy, "Stödet minskar, för 80 elever.", beside)
    run = "import sys; from lagesbild.cli import main; main()"
    command = [sys.executable, "-c", run, "check", "--strict", "--root", str(copy.paths.root)]
    notebooks = copy.paths.root / "notebooks"
    if not notebooks.exists():
        notebooks.symlink_to(NOTEBOOKS)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert "Prose: numbers 0 bound, 0 quoted, 1 unbound; direction words 0 bound, 0 quoted, 1 unbound" in done.stdout
    assert ("nothing stands behind '80'" in done.stderr) is bool(code)


# An edition copied from another place or year, and a measure that repeats itself.


def copied(made: Copy, basis: str, where: str = "9901/2024.yml") -> list[str]:
    path = made.paths.assessments / where
    path.parent.mkdir(parents=True, exist_ok=True)
    content = MADE_UP_REGION if "regions" in where else municipal(made)
    path.write_text(re.sub(r"^basis: .*$", f"basis: {{{basis}}}", content, flags=re.M), "utf-8")
    return copied_editions(made.paths, made.catalog, load_places(made.paths))


@pytest.mark.parametrize(
    ("title", "publisher", "judged_by", "said"),
    [
        ("Läget 2024", "Påhittsby kommun", "Påhittsby kommun", ""),
        ("Läget", "Kommunen", "Kommunen", ""),
        ("Läget 2023–2024", "Påhittsby och Sagostad", "Påhittsbys råd", ""),
        ("Läget 2024", "Påhittsby", "Sagostads kommun", "judged_by: 'Sagostads kommun' names Sagostad"),
        ("Läget 2024", "Sagostad", "Påhittsby", "publisher: 'Sagostad' names Sagostad in the file of Påhittsby"),
        ("Läget 2023", "Påhittsby", "Påhittsby", "title: 'Läget 2023' names 2023 in the file of 2024"),
        ("Läget i Luftnäs", "Påhittsby", "Påhittsby", "title: 'Läget i Luftnäs' names Luftnäs"),
        ("Läget i Sagoförbundet", "Påhittsby", "Påhittsby", "title: 'Läget i Sagoförbundet' names Sagoförbundet"),
    ],
)
def test_an_edition_copied_from_another_place_or_year_is_warned_of(tmp_path, title, publisher, judged_by, said):
    basis = f"title: {title}, publisher: {publisher}, judged_by: {judged_by}"
    warnings = copied(made_up_root(tmp_path), basis)
    assert len(warnings) == bool(said)
    assert all(said in line and re.match(r"data/assessments/9901/2024\.yml:\d+: basis\.", line) for line in warnings)


def test_a_regions_edition_may_name_its_members_and_no_other_place(tmp_path):
    made = made_up_root(tmp_path)
    region = "regions/sagan/2022.yml"
    assert not copied(made, "title: Om Luftnäs 2022, publisher: Sagoförbundet, judged_by: Gruppen", region)
    [line] = copied(made, "title: Läget 2022, publisher: Nollstad, judged_by: Gruppen", region)
    assert "publisher: 'Nollstad' names Nollstad in the file of Sagoförbundet" in line


def test_a_regions_edition_may_name_who_gives_it_out_in_the_catalogue(tmp_path):
    made = made_up_root(tmp_path)
    regions = made.paths.catalog / "regions.yml"
    other = {"name": "Nollstads län", "members": ["9901"], "publisher": "Sagoförbundet"}
    entries = yaml.safe_load(regions.read_text("utf-8"))["regions"] | {"lanet": other}
    regions.write_text(yaml.safe_dump({"regions": entries}, allow_unicode=True), "utf-8")
    basis = "title: Läget 2022, publisher: Sagoförbundet, judged_by: Sagoförbundet"
    assert not copied(made, basis, "regions/lanet/2022.yml")


def test_a_situation_judged_for_another_member_is_warned_of(copy):
    written(copy, "Lugnt.")
    path = copy.paths.assessments / "regions" / "sagan" / "2022.yml"
    path.write_text(
        path.read_text("utf-8").replace("judged_by: Gruppen\n    text", "judged_by: Om Luftnäs\n    text"), "utf-8"
    )
    [line] = copied_editions(copy.paths, copy.catalog, load_places(copy.paths))
    assert "situations.0.judged_by: 'Om Luftnäs' names Luftnäs" in line


def repeats(made: Copy, values: dict[str, tuple[float, ...]], series: str = "N02797") -> list[str]:
    made.fetched(series, {(p, 2020 + n): v for p, row in values.items() for n, v in enumerate(row)})
    return repeated_values(current(made.table()), made.catalog)


def test_a_measure_whose_places_all_repeat_three_years_is_warned_of(tmp_path):
    [line] = repeats(made_up_root(tmp_path), {"9901": (7.1, 8.3, 8.3, 8.3), "9902": (6.2, 5.5, 5.5, 5.5)})
    assert "neither_in_work_nor_study: 2 of 2 places have the same value in 2021, 2022 and 2023." in line
    assert "'every: 4'" in line


@pytest.mark.parametrize(
    "values",
    [
        {"9901": (7.1, 8.3, 8.3, 8.4), "9902": (5.5, 5.5, 5.6, 5.6)},  # two equal years happen
        {"9901": (8.3, 8.3, 8.3), "9902": (5.5, 5.6, 5.7), "9903": (1.5, 1.6, 1.7)},  # one place of three
        {"9901": (8.3, 8.3, 8.3), "9902": (5.5, 5.6, 5.7)},  # half is not most
        {"9901": (0.0, 0.0, 0.0, 7.5), "9902": (0.0, 0.0, 0.0, 5.5)},
    ],
)
def test_chance_and_zeros_are_not_warned_of(tmp_path, values):
    assert not repeats(made_up_root(tmp_path), values)


def test_a_year_between_that_has_no_value_ends_the_row_of_equal_ones(tmp_path):
    made = made_up_root(tmp_path)
    made.fetched("N02797", {("9901", year): 8.3 for year in (2018, 2020, 2022)})
    assert not repeated_values(current(made.table()), made.catalog)


def test_a_surveys_whole_numbers_are_looked_at_and_a_registers_are_not(tmp_path):
    standing = {"9901": (80.0, 80.0, 80.0)}
    (survey, register) = (made_up_root(tmp_path / kind) for kind in ("survey", "register"))
    assert "recommends_moving_here: 1 of 1 places" in repeats(survey, standing, "N00670")[0]
    assert not repeats(register, standing, "N02797")


def test_whole_numbers_and_what_says_every_are_not_warned_of(tmp_path):
    made = made_up_root(tmp_path)
    assert made.catalog.indicators["low_economic_standard_children"].whole_numbers
    assert made.catalog.indicators["unsafe_at_night"].every == 2
    standing = {"9901": (8.0, 8.0, 8.0), "9902": (5.0, 5.0, 5.0)}
    assert not repeats(made, standing, "N66077")
    assert not repeats(made, standing, "N07609")


def test_the_check_of_claims_has_the_warnings(tmp_path):
    made = made_up_root(tmp_path)
    repeats(made, {"9901": (8.3, 8.3, 8.3)})
    [line] = claim_check(made.paths, made.catalog).warnings
    assert "neither_in_work_nor_study" in line
