"""Files damaged by the dice: bytes cut, doubled and overwritten; workbooks also inside, where openpyxl reads them."""

import io
import random
import re
import struct
import zipfile
from datetime import datetime

import openpyxl

CSV = b"indicator,year,sex,value,count\nfeels_well,2022,T,74.1,430\nfeels_well,2022,K,71.5,201\n"
SHEET, STYLES, TEXTS, BOOK = (f"xl/{name}.xml" for name in ("worksheets/sheet1", "styles", "sharedStrings", "workbook"))
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TEXTS_KIND = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
JUNK = [b'"', b";", b",", b"\n", b"\r", b"\t", b"-", b"\xff", b"\x00", b"\xe5", b"9", b"x", b"="]


def damaged(content: bytes, dice: random.Random) -> bytes:
    """`content` with one to five places cut out, doubled, or overwritten."""
    for _ in range(dice.randint(1, 5)):
        at = dice.randrange(len(content) + 1)
        until = min(len(content), at + dice.randint(0, 12))
        middle = dice.choice([b"", content[at:until] * 2, dice.choice(JUNK), bytes([dice.randrange(256)])])
        content = content[:at] + middle + content[until:]
    return content


def workbook() -> bytes:
    """A whole workbook with what people's have: two sheets, a title, a formula, a date, a format, merged cells."""
    book = openpyxl.Workbook()
    book.active.append(["Elevhälsa 2022"])
    book.active.append(["indicator", "year", "sex", "value", "count"])
    book.active.append(["feels_well", 2022, "T", 74.1, 430])
    book.active.append(["feels_well", 2022, "K", 71.5, "=200+1"])
    book.active["D3"].number_format = "0.0"
    book.active.merge_cells("A1:E1")
    other = book.create_sheet("Om filen")
    other.append([datetime(2024, 5, 9), "Påhittat", 0.5, True])
    other["C1"].number_format = "0%"
    other.sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    with zipfile.ZipFile(content) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return packed(with_shared_texts(members))


def with_shared_texts(members: dict[str, bytes]) -> dict[str, bytes]:
    """The members as Excel has them: the first sheet's texts in a file of their own, by number, and a result."""
    texts: list[bytes] = []

    def number(match: re.Match) -> bytes:
        texts.append(match[1])
        return b't="s"><v>%d</v></c>' % (len(texts) - 1)

    sheet = re.sub(rb't="inlineStr"><is>(.*?)</is></c>', number, members[SHEET].replace(b"<v></v>", b"<v>201</v>"))
    shared = b'<sst xmlns="%s">%s</sst>' % (MAIN, b"".join(b"<si>%s</si>" % text for text in texts))
    kind = b'<Override PartName="/%s" ContentType="%s"/></Types>' % (TEXTS.encode(), TEXTS_KIND)
    types = members["[Content_Types].xml"].replace(b"</Types>", kind)
    return members | {SHEET: sheet, TEXTS: shared, "[Content_Types].xml": types}


DEEP = b"<a>" * 50_000
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "' + b"a" * 9999 + b'"><!ENTITY b "' + b"&a;" * 999 + b'">'
INSIDE = [  # member, what is replaced there, with what
    (SHEET, b'<c r="A3"', b'<c r="XFD1048576"'),
    (SHEET, b'<c r="A3"', b'<c r="ZZZZ3"'),
    (SHEET, b'<c r="A3"', b'<c r="A0"'),
    (SHEET, b'<c r="A3"', b'<c r="3"'),
    (SHEET, b'<row r="4"', b'<row r="3"'),
    (SHEET, b'<row r="4"', b'<row r="-4"'),
    (SHEET, b'<row r="4"', b'<row r="1e99"'),
    (SHEET, b' t="s"', b' t="b"'),
    (SHEET, b' t="s"', b' t="d"'),
    (SHEET, b' t="s"', b' t="e"'),
    (SHEET, b' t="s"', b' t="inlineStr"'),
    (SHEET, b"<v>0</v>", b"<v>99999</v>"),
    (SHEET, b"<v>0</v>", b"<v>x</v>"),
    (SHEET, b"<v>430</v>", b"<v>" + b"9" * 5000 + b"</v>"),
    (SHEET, b"<v>430</v>", b"<v>" + b"9" * 400 + b"</v>"),
    (SHEET, b"<v>2022</v>", b"<v>1e999</v>"),
    (SHEET, b"<f>200+1</f>", b'<f t="shared" si="0"/>'),
    (SHEET, b"<f>200+1</f>", b'<f t="array">200+1</f>'),
    (SHEET, b"<f>200+1</f>", b'<f t="dataTable" r1="x"/>'),
    (SHEET, b"<v>2022</v>", b"<v>2022</v>" + DEEP),
    (SHEET, b"<sheetData>", b"<sheetData><sheetData>"),
    (SHEET, b'<mergeCell ref="A1:E1"', b'<mergeCell ref="A1:XFD1048576"'),
    (STYLES, b"<cellXfs", b"<cellXfz"),
    (STYLES, b'numFmtId="', b'numFmtId="9'),
    (STYLES, b"<fonts", DEEP + b"<fonts"),
    (TEXTS, b"<si>", b"<si/>"),
    (TEXTS, b"<sst ", ENTITIES + b"]><sst b='&b;' "),
    (BOOK, b'sheetId="1"', b'sheetId="x"'),
    (BOOK, b'r:id="rId1"', b'r:id="rId99"'),
    (BOOK, b'state="visible"', b'state="seen"'),
    (BOOK, b'name="Sheet"', b'name="Om filen"'),
]


def damaged_workbook(dice: random.Random) -> bytes:
    """A workbook with one damage: to the archive's bytes, to a file in it, by leaving one out, or by a false size."""
    whole = workbook()
    kind = dice.choice(["bytes", "member", "inside", "inside", "without", "size"])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = dice.choice(sorted(members))
    if kind == "bytes":
        return damaged(whole, dice)
    if kind == "without":
        del members[name]
    elif kind == "member":
        members[name] = damaged(members[name], dice)
    elif kind == "inside":
        name, old, new = dice.choice(INSIDE)
        members[name] = members[name].replace(old, new)
    content = packed(members)
    return with_size(content, name, dice.choice([0, 10, 2**31])) if kind == "size" else content


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of the members."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def with_size(archive: bytes, member: str, size: int) -> bytes:
    """`archive` that says of one member that it unpacks to `size` bytes."""
    at = archive.rindex(b"PK\x01\x02", 0, archive.rindex(member.encode()))
    return archive[: at + 24] + struct.pack("<I", size) + archive[at + 28 :]
