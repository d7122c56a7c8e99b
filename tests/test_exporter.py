import json
import re
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from lxml import html
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook, new_output

from lagesbild.html.components import Column, DataTable, Part
from lagesbild.html.render import MIME, Component, bare_html, figure_component, lab_style, part_component, rendered
from lagesbild.look import DARK, TOKENS
from lagesbild.publishing.cells import records_of
from lagesbild.publishing.checks import UnfitPageError
from lagesbild.publishing.pages import ReportExporter, Site, download_of, page_and_images, write_assets
from lagesbild.publishing.run import Run
from made_up_page import CARD, FIGURE, FRAME, HOSTILE, cell, chapter, notebook, page_html, result, shown


def page(*cells, frame=FRAME):
    return page_html(notebook(*cells), frame)


def texts_of(source: str, path: str) -> list[str]:
    """Texts and attributes that a path ends with."""
    return [str(text) for text in html.fromstring(source).xpath(path)]


def texts(source: str, path: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in html.fromstring(source).xpath(path)]


def test_the_entry_point_names_this_exporter():
    found = {entry.name: entry for entry in entry_points(group="nbconvert.exporters")}
    assert found["lagesbild"].load() is ReportExporter


def test_the_same_content_gives_the_same_bytes():
    first, second = chapter(FIGURE.svg), chapter(FIGURE.svg)
    assert [c.id for c in first.cells] != [c.id for c in second.cells]
    assert page_html(first, FRAME) == page_html(second, FRAME)


def test_readers_see_what_cells_show_and_nothing_of_how():
    source = page(
        cell(result(text_html="<p>Visas</p>", text_plain="repr()")),
        cell(
            new_output("stream", name="stdout", text="printed"),
            new_output("stream", name="stderr", text="warned"),
        ),
        cell(result(text_plain="bare value")),
        cell(result(text_html="<p>for the analyst</p>"), tags=("analyst",)),
        new_markdown_cell("Skrivet *här*."),
    )
    assert "<p>Visas</p>" in source
    assert "Skrivet <em>här</em>." in source
    for hidden in (
        "secret_code",
        "repr()",
        "printed",
        "warned",
        "bare value",
        "for the analyst",
        "In&nbsp;",
        "In [",
    ):
        assert hidden not in source


def test_a_drawing_reaches_the_page_unchanged():
    drawing = '<svg class="chart" role="img" viewBox="0 0 1 1"><clipPath id="c"/><use href="#c"/></svg>'
    assert drawing in page(shown(figure_component(replace(FIGURE, svg=drawing))))


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (new_output("error", ename="KeyError", evalue="'0000'", traceback=[]), "KeyError: '0000'"),
        (result(text_html='<img src="a.png">'), "without a description"),
        (result(image_png="aGVq"), "shows a picture without a description. End the cell with show_plot("),
        (result(image_svg_xml="<svg/>", text_plain="<Figure>"), "End the cell with show_plot("),
        (result(text_plain="[<component figure a>, <component figure b>]"), "ends with several components"),
        (result(text_html="<picture><source srcset='a.png'></picture>"), "<picture> in a cell"),
        (result(text_html="<video poster='a.png'></video>"), "<video> in a cell"),
        (result(text_html="<input type='image' src='a.png'>"), "<input> in a cell"),
        (result(text_html="<svg><image href='a.png'/></svg>"), "<image> in a cell"),
        (result(text_html="<p><meta http-equiv='refresh' content='0'></p>"), "<meta> in a cell"),
        (
            result(text_html='<img src="a.png" alt="No description has been provided for this image">'),
            "description",
        ),
        (result(text_html='<img src="a.png" alt=" ">'), "Write what it shows: ![what it shows](file)"),
        (result(text_html='<img src="a.png" srcset="b.png 2x" alt="a">'), "an image with a srcset (a.png)"),
        (result(text_html='<img src=a.png alt="a">'), "an image without a src in quotes"),
        (result(text_html="<script>1</script>"), "<script>"),
        (result(text_html="<style>p{}</style>"), "<style>"),
        (result(text_html=pd.DataFrame({"a": [1]})._repr_html_()), "Show the table with show_table(frame, caption)"),
        (result(text_html='<tr style="color: red"></tr><p style="color: red">x</p>'), "style=...>"),
        (result(text_html='<p onclick="f()">x</p>'), "onclick=...>"),
        (result(text_html="<h1>Två</h1>"), "2 headings of level one"),
        (result(text_html='<p id="a">1</p><p id="a">2</p>'), "'a' stands twice"),
    ],
)
def test_a_page_that_readers_could_not_use_is_refused_by_name(output, said):
    with pytest.raises(UnfitPageError) as refused:
        page(cell(output))
    assert said in str(refused.value)
    assert "page 'Trygga torg'" in str(refused.value)


def test_a_picture_that_says_what_it_shows_is_on_the_page():
    described = new_output("display_data", {"image/png": "aGVq"}, metadata={"image/png": {"alt": "Torget"}})
    assert texts_of(page(cell(described)), "//img/@alt") == ["Torget"]


def recorded(text: str, **record) -> NotebookNode:
    """A cell that shows a component with this text and record."""
    return shown(Component(f"<p>{text}</p>", {"kind": "passage", **record}))


def paragraphs(*cells) -> list[str]:
    return texts_of(page_html(new_notebook(cells=list(cells)), FRAME), "//main//p/text()")


HEAD = shown(Component("<h1>Torg</h1>", {"kind": "passage", "parameters": {"year": 2024}}))


def test_a_component_that_stands_first_is_moved_behind_the_header_and_several_keep_their_order():
    cells = [recorded("inledning"), HEAD, recorded("a"), *(recorded(text, first=True) for text in ("b", "c"))]
    assert paragraphs(*cells, recorded("d", first=False)) == ["inledning", "b", "c", "a", "d"]
    stored = [bare_html(cell.outputs[0].data["text/html"]) for cell in cells[2:]]
    assert stored == ["<p>a</p>", "<p>b</p>", "<p>c</p>"]


def test_a_component_that_ends_the_page_drops_what_comes_after_it_also_what_would_stand_first():
    cells = [HEAD, recorded("a"), recorded("slut", ends_page=True), recorded("b"), recorded("c", first=True)]
    assert paragraphs(*cells) == ["a", "slut"]
    records = records_of(new_notebook(cells=cells))
    assert [record.get("ends_page", False) for record in records] == [False, False, True]


def test_what_an_analyst_keeps_to_herself_is_recorded_nowhere():
    kept = recorded("b", ends_page=True)
    kept.metadata.tags = ["analyst"]
    assert paragraphs(HEAD, recorded("a"), kept, recorded("c")) == ["a", "c"]
    assert len(records_of(new_notebook(cells=[HEAD, kept]))) == 1


def test_a_component_is_stored_once_beside_a_short_repr():
    kinds, _ = DisplayFormatter().format(figure_component(FIGURE))
    assert len(kinds["text/plain"]) < 80
    assert all(word in kinds["text/plain"] for word in ("figure", "figur-1", "Otrygga på torget"))
    assert json.dumps(kinds).count(json.dumps(FIGURE.svg)[1:-1]) == 1
    assert set(kinds) == {"text/plain", "text/html", MIME}


def test_what_jupyterlab_needs_around_components_is_not_on_the_page_and_comes_once_a_notebook():
    run = new_notebook(cells=[HEAD, recorded("a"), shown(figure_component(FIGURE))])
    stored = [component.outputs[0].data["text/html"] for component in run.cells]
    assert all(text.startswith('<div class="lagesbild">') for text in stored)
    assert [text.count("<style") for text in stored] == [1, 0, 0]
    page = page_html(run, FRAME)
    assert '<main id="innehall" tabindex="-1">\n<h1>Torg</h1>' in page
    assert 'class="lagesbild"' not in page
    assert "<style" not in page


def test_a_style_of_an_analysts_own_in_a_component_is_refused():
    with pytest.raises(UnfitPageError, match="<style>"):
        page(recorded("a<style>p { color: red }</style>"))


def test_the_style_for_jupyterlab_needs_no_file_and_reaches_components_only():
    style = lab_style()
    assert re.findall(r"url\((?!data:font/woff2;base64,)", style) == []
    assert style.count("{") == style.count("}")
    outer = style.partition(">")[2].rpartition("<")[0]
    while "{" in outer:
        outer = re.sub(r"\{[^{}]*\}", "|", outer)
    heads = [head.strip() for head in outer.split("|") if head.strip()]
    kept = (".lagesbild", "@font-face", '[data-jp-theme-light="false"] .lagesbild', ":where([fill=", ":where([stroke=")
    assert len(heads) > 40
    assert [head for head in heads if not head.startswith(kept)] == []


def test_a_download_is_written_from_the_values_or_from_the_text_that_was_made():
    values = {"columns": ["name", "value"], "headers": ["plats", "värde"], "rows": [["Påhittsby", 1.5], ["=Å", None]]}
    assert download_of({"values": values}) == "\ufeffplats;värde\r\nPåhittsby;1,5\r\n'=Å;\r\n"
    assert download_of({"values": values, "download_text": "BEGIN:VCALENDAR"}) == "BEGIN:VCALENDAR"


PNG, SVG = (
    b"\x89PNG\r\n\x1a\nkarta",
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>',
)


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder of notebooks with images in it and beside it."""
    notebooks = tmp_path / "notebooks"
    (notebooks / "bilder").mkdir(parents=True)
    plain = SVG.format('<style>p { fill: url(#a) }</style><a id="a" xlink:href="#b"/><path style="fill:url(\'#a\')"/>')
    files = {"karta.png": PNG, "Karta över torg.JPG": b"\xff\xd8\xffx", "k.webp": b"RIFF", "k.svg": plain.encode()}
    for name, content in {**files, "lfs.png": b"version https://git-lfs"}.items():
        (notebooks / "bilder" / name).write_bytes(content)
    (tmp_path / "utanfor.png").write_bytes(PNG)
    (notebooks / "bilder" / "lank.png").symlink_to(tmp_path / "utanfor.png")
    return notebooks


def test_images_of_the_notebooks_folder_are_copied_with_the_page_under_a_name_of_their_content(folder):
    text = (
        "![Karta](bilder/karta.png)\n\n![Torg](<bilder/Karta över torg.JPG>)\n\n![Igen](./bilder/../bilder/karta.png)"
    )
    inline = result(
        text_html="<p><img class=\"a\" alt='a > \"b\"'\n src='bilder/k.svg'><img src=\"bilder/k.webp\" alt='w'></p>"
    )
    source, images = page_and_images(notebook(new_markdown_cell(text), cell(inline)), FRAME, folder)
    links = texts_of(source, "//img/@src")
    assert [re.sub(r"-[0-9a-f]{12}\.", ".", link) for link in links] == [
        "media/karta.png", "media/karta-over-torg.jpg", "media/karta.png", "media/k.svg", "media/k.webp",
    ]  # fmt: skip
    assert links[0] == links[2]
    assert set(links) == set(images)
    assert images[links[0]] == PNG
    assert texts_of(source, "//img/@alt") == ["Karta", "Torg", "Igen", 'a > "b"', "w"]


def test_another_image_of_the_same_name_has_another_name_beside_the_page(folder):
    [before], [after] = (list(copied(folder, "![Karta](bilder/karta.png)", PNG + end)) for end in (b"1", b"2"))
    assert before != after


def copied(folder: Path, markdown: str, content: bytes | None = None) -> dict[str, bytes]:
    """The images of a page with this text; with `content` after karta.png was changed."""
    if content is not None:
        (folder / "bilder" / "karta.png").write_bytes(content)
    return page_and_images(notebook(new_markdown_cell(markdown)), FRAME, folder)[1]


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("bilder/krta.png", "the image 'bilder/krta.png' is missing. Save the file there"),
        ("../utanfor.png", "the image '../utanfor.png' lies outside the notebooks' folder. Save the file in it"),
        ("bilder/lank.png", "lies outside the notebooks' folder"),
        ("/etc/karta.png", "does not lie beside the notebook. Save the file there"),
        ("https://example.org/karta.png", "the image 'https://example.org/karta.png' does not lie beside the notebook"),
        ("//example.org/karta.png", "does not lie beside the notebook"),
        ("javascript:1", "does not lie beside the notebook"),
        ("C:/bilder/karta.png", "does not lie beside the notebook"),
        ("bilder/karta.gif", "Save it as one of .png, .jpg, .jpeg, .webp, .svg."),
        ("bilder/lfs.png", "is no .png inside"),
        ("bilder", "is of a kind that is not copied"),
    ],
)
def test_an_image_that_cannot_be_copied_is_refused_with_file_and_remedy(folder, link, said):
    with pytest.raises(UnfitPageError) as refused:
        copied(folder, f"![Karta]({link})")
    assert said in str(refused.value)
    assert str(refused.value).startswith("page 'Trygga torg': ")


def test_an_image_of_the_folder_without_alternative_text_is_refused(folder):
    with pytest.raises(UnfitPageError, match=r"without a description \(bilder/karta.png\). Write what it shows"):
        copied(folder, "![](bilder/karta.png)")


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script/>", "holds <script>"),
        ("<foreignObject/>", "holds <foreignobject>"),
        ('<path onload="f()"/>', "runs something (onload)"),
        ('<set attributeName="xlink:href" to="x"/>', "runs something"),
        ('<image xlink:href="https://example.org/a.png"/>', "refers to 'https://example.org/a.png'"),
        ('<image href="b.png"/>', "refers to 'b.png'"),
        ('<path fill="url(b.svg#a)"/>', "refers to 'url(b.svg#a)'"),
        ("<path style=\"fill: url( 'b.svg#a')\"/>", "refers to"),
        ("<style>@import 'b.css';</style>", "has a style that refers to another file"),
        ("<style>p { fill: \\75rl(b) }</style>", "has a style that refers to another file"),
        ("<p", "is no SVG ("),
    ],
)
def test_an_svg_that_runs_or_fetches_something_is_refused(folder, inside, said):
    (folder / "bilder" / "k.svg").write_text(SVG.format(inside), "utf-8")
    with pytest.raises(UnfitPageError) as refused:
        copied(folder, "![Karta](bilder/k.svg)")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "text", ["<html/>", "<!DOCTYPE svg [<!ENTITY a SYSTEM 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>"]
)
def test_what_is_no_svg_by_itself_is_refused(folder, text):
    (folder / "bilder" / "k.svg").write_text(text, "utf-8")
    with pytest.raises(UnfitPageError, match="is no SVG by itself"):
        copied(folder, "![Karta](bilder/k.svg)")


def test_an_svg_in_another_encoding_is_refused(folder):
    text = "<?xml version='1.0' encoding='utf-16'?><svg xmlns='http://www.w3.org/2000/svg'/>"
    (folder / "bilder" / "k.svg").write_bytes(text.encode("utf-16"))
    with pytest.raises(UnfitPageError, match="is not written in UTF-8"):
        copied(folder, "![Karta](bilder/k.svg)")


def test_an_image_that_is_attached_to_its_cell_stays_in_the_page():
    attached = new_markdown_cell("![Karta](attachment:karta.png)", attachments={"karta.png": {"image/png": "aGVq"}})
    assert texts_of(page(attached), "//img/@src") == ["data:image/png;base64,aGVq"]


def test_two_pages_that_offer_other_rows_under_one_name_are_refused(tmp_path):
    site = Site(tmp_path / "site", tmp_path, {name: replace(FRAME, title=name) for name in ("a", "b", "c")})

    def added(page: str, text: str, name: str = "tal.csv") -> Run:
        run = new_notebook(cells=[HEAD, recorded(page, download_name=name, download_text=text)])
        return site.add(Run(page, "ok", 0.0, notebook=run))

    assert [added(page, text).state for page, text in (("a", "1"), ("b", "1"))] == ["ok", "ok"]
    clash = added("c", "2")
    assert clash.state == "failed"
    assert "page 'c': another component offers other rows as tal.csv. Give one of them its anchor=." in clash.cause
    assert "'egna/tal.csv' is no file" in added("c", "1", "egna/tal.csv").cause
    site.finish(pd.DataFrame({"indicator": ["torg"], "place": ["9901"], "value": ["4.0000"]}))
    assert (tmp_path / "site" / "data" / "tal.csv").read_text("utf-8") == "1"
    assert (tmp_path / "site" / "key_figures.csv").read_text("utf-8") == "indicator,place,value\ntorg,9901,4.0000\n"


def test_a_page_without_a_title_is_refused():
    with pytest.raises(UnfitPageError, match="0 headings of level one"):
        page_html(new_notebook(cells=[new_markdown_cell("bara text")]), FRAME)


def test_no_page_tells_where_it_was_made():
    source = page(
        cell(result(text_html="<p>/srv/work/data/raw/a.csv, file:///srv/work and /srv/workshop/b</p>")),
        frame=replace(FRAME, root="/srv/work"),
    )
    assert "<p>data/raw/a.csv, file:// and /srv/workshop/b</p>" in source


def test_text_from_data_is_text():
    hostile = replace(FIGURE, title=HOSTILE, finding=HOSTILE, subtitle=HOSTILE, notes=(HOSTILE,))
    source = page(shown(figure_component(hostile)), frame=replace(FRAME, title=HOSTILE, place=HOSTILE))
    assert "<script>alert" not in source
    assert source.count("&lt;script&gt;alert") >= 7


def test_the_policy_lets_nothing_in_from_outside_or_inline():
    source = page_html(chapter(FIGURE.svg), FRAME)
    policy = html.fromstring(source).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.findall(r"""(?:href|src)=["'](?:https?:)?//""", source)


def test_the_page_is_swedish_and_has_one_title_and_its_landmarks():
    source = page_html(chapter(FIGURE.svg), FRAME)
    tree = html.fromstring(source)
    assert tree.get("lang") == "sv"
    assert texts(source, "//h1") == ["Trygga torg"]
    assert texts(source, "//head/title") == ["Trygga torg – Påhittsby 2024 – Lägesbild social hållbarhet"]
    assert texts(source, "//nav//a[@aria-current='page']") == ["Torg"]
    assert [len(tree.xpath(f"//body/{path}")) for path in ("header", "div/main", "footer")] == [1, 1, 1]
    assert "Publicerad" not in texts(source, "//footer")[0]  # an empty fact is left out


def test_the_contents_list_every_section_and_figures_by_their_title():
    source = page_html(chapter(FIGURE.svg), FRAME)
    links = html.fromstring(source).xpath("//nav[@class='contents']//a")
    listed = {link.get("href"): link.text_content() for link in links}
    assert listed["#Bakgrund"] == "Bakgrund"
    assert listed["#p-1"] == "1.1 Minskad otrygghet på torg"
    assert listed["#figur-1"] == "Figur 1. Otrygga på torget"
    assert all(html.fromstring(source).get_element_by_id(anchor[1:]) is not None for anchor in listed)


def test_a_headings_link_is_no_part_of_its_name():
    source = page(new_markdown_cell("## Om & kring"))
    assert texts(source, "//h2") == ["Om & kring"]
    assert html.fromstring(source).xpath("//a[@class='permalink']/@aria-label") == ["Länk till avsnittet Om & kring"]


def test_a_figures_heading_says_its_finding_and_a_cards_its_title():
    source = page(shown(figure_component(FIGURE)), shown(figure_component(CARD)))
    assert texts(source, "//h3") == ["Figur 1 12,5 procent är otrygga på torget", "Figur 2 Nöjda med torget"]
    assert html.fromstring(source).xpath("//a[@download]/@href") == ["data/figur-01.csv"]
    assert texts(source, "//figure[@id='figur-2']") == [
        "Figur 2 Nöjda med torget Uppgift saknas så läggs siffrorna in för Figur 2"
    ]
    assert html.fromstring(source).xpath("//figure[@id='figur-2']//a/@href")[1:] == ["underlaget.html#figur-2"]


def test_a_figures_name_is_its_number_and_its_titles_stand_in_one_layer():
    tree = html.fromstring(figure_component(replace(FIGURE, state="related", footnote="Ej alla.")).html)
    assert tree.get("aria-label") == "Figur 1"
    assert [part.tag for part in tree.xpath("./figcaption/*")] == ["h3", "p"]
    assert " ".join(tree.xpath("./figcaption/p")[0].text_content().split()) == (
        "Andel, procent. Påhittsby 2023. Samma mått"
    )
    assert [part.text for part in tree.xpath("./p[@class='notes']")] == ["Ej alla."]
    assert tree.xpath("./details//li/text()") == ["Frågan ställs vart annat år."]
    exact = html.fromstring(figure_component(FIGURE).html)
    assert exact.xpath("./figcaption//span") == []  # a badge only where another measure stands in
    assert exact.xpath("./details//dt/text()") == ["Samma mått", "Definition", "Metod"]
    assert "squares, 9901, 2024" not in exact.text_content()


def test_a_table_has_headers_with_scope_and_no_empty_ones():
    table = DataTable("Antal", (Column(""), Column("Torg", numeric=True)), (("2023", "4"), ("2024", "5")))
    tree = html.fromstring(part_component(Part("tabell", tables=(table,))).html)
    assert tree.xpath("//th/@scope") == ["col", "row", "row"]
    assert all(header.text_content().strip() for header in tree.xpath("//th"))
    assert [value.text for value in tree.xpath("//td[@class='numeric']")] == ["4", "5"]
    assert "Tecken i tabellen" not in part_component(Part("tabell", tables=(table,))).html


def test_a_judgement_never_stands_without_the_one_who_made_it():
    tree = html.fromstring(page_html(chapter(FIGURE.svg), FRAME))
    marks = tree.xpath("//span[contains(@class, 'mark ') or @class='mark']")
    makers = {"Kommunens bedömning", "Beräknat"}
    assert len(marks) == 11
    for mark in marks:
        beside = mark.getnext()
        if beside is None or beside.text not in makers:  # of a list of plans, said once above it or by the plan's name
            section = mark.xpath("ancestor::section[1]")[0].text_content()
            assert "Kommunens bedömning" in section, mark.text_content()


def test_a_failed_chapter_has_a_title_and_the_reason():
    source = rendered("failed.html", title="Torg", why="Filen saknas.")
    assert texts(source, "//h1") == ["Torg"]
    assert "Filen saknas." in source


def test_the_files_beside_the_pages_are_the_same_every_time_and_all_there(tmp_path):
    written = write_assets(tmp_path / "a")
    again = write_assets(tmp_path / "b")
    assert [file.read_bytes() for file in written] == [file.read_bytes() for file in again]
    style = (tmp_path / "a" / "style.css").read_text("utf-8")
    for address in re.findall(r"url\(([^)]+)\)", style):
        assert (tmp_path / "a" / address).is_file()
    assert "http" not in style


def test_every_colour_of_a_drawing_has_a_rule_that_dark_mode_changes(tmp_path):
    write_assets(tmp_path)
    style = (tmp_path / "style.css").read_text("utf-8")
    for name, colour in TOKENS.items():
        assert f'[fill="{colour}"] {{ fill: var(--{name}, {colour}); }}' in style
        assert f'[stroke="{colour}"] {{ stroke: var(--{name}, {colour}); }}' in style
        assert f"--{name}: {DARK[name]};" in style


def test_the_stylesheet_uses_only_colours_that_exist(tmp_path):
    write_assets(tmp_path)
    style = (tmp_path / "style.css").read_text("utf-8")
    assert set(re.findall(r"var\((--[\w-]+)\)", style)) <= set(re.findall(r"(--[\w-]+):", style))


def test_every_text_of_a_page_is_typeset_and_no_attribute():
    cell = new_markdown_cell(
        "Av 100 000 i 16-24 år - nästan 40 procent, U07-416, 2024-03-01. [Mer](https://x.se/2019-2022)"
    )
    source = page(cell)
    assert "Av 100\u00a0000 i 16–24 år – nästan 40\u00a0procent, U07-416, 2024-03-01." in source
    assert 'href="https://x.se/2019-2022"' in source
