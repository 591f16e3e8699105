"""Extraction measured against gold: our own pages beside their expected result, and real pages from the corpus."""

import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from syndicator.text.html import text_of

PAGES = Path(__file__).parents[2] / "data" / "pages"
NAMES = sorted(path.stem for path in PAGES.glob("*.json"))
BLOG = Path(__file__).parents[4] / "shared" / "corpora" / "pages-blog"


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def score(found: str, gold: str) -> tuple[float, float, float]:
    """Precision, recall and F1 over words, each counted as often as it stands."""
    have, want = words(found), words(gold)
    right = (have & want).total()
    precision, recall = right / max(1, have.total()), right / max(1, want.total())
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def prose(body: str) -> str:
    """The text of a body without its figures, whose words are measured by themselves."""
    return text_of(re.sub(r"<figure>.*?</figure>", "", body, flags=re.S))


@pytest.fixture(scope="module", params=NAMES)
def case(request, read_page):
    gold = json.loads((PAGES / f"{request.param}.json").read_text())
    page = (PAGES / f"{request.param}.html").read_bytes()
    return gold, read_page(page, url=gold["url"], content_type=gold["content_type"], **gold["feed"])


def test_there_are_enough_layouts():
    """At least fourteen ways to lay out a page are measured."""
    assert len(NAMES) >= 14


def test_body_is_the_gold_body(case):
    """Words of the body: F1 of at least .97 on every layout; a wall leaves the feed's article as it was."""
    gold, extraction = case
    if gold["refused"]:
        assert extraction.refused
        assert (
            extraction.article.title,
            extraction.article.summary,
            extraction.article.body,
            extraction.article.images,
        ) == (
            gold["feed"]["title"],
            gold["feed"]["summary"],
            "",
            (),
        )
        return
    assert extraction.refused is None
    precision, recall, f1 = score(prose(extraction.article.body), "\n".join(gold["body"]))
    assert f1 >= 0.97, (precision, recall, prose(extraction.article.body))


def test_pictures_have_their_captions_and_credits(case):
    """Address, caption and credit of every picture are exact and in order, the lead first."""
    gold, extraction = case
    found = [(one.url, one.caption, one.credit) for one in extraction.article.images]
    assert found == [(one["url"], one["caption"], one["credit"]) for one in gold["images"]]


def test_title_authors_and_date(case):
    """The headline, the authors and the moment in UTC are those of the page."""
    gold, extraction = case
    if gold["refused"]:
        return
    assert extraction.article.title == gold["title"]
    assert list(extraction.authors) == gold["authors"]
    assert (extraction.published.isoformat() if extraction.published else None) == gold["published"]


def test_every_block_is_a_block_of_the_gold(case):
    """Paragraphs stay paragraphs: each line of the gold is one line of the body."""
    gold, extraction = case
    lines = {" ".join(line.split()) for line in prose(extraction.article.body).splitlines() if line.strip()}
    missing = [line for line in gold["body"] if line not in lines]
    assert not missing or gold["refused"]


def markdown_text(source: str) -> tuple[str, str]:
    """Title and words of a post from its author's Markdown."""
    head, text = re.fullmatch(r"\+\+\+\n(.*?)\n\+\+\+\n(.*)", source, re.S).groups()
    title = tomllib.loads(head)["title"]
    for pattern, instead in (
        (r"!\[[^\]]*\]\([^)]*\)", ""),
        (r"\[([^\]]*)\]\([^)]*\)", r"\1"),
        (r"\{[{%].*?[%}]\}|<[^>]+>|https?://\S+", ""),
    ):
        text = re.sub(pattern, instead, text, flags=re.S)
    return title, text


@pytest.mark.skipif(not BLOG.is_dir(), reason="the corpus pages-blog is not beside the project")
def test_recall_on_real_pages(read_page):
    """Real Arabic pages with comments longer than the post: recall of at least .95, precision of .97."""
    right = have = want = 0
    for path in sorted(BLOG.glob("*.html")):
        title, gold = markdown_text(path.with_suffix(".md").read_text())
        found, wanted = words(prose(read_page(path.read_bytes(), title=title).article.body)), words(gold)
        right, have, want = right + (found & wanted).total(), have + found.total(), want + wanted.total()
    assert want > 3000
    assert right / want >= 0.95
    assert right / have >= 0.97
