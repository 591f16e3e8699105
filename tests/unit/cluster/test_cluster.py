"""The rules of `syndicator.ingest.cluster`."""

import random
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from syndicator.evaluate.stories import cluster, own
from syndicator.ingest.cluster import WINDOW, Neighbourhood, decide, drafted, near
from syndicator.model import Article
from syndicator.text.html import from_text
from syndicator.text.signature import Frequencies, Signature, signature
from tests.support.articles import MOMENT, article

GOLD = Path(__file__).parents[2] / "data" / "stories" / "stories.toml"
HOUR = timedelta(hours=1)
NOTHING = Frequencies(0, {})
NEWS = (
    "أعلنت بلدية صيدا افتتاح سوق السمك الجديد على المرفأ القديم بعد ترميم استمر ثلاثة أعوام بتمويل من صيادي المدينة"
    " ومغتربيها وقالت رئيسة اللجنة إن السوق يضم أربعين بسطة ومختبرا صغيرا لفحص الأسماك"
)


def report(number: int, at: timedelta, title: str = "افتتاح سوق السمك في صيدا", text: str = NEWS) -> Article:
    published = MOMENT + at
    return article(number, title=title, summary=text, body=from_text(""), published=published, updated=published)


def told(*articles: Article) -> list[str]:
    """The story of each, decided one after the other."""
    neighbourhood, stories = Neighbourhood(), []
    for each in articles:
        own_signature = signature(drafted(each), NOTHING)
        member = decide(each, own_signature, neighbourhood.near(each, own_signature))
        neighbourhood.add(member)
        stories.append(member.story)
    return stories


def test_own_gold_is_exactly_right() -> None:
    """Reports of one event are one story; follow-ups and the like of it elsewhere are not."""
    articles, wanted = own(GOLD)
    assert cluster(articles).pairs == wanted


def test_the_story_keeps_the_first_articles_id() -> None:
    """While it grows, a story has the id of the article that began it."""
    reports = [report(n, n * HOUR, text=f"{NEWS} بحسب مراسلنا {n}") for n in range(1, 6)]
    assert told(*reports) == [reports[0].id] * 5


def test_nothing_joins_after_the_window() -> None:
    """The very same text is another story three days after the first, though others came between."""
    within, after = report(2, WINDOW - HOUR), report(3, WINDOW + HOUR)
    stories = told(report(1, 0 * HOUR), within, after)
    assert stories[1] == stories[0]
    assert stories[2] == after.id


def test_an_earlier_article_that_comes_late_joins() -> None:
    """Articles come in any order: one published before the first that came is in its story, too."""
    first, earlier = report(1, 5 * HOUR), report(2, 0 * HOUR)
    assert told(first, earlier) == [first.id, first.id]


@pytest.mark.parametrize("words", ["", "عاجل", "نشرة الأخبار", "أسعار العملات اليوم"])
def test_a_few_words_must_be_the_same(words: str) -> None:
    """A text of a few words says too little to join what it only resembles."""
    other = report(2, HOUR, title=f"{words} مساء", text="")
    assert told(report(1, 0 * HOUR, title=words, text=""), other)[1] == other.id


def test_the_further_apart_the_more_alike() -> None:
    """What is just enough alike to be one story within the hour is not after two days."""
    here = Signature(tuple(range(20)), dict.fromkeys(range(16), 0.25))
    other = Signature(tuple(range(20, 40)), dict.fromkeys(range(7, 23), 0.25))
    assert near(here, other, HOUR)
    assert not near(here, other, 48 * HOUR)
    assert near(here, here, 48 * HOUR)


def test_a_shared_subject_is_not_a_story() -> None:
    """Two events in one place on one day are two stories."""
    other = report(
        2,
        HOUR,
        title="إضراب عمال النظافة في صيدا",
        text="بدأ عمال النظافة في صيدا إضرابا مفتوحا احتجاجا على تأخر الأجور",
    )
    assert told(report(1, 0 * HOUR), other)[1] == other.id


def test_long_text_is_recognised_after_cuts_and_additions() -> None:
    """A report that another outlet cut by a third and wrapped in sentences of its own is the same story."""
    chance = random.Random(1)
    vocabulary = [f"كلم{chr(1576 + a)}{chr(1576 + b)}" for a in range(20) for b in range(20)]
    wire = [chance.choice(vocabulary) for _ in range(300)]
    frame = [chance.choice(vocabulary) for _ in range(60)]
    one = replace(report(1, 0 * HOUR, title="خبر", text=""), body=from_text(" ".join(wire)))
    cut = replace(report(2, HOUR, title="نبأ", text=""), body=from_text(" ".join(frame + wire[:200])))
    assert told(one, cut) == [one.id, one.id]


def test_the_work_for_an_article_is_bounded() -> None:
    """After thousands that say the same, as few are looked up and compared as after some dozens."""

    def work(stored: int) -> tuple[int, int]:
        neighbourhood = Neighbourhood()
        own = signature(drafted(report(0, 0 * HOUR)), NOTHING)
        for number in range(stored):
            neighbourhood.add(decide(report(number, number * HOUR / 60), own, ()))
        asked, lines = report(stored, stored * HOUR / 60), 0

        def count(_frame: FrameType, event: str, _argument: object) -> Any:
            nonlocal lines
            lines += event == "line"
            return count

        sys.settrace(count)
        try:
            found = neighbourhood.near(asked, own)
        finally:
            sys.settrace(None)
        return lines, len(found)

    assert work(3000) == work(100)
