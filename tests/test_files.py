"""Files of publishers and municipalities: a value is read rightly, or refused by name."""

import contextlib
import hashlib
import math
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild.catalog.models import FileColumns, PinnedFile
from lagesbild.sources.cells import FileError, RefusedError, number
from lagesbild.sources.files import COLUMNS, document_rows, local_rows, pinned_rows

NAMES = {"9901": "Påhittsby", "9902": "Sagostad", "0099": "Sagolän", "9903": "Tvilling", "9904": "Tvilling"}


@pytest.fixture
def text_file(tmp_path):
    def write(text: str, encoding="utf-8", name="file.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.fixture
def workbook(tmp_path):
    def write(*rows, formats=None, **others):
        book = openpyxl.Workbook()
        for sheet, lines in {"Blad1": rows, **others}.items():
            page = book.active if sheet == "Blad1" else book.create_sheet(sheet)
            page.title = sheet
            for row in lines:
                page.append(row)
        for cell, number_format in (formats or {}).items():
            book["Blad1"][cell].number_format = number_format
        path = tmp_path / "file.xlsx"
        book.save(path)
        return path

    return write


def refusal(read, *arguments) -> str:
    with pytest.raises(FileError) as raised:
        read(*arguments)
    return str(raised.value)


HEADER = "indicator;year;sex;value\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_every_encoding_line_end_and_separator_gives_the_same_rows(text_file, encoding, end, separator):
    lines = [
        ["Indicator", "YEAR", "Sex", "group", "Value"],
        ["lonely_pupils", "2024", "Kvinnor", "Årskurs 7", '"12,5"'],
        ["lonely_pupils", "2024", "män", "Årskurs 7", '"1 234,5"'],
    ]
    rows = local_rows(text_file(end.join(separator.join(line) for line in lines), encoding), "9901")
    assert rows["value"].tolist() == [12.5, 1234.5]
    assert rows["sex"].tolist() == ["K", "M"]
    assert rows["group"].tolist() == ["Årskurs 7"] * 2
    assert rows["place"].tolist() == ["9901"] * 2
    assert rows["row"].tolist() == [2, 3]
    assert list(rows.columns) == [*COLUMNS, "row", "written"]


@pytest.mark.parametrize(
    ("written", "value", "status"),
    [
        ("12,5", 12.5, ""),
        ("12.5", 12.5, ""),
        ("0", 0.0, ""),
        ("-3", -3.0, ""),
        ("\u22123,5", -3.5, ""),
        ("1 234 567", 1234567.0, ""),
        ("1\u00a0234,5", 1234.5, ""),
        ("1\u202f234", 1234.0, ""),
        ("", None, "missing"),
        ("..", None, "missing"),
        (".", None, "missing"),
        ("-", None, "missing"),
        ("<5", None, "hidden"),
        ("< 5", None, "hidden"),
    ],
)
def test_a_value_is_read_and_a_symbol_is_never_zero(text_file, written, value, status):
    row = local_rows(text_file(f"{HEADER}a;2024;T;{written}\n"), "9901").iloc[0]
    assert (None if row["value"] != row["value"] else row["value"]) == value
    assert row["status"] == status


@pytest.mark.parametrize(
    "written", ["12 5", "1,234,5", "1.234,5", "12%", "12 procent", "nan", "inf", "1_000", "<10", "tolv"]
)
def test_what_is_no_plain_number_is_refused_with_row_column_value_and_remedy(text_file, written):
    path = text_file(f"{HEADER}a;2024;T;1\na;2023;T;{written}\n")
    message = refusal(local_rows, path, "9901", "local/9901/file.csv")
    assert message.startswith(f"local/9901/file.csv, row 3, column 'value': '{written}' is no number. Write it like")


@given(st.decimals(-(10**9), 10**9, places=3), st.sampled_from([",", "."]), st.sampled_from(["", " ", "\u00a0"]))
def test_any_number_written_the_swedish_way_comes_back(value, mark, space):
    assert number(f"{value:,}".replace(",", "\n").replace(".", mark).replace("\n", space)) == float(value)


def test_decimal_comma_and_point_in_one_column_are_not_told_apart_by_guessing(text_file):
    message = refusal(local_rows, text_file(f"{HEADER}a;2023;T;12,5\na;2024;T;1.234\n"), "9901")
    assert "row 3, column 'value': decimal comma and decimal point in one column" in message


def test_a_decimal_comma_that_separates_cells_is_refused(text_file):
    message = refusal(local_rows, text_file("indicator,year,value\na,2024,12,5\n"), "9901")
    assert "row 2: 4 cells under 3 columns. Quote cells that hold the separator (a decimal comma?)" in message


def test_a_row_that_is_cut_off_is_refused_and_an_empty_one_is_not_a_row(text_file):
    assert "row 4: 2 cells under 4 columns" in refusal(local_rows, text_file(f"{HEADER}a;2024;T;1\n\na;2023\n"), "9901")
    assert local_rows(text_file(f"{HEADER}a;2024;T;1\n;;;\n\n"), "9901")["row"].tolist() == [2]


def test_rows_are_counted_as_an_editor_counts_them_after_a_cell_of_two_lines(text_file):
    path = text_file('indicator;year;group;value\na;2024;"Årskurs 7\noch 8";1\nA;2024;;1\n')
    assert "row 4, column 'indicator'" in refusal(local_rows, path, "9901")


def test_an_own_file_may_give_a_margin_and_one_of_0_is_none(text_file):
    path = text_file("indicator;year;value;margin\na;2022;41,5;3,2\na;2023;41,5;0\na;2024;41,5;\n")
    given, none, empty = local_rows(path, "9901")["margin"]
    assert given == 3.2
    assert none != none
    assert empty != empty


def test_optional_columns_may_be_left_out_and_their_empty_cells_have_a_meaning(text_file):
    path = text_file(
        "value;count;place;month;sex;indicator;year;status\n7;70;;;;a;2024;\n8;<5;0000;7;K;a;2024;preliminary\n"
    )
    first, second = local_rows(path, "9901").to_dict("records")
    assert (first["place"], first["month"], first["sex"], first["group"], first["count"]) == (
        "9901",
        0,
        "T",
        "",
        70,
    )
    assert (second["place"], second["month"], second["sex"], second["status"]) == (
        "0000",
        7,
        "K",
        "preliminary",
    )
    assert second["count"] != second["count"]


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("indicator;year;value;stauts", "a;2024;1;", "unknown column 'stauts'. Known: indicator"),
        ("indicator;year", "a;2024", "no column 'value'; the first row holds 'indicator', 'year'"),
        ("indicator;year;value;value", "a;2024;1;1", "the column 'value' stands twice"),
        ("indicator;year;value", "Barn;2024;1", "row 2, column 'indicator': 'Barn' is no indicator id"),
        ("indicator;year;value", "a;24;1", "row 2, column 'year': '24' is no year"),
        ("indicator;year;value;month", "a;2024;1;13", "row 2, column 'month': '13' is no month"),
        ("indicator;year;value;sex", "a;2024;1;kvinor", "row 2, column 'sex': 'kvinor' is no sex"),
        ("indicator;year;value;place", "a;2024;1;180", "row 2, column 'place': '180' is no place code"),
        ("indicator;year;value;status", "a;2024;1;okänd", "row 2, column 'status': 'okänd' is no status"),
        ("indicator;year;value;status", "a;2024;1;hidden", "'hidden' stands beside a value"),
    ],
)
def test_a_validation_error_is_refused_by_name(text_file, header, row, message):
    assert message in refusal(local_rows, text_file(f"{header}\n{row}\n"), "9901")


def test_a_wrong_column_is_refused_in_a_file_without_rows_too(text_file):
    assert "unknown column" in refusal(local_rows, text_file("indicator;year;value;note\n"), "9901")
    assert "no row. Fill it in, or take" in refusal(local_rows, text_file("indicator;year;value\n"), "9901")


def test_duplicates_are_refused_with_their_rows(text_file):
    path = text_file(f"{HEADER}a;2024;T;1\na;2024;K;1\na;2024;totalt;2\n")
    assert "rows 2, 4: the same thing twice (indicator a, place 9901, year 2024" in refusal(local_rows, path, "9901")


def test_all_errors_are_told_at_once_but_not_more_than_can_be_read(text_file):
    path = text_file(HEADER + "".join(f"a;{year};T;x\n" for year in range(1900, 1930)))
    errors = refusal(local_rows, path, "9901").splitlines()
    assert len(errors) == 21
    assert errors[-1] == "... and 10 more of the same file."


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"PK\x03\x04", "file.csv", "is an Excel workbook under another name. Rename it to .xlsx"),
        (b"a\x00b", "file.csv", "row 1: byte 2 of the file (0x00) cannot be read for certain"),
        (b"", "file.csv", "no column 'indicator', 'value', 'year'; the first row holds nothing"),
        (b"%PDF", "file.pdf", "files of the kind '.pdf' are not read"),
        (b"PK", "file.xlsx", "no readable Excel workbook"),
        (b'indicator;year;value\n"a;2024;1\n', "file.csv", "broken csv"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, content, name, message):
    path = tmp_path / name
    path.write_bytes(content)
    assert message in refusal(local_rows, path, "9901")
    assert "cannot be read" in refusal(local_rows, tmp_path / "none.csv", "9901")


def test_a_sheet_is_found_by_its_columns(workbook):
    path = workbook(
        ["Om filen"], ["Uppgifterna är påhittade"], data=[["indicator", "year", "value"], ["a", 2024, 12.5]]
    )
    assert local_rows(path, "9901")["value"].tolist() == [12.5]


def test_two_sheets_with_the_columns_are_refused(workbook):
    rows = [["indicator", "year", "value"], ["a", 2024, 1]]
    assert "several sheets have the columns: " in refusal(local_rows, workbook(*rows, Blad2=rows), "9901")


def test_codes_stay_text_in_a_workbook_and_a_number_for_a_place_is_refused(workbook):
    header = ["indicator", "year", "value", "place"]
    assert local_rows(workbook(header, ["a", 2024, 1, "0180"]), "9901")["place"].tolist() == ["0180"]
    message = refusal(local_rows, workbook(header, ["a", 2024, 1, 180]), "9901")
    assert "row 2, column 'place': '180' is a number, not a code. Format the column as text and write '0180'" in message


@pytest.mark.parametrize(
    ("value", "formats", "message"),
    [
        (0.125, {"C2": "0.0%"}, "'0.125' is shown as per cent"),
        ("=1+1", None, "is a formula without a result"),
        (True, None, "'True' is a truth value"),
        (datetime(2024, 5, 9), None, "was turned into a date by Excel"),
        ("#DIV/0!", None, "is an error of Excel's|is no number"),
    ],
)
def test_a_cell_that_shows_another_thing_than_it_holds_is_refused(workbook, value, formats, message):
    path = workbook(["indicator", "year", "value"], ["a", 2024, value], formats=formats)
    with pytest.raises(FileError, match=f"row 2, column 'value': .*({message})"):
        local_rows(path, "9901")


def test_a_document_table_says_on_which_page_each_value_stands(text_file):
    header = "indicator,place,year,month,sex,group,value,count,status,page\n"
    rows = document_rows(text_file(f"{header}a,9901,2021,0,T,,12.5,125,,s. 7\n"))
    assert rows[["place", "value", "count", "page"]].values.tolist() == [["9901", 12.5, 125.0, "s. 7"]]
    assert "no column 'page'" in refusal(document_rows, text_file("indicator,place,year,value\na,9901,2021,1\n"))
    assert "row 2, column 'place': '' is no place code" in refusal(
        document_rows, text_file(f"{header}a,,2021,0,T,,12.5,,,s. 7\n")
    )


# A publisher's file, as described in the catalogue.

PINNED = PinnedFile(
    path="saga/brott.csv",
    header_row=3,
    columns=FileColumns(place="Kommun", year="År", sex="Kön", value="Antal, totalt", count=None),
    missing=["..", ""],
    hidden=["<5", "x"],
)
CRIMES = "Sagobrott;;;\nUppdaterad 2024;;;\nKommun;År;Kön;Antal, totalt\n"


def test_a_publishers_file_is_read_by_its_names_and_its_own_symbols(text_file):
    path = text_file(f"{CRIMES}påhittsby;2023;Kvinnor;1 234\n9902 Sagostad;2023;Män;x\n9902;2022;Totalt;..\n", "cp1252")
    rows = pinned_rows(path, PINNED, "crime", NAMES)
    assert rows[["indicator", "place", "year", "sex", "status", "row"]].values.tolist() == [
        ["crime", "9901", 2023, "K", "", 4],
        ["crime", "9902", 2023, "M", "hidden", 5],
        ["crime", "9902", 2022, "T", "missing", 6],
    ]
    assert rows["value"].tolist()[0] == 1234


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Tvilling;2023;T;1", "row 4, column 'Kommun': 'Tvilling' may be any of 9903, 9904. Write the code"),
        ("Sagostaden;2023;T;1", "'Sagostaden' is no known place. Is Sagostad meant?"),
        ("9905;2023;T;1", "'9905' is no known place code"),
        ("9901 Sagostad;2023;T;1", "names another place than its code, which is Påhittsby"),
        ("180;2023;T;1", "'180' is no place code"),
        ("9901;2023;T;-", "row 4, column 'Antal, totalt': '-' is no number"),
        ("9901;2023;T;1\nPåhittsby;2023;T;1", "rows 4, 5: the same thing twice"),
    ],
)
def test_what_does_not_fit_the_catalogues_description_is_refused(text_file, row, message):
    assert message in refusal(pinned_rows, text_file(f"{CRIMES}{row}\n"), PINNED, "crime", NAMES)


def test_another_file_than_the_checked_one_is_refused(text_file):
    path = text_file(f"{CRIMES}9901;2023;T;1\n")
    right = PINNED.model_copy(update={"sha256": hashlib.sha256(path.read_bytes()).hexdigest().upper()})
    assert len(pinned_rows(path, right, "crime", NAMES)) == 1
    path.write_bytes(path.read_bytes().replace(b";1", b";2"))
    assert "saga/brott.csv: sha256 is " in refusal(pinned_rows, path, right, "crime", NAMES)


def test_another_header_row_or_sheet_than_described_is_refused(text_file, workbook):
    assert "no column 'antal, totalt', 'kommun', 'kön', 'år'; row 3 holds '9901'" in refusal(
        pinned_rows, text_file("Kommun;År;Kön;Antal, totalt\n\n9901;2023;T;1\n"), PINNED, "crime", NAMES
    )
    sheet = PINNED.model_copy(update={"sheet": "Tabell 2"})
    assert "no sheet 'Tabell 2'; there are Blad1" in refusal(pinned_rows, workbook(["x"]), sheet, "crime", NAMES)


def test_months_are_read_from_names_dates_and_joined_periods(workbook, text_file):
    monthly = FileColumns(place="Kommun", year="År", month="Månad", value="Antal")
    pinned = PinnedFile(path="saga/jobb.csv", columns=monthly)
    rows = pinned_rows(text_file("Kommun;År;Månad;Antal\n9901;2024;juli;1\n9901;2024;Aug.;2\n"), pinned, "jobs", NAMES)
    assert rows["month"].tolist() == [7, 8]
    joined = PinnedFile(
        path="saga/jobb.xlsx", columns=monthly.model_copy(update={"year": "Månad", "value": "Antal jobb"})
    )
    path = workbook(["Kommun", "Månad", "Antal\njobb"], ["9901", datetime(2024, 7, 1), 1], ["9901", "2024M08", 2])
    rows = pinned_rows(path, joined, "jobs", NAMES)
    assert rows[["year", "month"]].values.tolist() == [[2024, 7], [2024, 8]]


@given(st.one_of(st.text(max_size=8), st.from_regex(r"[0-9]{1,400}([eE][0-9]{1,4})?", fullmatch=True)))
def test_any_text_is_a_finite_number_or_refused(text):
    with contextlib.suppress(RefusedError):
        assert math.isfinite(number(text))
