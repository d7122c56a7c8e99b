"""Every sentence of built reports, word by word: the grammar that broke must not break again."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from grammar import RULES, Rule, broken
from read_pages import Report, told

READ = ["Umeå", "Nordmaling", "Stockholm", "Gotland", "Västerbotten"]
# Titles of works stand as their authors wrote them, and are taken out before the sentence is read.
TITLES = (
    "Bowling Alone: The Collapse and Revival of American Community",
    "Statistical Applications in Genetics and Molecular Biology",
    "Journal of the Royal Statistical Society",
    "Proceedings of the Cambridge Philosophical Society",
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_finds_what_is_wrong_and_nothing_else(rule: Rule):
    assert [text for text in rule.bad if rule.find(text) is None] == [], "not found"
    assert {text: found for text in rule.good if (found := rule.find(text))} == {}, "found without reason"
    assert rule.bad
    assert rule.good


def without_titles(words: str) -> str:
    for title in TITLES:
        words = words.replace(title, "Verket")
    return words


@pytest.mark.slow
@pytest.mark.parametrize("name", READ)
def test_every_sentence_of_a_report_is_written_right(report_of: Callable[[str], Report], name):
    texts = [replace(text, words=without_titles(text.words)) for text in report_of(name).texts()]
    assert len(texts) > 500
    wrong = broken(RULES, texts)
    assert not wrong, "\n\n".join(told(places, rule) for rule, places in wrong.items())
