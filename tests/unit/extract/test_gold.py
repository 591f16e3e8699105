"""Extraction measured against gold: our own pages beside their expected result, and real pages from the corpus."""

import json
from pathlib import Path

import pytest

from syndicator.evaluate import extraction
from syndicator.evaluate.result import Score

PAGES = {page.name: page for page in extraction.own_pages(extraction.OWN)}


@pytest.fixture(scope="module", params=PAGES)
def case(request):
    gold = json.loads((extraction.OWN / f"{request.param}.json").read_text("utf-8"))
    return gold, PAGES[request.param], extraction.extracted(PAGES[request.param])


def test_there_are_enough_layouts():
    """At least sixty ways to lay out a page are measured, in four languages, and walls among them."""
    assert len(PAGES) >= 60
    assert sum(page.refused for page in PAGES.values()) >= 3


def test_body_is_the_gold_body(case):
    """Words of the body: F1 of at least .97 on every layout; a wall leaves the feed's article as it was."""
    gold, page, found = case
    article = found.article
    scored = extraction.judge(page)
    assert scored.right, found.refused
    assert scored.score.f1 >= 0.97, (scored.score, extraction.prose(article.body))
    if gold["refused"]:
        assert (article.title, article.summary) == (gold["feed"]["title"], gold["feed"]["summary"])
        assert (article.body, article.images) == ("", ())


def test_pictures_have_their_captions_and_credits(case):
    """Address, caption and credit of every picture are exact and in order, the lead first."""
    _, page, found = case
    assert [(one.url, one.caption, one.credit) for one in found.article.images] == list(page.images)


def test_title_authors_and_date(case):
    """The headline, the authors and the moment in UTC are those of the page."""
    gold, _, found = case
    if gold["refused"]:
        return
    assert found.article.title == gold["title"]
    assert list(found.authors) == gold["authors"]
    assert (found.published.isoformat() if found.published else None) == gold["published"]


def test_every_block_is_a_block_of_the_gold(case):
    """Paragraphs stay paragraphs: each line of the gold is one line of the body."""
    gold, _, found = case
    written = extraction.prose(found.article.body).splitlines()
    lines = {" ".join(line.split()) for line in written if line.strip()}
    missing = [line for line in gold["body"] if line not in lines]
    assert not missing or gold["refused"]


def test_no_unwanted_line_is_in_the_text(case):
    """Inserts, teasers, notices: what stands on the page and is no part of the story is not in the body."""
    gold, _, found = case
    text = extraction.prose(found.article.body)
    assert not [line for line in gold.get("unwanted", []) if line in text]


@pytest.mark.skipif(not extraction.BLOG.is_dir(), reason="the corpus pages-blog is not beside the project")
def test_recall_on_real_pages():
    """Real Arabic pages with comments longer than the post: recall of at least .95, precision of .97."""
    scored = [extraction.judge(page) for page in extraction.blog_pages(extraction.BLOG)]
    total = sum((one.score for one in scored), Score(0, 0, 0))
    assert total.wanted > 3000
    assert total.recall >= 0.95
    assert total.precision >= 0.97


def test_the_measure_can_fall(tmp_path: Path):
    """A page whose gold says something else brings the figures down, and is named among the worst."""
    name = "amp"
    gold = json.loads((extraction.OWN / f"{name}.json").read_text("utf-8"))
    gold["body"] = [*gold["body"], "كلام لم تقله الصفحة أبدا " * 20]
    gold["images"] = []
    (tmp_path / f"{name}.json").write_text(json.dumps(gold), "utf-8")
    (tmp_path / f"{name}.html").write_bytes((extraction.OWN / f"{name}.html").read_bytes())
    result = extraction.measure(tmp_path)
    assert result.count == 1
    assert result.figures["own_recall"] < 0.9
    assert result.figures["captions"] == 0
    assert result.worst[0].startswith("amp: F1 0.")
