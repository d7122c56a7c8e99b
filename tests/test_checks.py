"""What no reader could use in a notebook's markdown, raw cells and outputs: refused by cell, with the remedy."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from lxml import html
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook, new_raw_cell

from lagesbild.html.components import Passage
from lagesbild.html.render import Component, passage_component
from lagesbild.publishing.checks import UnfitPageError, refuse_unfit, without_folder
from lagesbild.publishing.checks import body_tree as tree_of
from lagesbild.publishing.frame import NavItem
from lagesbild.publishing.pages import Site, page_and_images
from lagesbild.publishing.run import Run
from made_up_page import FRAME, cell, notebook, page_html, result, shown

PNG = "iVBORw0KGgo="


def in_html(text: str) -> NotebookNode:
    return cell(result(text_html=text))


REFUSED = {  # id -> (the cell behind the title, its name in the message, what the message says)
    "I-43-missing-attachment": (
        new_markdown_cell("![Karta](attachment:k.png)"),
        'cell 2 ("![Karta](attachment:k.png)")',
        "missing attachment: k.png. Add the image to the cell once more",
    ),
    "I-43-attachment-in-html": (
        new_markdown_cell('<img src="attachment:k.png" alt="Karta">'),
        "cell 2",
        "the image 'attachment:k.png' does not lie beside the notebook. Save the file there",
    ),
    "I-43-unread-image": (
        new_markdown_cell("Torget:\n\n![Karta](en karta.png)"),
        'cell 2 ("Torget:")',
        "is no image as Markdown reads it. Write a name with blanks between <>",
    ),
    "I-43-local-image": (new_markdown_cell("![K](k.png)"), "cell 2", "the image 'k.png' is missing. Save the file"),
    "I-43-external-image": (
        new_markdown_cell("![K](https://example.org/k.png)"),
        "cell 2",
        "the image 'https://example.org/k.png' does not lie beside the notebook. Save the file there",
    ),
    "I-43-empty-alternative": (new_markdown_cell("![](k.png)"), "cell 2", "an image without a description (k.png)"),
    "I-43-javascript": (new_markdown_cell("[a](javascript:f)"), "cell 2", "a link to 'javascript:f', which readers"),
    "I-43-hidden-javascript": (in_html('<a href=" java&#10;script:f">a</a>'), "cell 2", "a link to 'javascript:f'"),
    "I-43-vbscript": (in_html("<a href='VBScript:f'>a</a>"), 'cell 2 ("secret_code()")', "a link to 'VBScript:f'"),
    "I-43-data": (new_markdown_cell("[a](data:text/html,b)"), "cell 2", "Link to https:// or to a page of the report"),
    "I-43-in-a-drawing": (in_html("<svg><a xlink:href='javascript:f'/></svg>"), "cell 2", "a link to 'javascript:f'"),
    "I-43-file": (new_markdown_cell("[a](file:///etc/passwd)"), "cell 2", "a link to 'file:///etc/passwd'"),
    "I-43-absolute": (new_markdown_cell("[a](/srv/plan.pdf)"), "cell 2", "which lies outside the report"),
    "I-43-host": (new_markdown_cell("[a](//example.org/)"), "cell 2", "which lies outside the report"),
    "I-43-above": (new_markdown_cell("[a](../plan.pdf)"), "cell 2", "which lies outside the report"),
    "I-43-quoted-above": (new_markdown_cell("[a](%2e%2e/plan.pdf)"), "cell 2", "which lies outside the report"),
    "I-43-share": (in_html(r"<a href='\\server\plan.pdf'>a</a>"), "cell 2", "which lies outside the report"),
    "I-43-dead-anchor": (
        new_markdown_cell("[a](#Läget)"),
        "cell 2",
        "a link to '#Läget', an anchor that is not there. Correct the anchor",
    ),
    "I-43-maths": (new_markdown_cell("Ytan är $x^2$."), 'cell 2 ("Ytan är $x^2$.")', "mathematics ('$x^2$.')"),
    "I-43-maths-in-a-block": (new_markdown_cell("$$\nx\n$$"), "cell 2", "which no page draws. Write it as text (x²,"),
    "I-43-maths-environment": (new_markdown_cell(r"\begin{equation}x\end{equation}"), "cell 2", "mathematics ("),
    "I-43-maths-in-html": (in_html("$x_1$<p>a</p>"), "cell 2", "mathematics ('$x_1$')"),
    "I-43-maths-shown": (cell(result(text_latex="$x^2$", text_plain="x")), "cell 2", "shows mathematics"),
    "I-43-raw": (new_raw_cell("<p>rått</p>"), 'cell 2 ("<p>rått</p>")', "is a raw cell, which would stand on the page"),
    "I-43-raw-html": (new_raw_cell("<b>a</b>", metadata={"raw_mimetype": "text/html"}), "cell 2", "is a raw cell"),
    "I-43-open-comment": (new_markdown_cell("Text.\n\n<!-- dold"), 'cell 2 ("Text.")', "Close what it opens: <!--"),
    "I-43-open-div": (new_markdown_cell("<div>a"), "cell 2", "its markup goes on after it"),
    "I-43-closed-twice": (in_html("<b>a</b></div>"), "cell 2", "its markup goes on after it"),
}


@pytest.mark.parametrize(("broken", "name", "said"), REFUSED.values(), ids=REFUSED)
def test_what_no_reader_could_use_is_refused_by_cell_with_the_remedy(broken, name, said):
    with pytest.raises(UnfitPageError) as refused:
        page_html(notebook(broken), FRAME)
    message = str(refused.value)
    assert message.startswith(f"page 'Trygga torg': {name}"), message
    assert said in message


@pytest.mark.parametrize("broken", [case[0] for case in REFUSED.values()], ids=REFUSED)
def test_what_an_analyst_keeps_to_herself_may_be_anything(broken):
    kept = NotebookNode(broken, metadata=NotebookNode(broken.metadata, tags=["analyst"]))
    assert "secret" not in page_html(notebook(kept), FRAME)


def test_the_cell_is_named_as_its_author_sees_it_also_where_papermill_and_the_page_have_moved_it():
    given = cell()
    given.metadata.tags = ["injected-parameters"]
    head = shown(Component("<h1>Torg</h1>", {"kind": "passage", "parameters": {}}))
    first = shown(Component('<p><img src="a.png"></p>', {"kind": "passage", "first": True}))
    with pytest.raises(UnfitPageError, match=r"page 'Trygga torg': cell 3 \(\"secret_code\(\)\"\): an image without"):
        page_html(new_notebook(cells=[given, head, new_markdown_cell("Text"), first]), FRAME)


@pytest.mark.parametrize(
    "text",
    [
        "Det kostar 5 $ eller 7 $, $5 eller $7, US$5/US$7.",
        "I kod: `$x^2$`, `![a](b c)` och\n\n```\n$$x$$\n```",
        "[a](https://example.org/$x$) [b](mailto:a@example.org) [c](tel:0) [d](HTTP://example.org)",
        "[a](work.html#Annat) [b](./index.html?a=1#Annat) [c](#top) [d](data/tal.csv) [e](key_figures.csv)",
        "## Läget nu\n\n[a](#Läget-nu) <a name='x'></a>[b](#x)",
        "a <!-- b --> c\n\n<p>d<p>e<ul><li>f</ul>",
    ],
    ids=["prices", "code", "web", "report", "anchors", "markup-without-needless-ends"],
)
def test_what_readers_can_use_stands_on_the_page_i_43(text):
    assert len(html.fromstring(page_html(notebook(new_markdown_cell(text)), FRAME)).xpath("//main//p")) > 0


def test_an_attachment_is_found_by_its_name_with_swedish_letters_i_43():
    attached = new_markdown_cell("![Karta](attachment:kålåker.png)", attachments={"kålåker.png": {"image/png": PNG}})
    tree = html.fromstring(page_html(notebook(attached), FRAME))
    assert [(str(image.get("src")), image.get("alt")) for image in tree.iter("img")] == [
        (f"data:image/png;base64,{PNG}", "Karta")
    ]


def test_links_of_components_are_ours_and_may_lead_to_what_a_notebook_has_left_out_i_43():
    ours = shown(passage_component(Passage('<p><a href="#figur-9">Figur 9</a></p>')))
    assert "#figur-9" in page_html(notebook(ours), FRAME)
    with pytest.raises(UnfitPageError, match="cell 3"):
        page_html(notebook(ours, new_markdown_cell("[Figur 9](#figur-9)")), FRAME)


FRAMES = {
    name: replace(FRAME, title=name, nav=(NavItem("index.html", "Ö"),)) for name in ("overview", "work", "housing")
}


def built(folder: Path, **texts: str) -> dict[str, Run]:
    """How the pages of a report ended that hold these markdown texts; one without a title fails."""
    site = Site(folder / "site", folder, FRAMES)
    ended = {}
    for name, text in texts.items():
        offer = shown(Component("<p>a</p>", {"kind": "passage", "download_name": f"{name}.csv", "download_text": "1"}))
        cells = [new_markdown_cell(text), offer]
        ended[name] = site.add(Run(name, "ok", 1.0, notebook=new_notebook(cells=cells)))
    ended |= {run.name: run for run in site.without_dead_links()}
    site.finish(pd.DataFrame({"indicator": ["torg"]}))
    return ended


def test_a_dead_link_to_another_page_fails_its_own_page_and_no_other_i_43(tmp_path):
    ended = built(
        tmp_path,
        overview="# Ö\n\n[a](work.html#Annat) [b](data/work.csv) [c](housing.html#vad-som-helst) [d](key_figures.csv)",
        work="# A\n\n## Annat\n\n[a](index.html#Saknas)",
        housing="utan titel",
    )
    assert {name: run.state for name, run in ended.items()} == {"overview": "ok", "work": "failed", "housing": "failed"}
    assert (
        "page 'work': cell 1 (\"# A\"): a link to 'index.html#Saknas', an anchor that is not there."
        in ended["work"].cause
    )
    assert "kunde inte göras" in (tmp_path / "site" / "work.html").read_text("utf-8")
    assert sorted(path.name for path in (tmp_path / "site" / "data").iterdir()) == ["overview.csv"]


@pytest.mark.parametrize("link", ["work.ipynb", "plan.pdf", "bilder/k.png", "data/finns-inte.csv", "finns_inte.html"])
def test_a_link_to_a_file_that_is_not_in_the_report_is_refused_i_43(tmp_path, link):
    ended = built(tmp_path, overview=f"# Ö\n\n[a]({link})")["overview"]
    assert ended.state == "failed"
    assert f"cell 1 (\"# Ö\"): a link to '{link}', which is no file of the report. Link to https://" in ended.cause


def headings(*texts: str) -> list[tuple[str, str, str]]:
    """Id, own link and line of the contents of a page's h2 headings."""
    tree = html.fromstring(page_html(notebook(*map(new_markdown_cell, texts)), FRAME))
    own = ("//main//h2/@id", "//a[@class='permalink']/@href", "//nav[@class='contents']//a/@href")
    return list(zip(*([unquote(each).removeprefix("#") for each in tree.xpath(path)] for path in own), strict=True))


def test_headings_of_the_same_words_have_ids_of_their_own_and_every_link_follows_i_45():
    assert headings("## Läget\n\na\n\n## Läget", "## Läget") == [(own,) * 3 for own in ("Läget", "Läget-2", "Läget-3")]
    assert headings("## Läget", "## Läget", "## Läget 2") == [(own,) * 3 for own in ("Läget", "Läget-3", "Läget-2")]


def test_a_heading_gives_way_to_a_component_and_doubled_components_stay_refused_i_45():
    component = shown(passage_component(Passage('<h2 id="Läget">Läge</h2>')))
    tree = html.fromstring(page_html(notebook(new_markdown_cell("## Läget"), component), FRAME))
    assert [unquote(each) for each in tree.xpath("//main//h2/@id")] == ["Läget-2", "Läget"]
    with pytest.raises(
        UnfitPageError, match=r"cell 3 .*the id 'Läget' stands twice.* Give each component its own anch"
    ):
        page_html(notebook(component, shown(passage_component(Passage('<h2 id="Läget">Läge</h2>')))), FRAME)


@pytest.mark.parametrize("root", ["/tmp/x/{b}", "/tmp/en å", "/tmp/100%", "/tmp/$HOME", "/tmp/a&b", "/tmp/x/ö {0}%s"])
def test_a_folder_is_taken_out_however_it_is_spelt_i_41(root):
    told = page_html(
        notebook(in_html("<p>x</p>"), new_markdown_cell(f"`{root}/data/a.csv` `{root}` `{root}b`")),
        replace(FRAME, root=root),
    )
    shown_paths = html.fromstring(told).xpath("//code/text()")
    assert [str(text).replace("\xa0", " ") for text in shown_paths] == ["data/a.csv", f"{root}b"]
    assert without_folder("file:///tmp/en%20%C3%A5/data", "/tmp/en å") == "file://data"


def test_a_page_that_no_notebook_makes_has_no_cell_to_name():
    with pytest.raises(UnfitPageError, match="page 'metod': an image without"):
        refuse_unfit(tree_of('<h1>a</h1><img src="a.png">'), "metod")


def test_an_image_of_the_folder_that_is_linked_twice_is_named_by_its_own_cell_i_43(tmp_path):
    (tmp_path / "k.png").write_bytes(b"\x89PNG\r\n\x1a\nk")
    cells = [new_markdown_cell("![K](k.png)"), new_markdown_cell("Text"), new_markdown_cell("![K](l.png)")]
    with pytest.raises(UnfitPageError, match=r"cell 4 \(\"!\[K\]\(l.png\)\"\): the image 'l.png' is missing"):
        page_and_images(notebook(*cells), FRAME, tmp_path)
