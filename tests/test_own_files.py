"""What people's own files hold when they are used: damage, odd letters, wrong folders and units. Read, or refused.

The numbers I-20 to I-37 are those of the faults that were seen.
"""

import io
import itertools
import zipfile

import openpyxl
import pytest
from openpyxl.worksheet._reader import WorkSheetParser

from copies import Copy, made_up_root
from damage import INSIDE, SHEET, packed, with_size, workbook
from lagesbild.errors import Refusal
from lagesbild.sources import workbooks
from lagesbild.sources.cells import FileError
from lagesbild.sources.files import local_rows
from lagesbild.sources.raw import MisplacedFile, load_places, local_files
from lagesbild.tidy.own import own_file_warnings, own_rows
from test_cli import told

NAMES = {"9901": "Påhittsby", "9902": "Sagostad"}
HEADER = "indicator;year;sex;group;value\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Copy:
    """A made-up project, of which no test changes more than its own files."""
    return made_up_root(tmp_path_factory.mktemp("own"))


@pytest.fixture
def copy(root) -> Copy:
    """The project without own files."""
    for path in sorted(root.paths.local.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    return root


@pytest.fixture
def read(tmp_path):
    """`read(content, name="file.csv")`: the file's rows, its refusal where it is refused."""

    def rows(content: bytes | str, name: str = "file.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return local_rows(path, "9901", f"local/9901/{name}", NAMES)

    return rows


def refusal(read, content: bytes | str, name: str = "file.csv") -> str:
    with pytest.raises(FileError) as raised:
        read(content, name)
    return str(raised.value)


def said_of(copy: Copy) -> str:
    with pytest.raises(Refusal) as raised:
        own_rows(copy.paths, copy.catalog, load_places(copy.paths))
    return str(raised.value)


def warnings_of(copy: Copy) -> list[str]:
    return own_file_warnings(copy.paths, copy.catalog, load_places(copy.paths))


# Workbooks: damage, far cells, sizes, hidden sheets.


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    ("member", "old", "new"), [pytest.param(*each, id=f"I-20-{number}") for number, each in enumerate(INSIDE)]
)
def test_a_workbook_with_one_damage_inside_is_read_or_refused_with_its_name(read, member, old, new):
    members = members_of(workbook())
    assert old in members[member]
    members[member] = members[member].replace(old, new)
    try:
        rows, errors = read(packed(members), "file.xlsx"), []
    except FileError as error:
        rows, errors = None, error.errors
    assert all(line.startswith("local/9901/file.xlsx") for line in errors)
    assert errors or set(rows["indicator"]) == {"feels_well"}


def test_what_is_no_fault_of_the_file_is_not_taken_for_one(read, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(workbooks, "load_workbook", full)
    with pytest.raises(MemoryError):
        read(workbook(), "file.xlsx")


@pytest.mark.parametrize("far", ["D200000", "XFD1048576", "XFD2"])
def test_a_format_in_a_far_cell_costs_one_cell_more_and_not_all_before_it_i_21(read, monkeypatch, far):
    calls = itertools.count()
    parse = WorkSheetParser.parse_cell
    monkeypatch.setattr(WorkSheetParser, "parse_cell", lambda *given: (next(calls), parse(*given))[1])
    book = openpyxl.Workbook()
    for row in (["indicator", "year", "value"], ["feels_well", 2022, 50]):
        book.active.append(row)
    book.active[far].number_format = "0.00"
    book.active.merge_cells("E1:F2")
    book.active.merged_cells.ranges.pop().expand(right=16_000, down=1_000_000)
    content = io.BytesIO()
    book.save(content)
    assert read(content.getvalue(), "file.xlsx")["value"].tolist() == [50]
    assert next(calls) < 20


def test_a_member_that_unpacks_to_more_than_100_mb_is_refused_unread_i_22(read, monkeypatch):
    members = members_of(workbook())
    large = packed(members | {SHEET: members[SHEET] + b" " * 101_000_000})
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was unpacked"))
    message = refusal(read, large, "file.xlsx")
    assert message.startswith(f"local/9901/file.xlsx: unpacks to 101 MB, {SHEET} alone to 101; at most 100 are read.")
    assert "Copy the table's cells into a new workbook" in message


@pytest.mark.parametrize(
    ("size", "said"),
    [
        pytest.param(1000, "Bad CRC-32 for file", id="I-22-a-header-that-says-less-than-is-unpacked"),
        pytest.param(2**32 - 2, "unpacks to 4,295 MB", id="I-22-a-header-that-says-more"),
    ],
)
def test_a_size_that_is_a_lie_is_refused_and_no_more_than_it_is_unpacked(read, size, said):
    assert said in refusal(read, with_size(workbook(), SHEET, size), "file.xlsx")


def test_a_workbook_packed_in_another_way_than_excels_is_refused_i_22(read):
    assert "packed in another way" in refusal(read, packed(members_of(workbook()), zipfile.ZIP_LZMA), "file.xlsx")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"\xd0\xcf\x11\xe0" + bytes(512), "an old .xls file under another name, or loc", id="I-28-old"),
        pytest.param(HEADER.encode(), "no Excel workbook; a csv file must be named .csv. Open it", id="I-28-csv"),
    ],
)
def test_another_file_under_a_workbooks_name_is_refused_with_what_to_do(read, content, said):
    message = refusal(read, content, "file.xlsx")
    assert message.startswith(f"local/9901/file.xlsx: is {said}")
    assert message.endswith("Open it in Excel and save it as .xlsx, without a password.")


def test_a_column_filled_to_the_sheets_end_is_refused_before_all_of_it_is_held_i_22(read, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    assert "more than 3 rows hold something" in refusal(read, workbook(), "file.xlsx")


def test_a_workbook_of_the_kind_strict_open_xml_is_refused_with_what_to_do_i_20(read):
    names = {
        b"schemas.openxmlformats.org/spreadsheetml/2006/": b"purl.oclc.org/ooxml/spreadsheetml/",
        b"schemas.openxmlformats.org/officeDocument/2006/": b"purl.oclc.org/ooxml/officeDocument/",
    }
    strict = members_of(workbook())
    for old, new in names.items():
        strict = {name: content.replace(old, new) for name, content in strict.items()}
    said = refusal(read, packed(strict), "file.xlsx")
    assert "is Excel's kind Strict Open XML). Open it in Excel and save it as .xlsx" in said


@pytest.mark.parametrize(
    ("shown", "hidden", "said"),
    [
        pytest.param(0, 1, "file.xlsx [B, a hidden sheet]: no other sheet has the columns. Show it", id="I-36-only-it"),
        pytest.param(1, 1, "[A], local/9901/file.xlsx [B, a hidden sheet]. Keep one", id="I-36-one-of-two"),
        pytest.param(0, 0, "[B, a hidden sheet]: no column 'indicator'", id="I-36-none"),
    ],
)
def test_a_hidden_sheet_is_said_to_be_hidden(read, shown, hidden, said):
    book = openpyxl.Workbook()
    for sheet, is_table in ((book.active, shown), (book.create_sheet("B"), hidden)):
        for row in [["indicator", "year", "value"], ["a", 2024, 1]] if is_table else [["Om filen"]]:
            sheet.append(row)
    book.active.title = "A"
    book["B"].sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    assert said in refusal(read, content.getvalue(), "file.xlsx")


# Texts: quotes, signs that nobody sees, encodings, rows above the header, natural words.


@pytest.mark.parametrize(
    "header",
    [
        pytest.param('"' + HEADER, id="I-23-before-the-first-column"),
        pytest.param(HEADER.replace("value", '"value'), id="I-23-before-the-last"),
    ],
)
def test_a_stray_quote_in_the_header_of_a_large_csv_is_refused_with_its_row(read, header):
    message = refusal(read, header + "a;2024;T;x;1\n" * 12_000)
    assert message.startswith("local/9901/file.csv, row 1: broken csv (field larger than")
    assert "Look for a stray quotation mark there." in message


@pytest.mark.parametrize(
    ("sign", "said"),
    [
        pytest.param("\x01", "'För\\x01skola' holds U+0001", id="I-24-control-character"),
        pytest.param("\x1f", "U+001F", id="I-24-a-control-character-that-python-takes-for-space"),
        pytest.param("\u202e", "'För\\u202eskola' holds U+202E", id="I-25-right-to-left-override"),
        pytest.param("\u2067", "U+2067", id="I-25-right-to-left-isolate"),
        pytest.param("\ufffd", "U+FFFD", id="I-27-what-is-left-of-a-lost-letter"),
        pytest.param("\uffff", "U+FFFF", id="I-24-no-character"),
    ],
)
def test_a_sign_that_is_no_letter_is_refused_with_row_and_column(read, sign, said):
    message = refusal(read, f"{HEADER}a;2024;T;För{sign}skola;1\n")
    assert message.startswith("local/9901/file.csv, row 2, column 'group': ")
    assert said in message
    assert sign not in message or sign == "\ufffd"


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param("Fo\u0308rskola A", id="I-26-decomposed"),
        pytest.param("För\u200bskola A", id="I-26-zero-width-space"),
        pytest.param("För\u2060skola\u200d A", id="I-26-joiners"),
        pytest.param("För\u00adskola A", id="I-26-soft-hyphen"),
        pytest.param("\ufeffFörskola A", id="I-26-byte-order-mark"),
        pytest.param("Förskola\u00a0A", id="I-26-no-break-space"),
        pytest.param("\u200fFörskola A\u200e", id="I-25-direction-marks"),
    ],
)
def test_spellings_of_one_group_that_look_alike_are_one_group(read, spelling):
    assert read(f"{HEADER}a;2024;T;{spelling};1\n")["group"].tolist() == ["Förskola A"]
    twice = f"{HEADER}a;2024;T;{spelling};1\na;2024;T;Förskola A;1\n"
    assert "rows 2, 3: the same thing twice" in refusal(read, twice)


SHORT = f"{HEADER}a;2024;T;Förskola;1\n"
LONG = f"{SHORT}a;2024;K;Åk 7–9 på Östra skolan, Ängsvägen;2\n"
BROKEN = LONG.encode().replace("ö".encode(), b"\xc3", 1)


@pytest.mark.parametrize("text", [SHORT, LONG, f"{HEADER}a;2024;T;Café “Ü”;1\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_whose_encoding_is_certain_is_read_i_27(read, text, encoding):
    assert read(text.encode(encoding))["group"].tolist() == read(text)["group"].tolist()


@pytest.mark.parametrize(
    ("content", "row", "byte", "likely"),
    [
        pytest.param(BROKEN, 2, "42 of the file (0xC3)", "UTF-8 with a broken byte", id="I-27-one-broken-byte"),
        pytest.param(SHORT.encode().replace(b"\xc3", b""), 2, "42 of the file (0xB6)", "", id="I-27-half-a-letter"),
        pytest.param(SHORT.encode("mac_roman"), 2, "42 of the file (0x9A)", "mac_roman", id="I-27-mac-roman"),
        pytest.param(LONG.encode("mac_roman"), 2, "42 of the file (0x9A)", "mac_roman", id="I-27-mac-roman-long"),
        pytest.param(SHORT.encode("cp850"), 2, "42 of the file (0x94)", "cp850", id="I-27-cp850"),
        pytest.param(f"{HEADER}a;2024;T;Příliš žluťoučký;1\n".encode("cp1250"), 2, "42 ", "cp1250", id="I-27-cp1250"),
        pytest.param(f"{HEADER}a;2024;T;Väčšia;1\n".encode("cp1250"), 2, "42 ", "cp1250", id="I-27-cp1250-with-ä"),
        pytest.param(SHORT.encode("utf-16-le"), 2, "83 ", "utf_16_le", id="I-27-utf-16-without-mark"),
        pytest.param(SHORT.encode("utf-16")[:-1], 2, "103 ", "utf_16", id="I-27-utf-16-cut-off"),
        pytest.param(f"{HEADER}a;2024;T;7–9;1\n".encode("cp1252"), 2, "42 ", "", id="I-27-nothing-but-a-dash"),
    ],
)
def test_a_text_whose_encoding_is_not_certain_is_refused_with_the_place(read, content, row, byte, likely):
    message = refusal(read, content)
    assert message.startswith(f"local/9901/file.csv, row {row}: byte {byte}")
    assert f"The file may be {likely}" in message
    assert message.endswith("and save it anew as CSV UTF-8.")


@pytest.mark.parametrize(
    ("above", "row"),
    [
        pytest.param("Elevhälsa 2024;;;;\n", 3, id="I-35-a-title"),
        pytest.param("Elevhälsa 2024\n\nUppdaterad;maj\n", 5, id="I-35-titles-and-an-empty-row"),
        pytest.param("sep=;\n", 3, id="I-35-excels-separator"),
        pytest.param("sep=;\r\n", 3, id="I-35-excels-separator-and-line-end"),
    ],
)
def test_what_stands_above_the_header_is_no_row(read, above, row):
    assert read(f"{above}{SHORT}")["row"].tolist() == [row]
    assert f"row {row}, column 'year'" in refusal(read, f"{above}{SHORT}".replace("a;2024", "a;24"))
    assert f"no column 'value'; row {row - 1} holds 'indicator'" in refusal(
        read, f"{above}{SHORT}".replace("value", "valeu")
    )


def test_a_row_of_figures_above_the_header_is_refused_i_35(read):
    assert "row 1: figures above the columns' names. Move the row below them" in refusal(
        read, f"a;2023;T;Förskola;1\n{SHORT}"
    )


def test_a_title_above_the_header_of_a_workbook_is_no_row_i_35(copy):
    copy.own_file("own.xlsx", ("indicator", "year", "value"), ("feels_well", 2022, 50), header="Elevhälsa 2022")
    assert own_rows(copy.paths, copy.catalog, load_places(copy.paths))["value"].tolist() == [50]


@pytest.mark.parametrize(
    ("written", "sex"),
    [
        *(pytest.param(word, "K", id=f"I-34-{word}") for word in ("Flickor", "flicka", "Kvinnor", "KVINNA")),
        *(pytest.param(word, "M", id=f"I-34-{word}") for word in ("Pojkar", "pojke", "Män", "man")),
        *(pytest.param(word, "T", id=f"I-34-{word}") for word in ("Totalt", "Båda könen", "samtliga")),
        *(pytest.param(word, "T", id=f"I-34-{word}") for word in ("Kvinnor och män", "pojkar + flickor", "K/M")),
    ],
)
def test_the_sexes_are_read_by_their_natural_words(read, written, sex):
    assert read(f"{HEADER}a;2024;{written};;1\n")["sex"].tolist() == [sex]


def test_two_words_for_one_sex_are_not_both_sexes_i_34(read):
    assert "'flickor och kvinnor' is no sex" in refusal(read, f"{HEADER}a;2024;flickor och kvinnor;;1\n")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(name, id=f"I-34-{name}")
        for name in ("9902", "Sagostad", "sagostad kommun", "Sagostads kommun", "Sagostads", "9902 Sagostad kommun")
    ],
)
def test_a_place_is_read_by_its_natural_names(read, written):
    assert read(f"indicator;year;value;place\na;2024;1;{written}\n")["place"].tolist() == ["9902"]


def test_a_place_that_nobody_knows_is_refused_with_the_nearest_i_34(read):
    message = refusal(read, "indicator;year;value;place\na;2024;1;Sagosta kommun\n")
    assert "row 2, column 'place': 'Sagosta kommun' is no known place. Is Sagostad meant?" in message


# Files that nothing would read.


@pytest.mark.parametrize(
    ("name", "said"),
    [
        *(
            pytest.param(f"9901/own{kind}", f"files of the kind '{kind}' are not read. Save it as", id=f"I-28-{kind}")
            for kind in (".xls", ".ods", ".txt", ".tsv", ".xlsm", ".XLS", "")
        ),
        pytest.param("own.csv", "lies beside the municipalities' folders. Move it into one", id="I-28-too-high"),
        pytest.param("9901/sub/own.csv", "lies too deep. Move it up, into data/raw/local/9901/.", id="I-28-too-deep"),
        pytest.param("Påhittsby/own.csv", "Rename it, for example to data/raw/local/9901.", id="I-28-no-code"),
        pytest.param("9901/own.csv", "no column 'indicator', 'value', 'year'", id="I-28-empty"),
    ],
)
def test_a_file_that_nothing_would_read_is_refused(copy, name, said):
    path = copy.paths.local / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    message = said_of(copy)
    assert message.startswith(f"data/raw/local/{name}: ")
    assert said in message
    assert command(copy, "check") == (2, message)


def command(copy: Copy, *options: str) -> tuple[int, str]:
    """Exit code and output of a command about the project, run in this process."""
    code, said = told(*options, "--root", copy.paths.root)
    return code, said.strip()


def test_a_build_refuses_what_nothing_would_read_i_28(copy):
    copy.own_file("own.csv", ("feels_well", 2022, 50)).with_suffix(".ods").touch()
    code, said = command(copy, "build", "--municipality", "9901")
    assert code == 2
    assert said.endswith("files of the kind '.ods' are not read. Save it as .xlsx or as CSV UTF-8, or take it away.")


def test_a_file_with_a_header_and_no_row_is_refused_i_28(copy):
    copy.own_file("own.csv")
    assert said_of(copy).startswith("data/raw/local/9901/own.csv: has the columns' names and no row. Fill it in")


def test_every_file_that_nothing_would_read_is_named_at_once_i_28(copy):
    for name in ("9901/a.ods", "9901/b.xls", "c.csv"):
        path = copy.paths.local / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    with pytest.raises(MisplacedFile) as raised:
        local_files(copy.paths)
    assert len(str(raised.value).splitlines()) == 3


def test_what_editors_and_systems_leave_is_no_own_file_i_28(copy):
    own = copy.own_file("OWN.CSV", ("feels_well", 2022, 50))
    for name in ("README.md", ".gitkeep", "9901/~$own.xlsx", "9901/.~lock.own.csv#", "9901/own.csv~", "9901/README.md"):
        (copy.paths.local / name).touch()
    for name in ("Thumbs.db", ".ipynb_checkpoints/own.csv"):
        (own.parent / name).parent.mkdir(exist_ok=True)
        (own.parent / name).touch()
    assert local_files(copy.paths) == [own]
    assert warnings_of(copy) == []


def test_the_errors_of_all_files_are_told_at_once(copy):
    copy.own_file("a.csv", ("feels_well", "22", 50))
    copy.own_file("b.csv", ("feels_well", 2022, 101))
    assert [line.partition(":")[0] for line in said_of(copy).splitlines()] == [
        "data/raw/local/9901/a.csv, row 2, column 'year'",
        "data/raw/local/9901/b.csv, row 2",
    ]


# Units, wholes and years.

VALUE = "indicator,year,value"


@pytest.mark.parametrize(
    ("header", "row", "place"),
    [
        pytest.param(VALUE, ("violence_cases_opened", 2022, "2.987"), "row 2", id="I-30-value"),
        pytest.param(VALUE, ("violence_cases_opened", 2022, "2.000"), "row 2", id="I-30-no-decimals"),
        pytest.param(VALUE, ("violence_cases_opened", 2022, "2,987"), "row 2", id="I-30-comma"),
        pytest.param(VALUE, ("violence_cases_opened", 2022, "29.5"), "row 2", id="I-30-half-a-case"),
        pytest.param(f"{VALUE},count", ("feels_well", 2022, 50, "2.987"), "column 'count'", id="I-30-count"),
        pytest.param(f"{VALUE},count", ("feels_well", 2022, 50, "2.000"), "column 'count'", id="I-30-whole"),
    ],
)
@pytest.mark.parametrize("name", ["own.csv", "own.xlsx"])
def test_a_number_of_cases_with_a_mark_in_it_is_refused_and_not_hidden(copy, name, header, row, place):
    copy.own_file(name, row, header=header)
    message = said_of(copy)
    assert place in message
    assert f"'{row[-1]}'" in message
    assert "is no whole number. Write it like 2987 or 2 987" in message


def test_a_number_that_excel_keeps_as_one_is_held_against_its_unit_i_30(copy):
    copy.own_file("own.xlsx", ("violence_cases_opened", 2022, 2.987))
    assert "'2.987' of 'violence_cases_opened' (ärenden) is no whole number" in said_of(copy)
    copy.own_file("own.xlsx", ("violence_cases_opened", 2022, 2987))
    assert warnings_of(copy) == []


PERCENTS = [("can_influence_school", 2022, sex, value) for sex, value in (("K", "3"), ("M", "90"), ("T", "0,034"))]


def test_a_share_among_percents_is_a_warning_and_to_be_mended_under_strict_i_31(copy):
    copy.own_file("own.csv", *PERCENTS, header="indicator,year,sex,value")
    [warning] = warnings_of(copy)
    assert warning.startswith(
        "data/raw/local/9901/own.csv, row 4: '0,034' of 'can_influence_school' looks like a share"
    )
    assert warning.endswith("(the others are 3 to 90). If it is, write 3.4.")
    codes = {}
    for options in (["check"], ["check", "--strict"]):
        code, said = command(copy, *options)
        codes[options[-1]] = code
        assert f"Look at {warning}" in said
    assert codes == {"check": 0, "--strict": 1}


@pytest.mark.parametrize(
    ("values", "warned"),
    [
        ((0.74, 0.715, 0.78), 1),  # all of them: told once
        ((74.1, 71.5, 78.0), 0),
        ((0.4, 30.0, 90.0), 1),
        ((0.034, 12.0, 41.0), 1),  # no percent has three decimals
        ((0.03, 12.0, 41.0), 0),
        ((0.9, 1.2, 2.0), 0),  # small percents
        ((0.0, 30.0, 90.0), 0),
        ((0.5,), 0),  # nothing to hold it against
        ((0.034,), 1),  # but nobody publishes percents with three decimals
    ],
)
def test_only_what_would_fit_better_a_hundred_times_larger_is_taken_for_a_share_i_31(copy, values, warned):
    rows = [("feels_well", 2022, sex, value) for sex, value in zip("TKM", values, strict=False)]
    copy.own_file("own.csv", *rows, header="indicator,year,sex,value")
    assert len(warnings_of(copy)) == warned


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param(("58,6", "10,4", "20,5"), "add up to 89.5, not 100.", id="I-32-too-little"),
        pytest.param(("58,6", "10,4", "31,3"), "add up to 100.3, not 100.", id="I-32-too-much"),
        pytest.param(("33,3", "33,3", "33,3"), "", id="I-32-rounded"),
        pytest.param(("58", "11", "30"), "", id="I-32-rounded-to-whole-percents"),
        pytest.param(("58,6", "<5", "20,5"), "", id="I-32-one-is-hidden"),
        pytest.param(("58,6", "", "20,5"), "", id="I-32-one-is-missing"),
    ],
)
def test_groups_that_are_to_make_a_whole_are_refused_with_their_sum_when_they_do_not(copy, values, said):
    rows = [("families_by_income_standard", 2022, g, v) for g, v in zip(("Låg", "Mellan", "Hög"), values, strict=True)]
    copy.own_file("own.csv", *rows, header="indicator,year,group,value")
    if not said:
        assert warnings_of(copy) == []
        return
    message = said_of(copy)
    assert message.startswith(
        "data/raw/local/9901/own.csv, rows 2, 3, 4: the groups of 'families_by_income_standard' (2022"
    )
    assert said in message


def test_a_year_after_the_snapshots_latest_fetch_is_refused_i_33(copy):
    copy.own_file("own.csv", ("feels_well", 2025, 50))
    assert "row 2: the year 2025 is after 2024, when the official figures were fetched last." in said_of(copy)
    copy.own_file("own.csv", ("feels_well", 2024, 50))
    assert warnings_of(copy) == []
