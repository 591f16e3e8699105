"""A feed that shows one entry a story: the others stand in it as links, in every format."""

import json
from datetime import timedelta

import pytest
from lxml import etree

from syndicator.publish.render import FORMATS
from syndicator.publish.select import edition, since
from tests.support.articles import BASE, MOMENT, article, feed, publisher

HOUR = timedelta(hours=1)
ATOM = "{http://www.w3.org/2005/Atom}"
FIRST, SECOND, ALONE = article(3), article(2, title="أسعار اليوم < أسعار أمس"), article(1)
STORY = FIRST.id


def made(*articles, **changes):
    changed = feed(**{"one_per_story": True, **changes})
    publishers = {"nahr": publisher("nahr")}
    return edition(changed, articles, publishers=publishers, base_url=BASE, topics={})


def told(number: int, story: str | None = STORY, **changes):
    return article(number, story=story, **changes)


def test_the_first_published_stands_for_its_story() -> None:
    """Whatever the order in which they come, the entry is the article that was published first, at its own place."""
    for order in ((told(3), told(2), told(1, None)), (told(1, None), told(2), told(3))):
        current = made(*order)
        assert [each.id for each in current.articles] == [ALONE.id, FIRST.id]
        assert {key: [each.id for each in others] for key, others in current.related.items()} == {STORY: [SECOND.id]}


def test_a_feed_that_does_not_ask_for_it_shows_all() -> None:
    """Without `one_per_story` every article is an entry."""
    current = made(told(3), told(2), one_per_story=False)
    assert len(current.articles) == 2
    assert not current.related


def test_the_limit_counts_stories() -> None:
    """A feed of two entries shows two stories, however many tell them."""
    current = made(*(told(n, f"s{n % 3}") for n in range(1, 10)), limit=2)
    assert len(current.articles) == 2
    assert all(len(others) == 2 for others in current.related.values())


@pytest.mark.parametrize("extension", list(FORMATS))
def test_the_others_are_links(extension: str) -> None:
    """Each format names the others: in the entry's HTML everywhere, as `related` in Atom and JSON Feed."""
    body = FORMATS[extension].render(made(told(3), told(2, title="أسعار اليوم < أسعار أمس")))
    if extension == "json":
        [item] = json.loads(body)["items"]
        html = item["content_html"]
        [other] = item["_syndicator"]["related"]
        assert (other["url"], other["title"]) == (SECOND.url, SECOND.title)
    else:
        root = etree.fromstring(body)
        if extension == "atom":
            [entry] = root.findall(f"{ATOM}entry")
            html = entry.findtext(f"{ATOM}content") or ""
            [link] = [each for each in entry.findall(f"{ATOM}link") if each.get("rel") == "related"]
            assert link.get("href") == SECOND.url
            assert SECOND.title in (link.get("title") or "")
        else:
            [item] = root.findall(".//item")
            html = item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") or ""
    assert f'<a href="{SECOND.url}">' in html
    assert "أسعار اليوم &lt; أسعار أمس" in html


def test_a_new_report_is_news_to_a_reader_of_the_story() -> None:
    """What is new since a position holds the entry whose story another article joined, and the edition is newer."""
    current = made(told(3, position=5), told(2, position=9, updated=MOMENT + HOUR), told(1, None, position=2))
    assert [each.id for each in since(current, 7).articles] == [FIRST.id]
    assert current.updated == MOMENT + HOUR
