"""What strangers write is worked on outside the sandbox in linear time, whatever it is, and not without end.

The inputs and the steps stand in `tests.support.growing`.
"""

import gc
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from time import process_time
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.ingest.classify import WORDS, People, Place, Reading
from syndicator.ingest.classify.people import MOST
from syndicator.ingest.normalise import LONGEST_SUMMARY, LONGEST_TITLE, normalise
from syndicator.model import Article, Channel, Entry
from syndicator.text.composed import nfc
from syndicator.text.html import LIMIT
from syndicator.text.signature import stem
from syndicator.text.words import STOP, fold, folded, tokens, words_of
from tests.support import growing
from tests.support.articles import MOMENT, saying
from tests.support.hostile import source

T = TypeVar("T")
SHORT = 3_000
TIMES = 4
LINEAR = 6
"""What four times as much may take at the most; a quadratic step takes 16 times as long."""
UNSEEN = 0.02
"""Seconds that pass whatever they were for the shorter one: too few to compare."""
WHOLE = 256 * 1024
WORST = (
    "office and name",
    "office and short name",
    "names with particles",
    "adjectives",
    "blank lines",
    "written otherwise",
    "topics",
    "ligatures",
    "digits in letters",
    "another name each",
    "another word each behind an office",
    "vowel signs",
    "title, summary and body of names",
)
"""Inputs on which the steps under the lock take longest, or took longest before they were mended."""
ENOUGH = 1.0


@pytest.fixture(autouse=True, scope="module")
def _undisturbed() -> Iterator[None]:
    """No collection of garbage in the middle of a measurement."""
    growing.definitions()
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


def clocked(step: Callable[[T], object], one: T) -> float:
    """Seconds of processor time that a step takes."""
    start = process_time()
    step(one)
    return process_time() - start


def spent(step: Callable[[Article], object], one: Article) -> float:
    """Seconds of processor time that a step takes on an article that nobody has read before."""
    growing.forget()
    return clocked(step, one)


@pytest.mark.parametrize("name", growing.HOSTILE)
def test_four_times_as_much_takes_about_four_times_as_long(name: str) -> None:
    """Labels, story, search and rendering take linear time for every kind of text: at most 6 times as long for 4."""
    short, long = growing.HOSTILE[name](SHORT), growing.HOSTILE[name](SHORT * TIMES)
    slow = []
    for called, step in growing.STEPS.items():
        for _ in range(4):
            long_took = spent(step, long)
            if long_took <= UNSEEN or long_took <= LINEAR * spent(step, short):
                break
        else:
            slow.append(called)
    assert not slow


@pytest.mark.parametrize("name", growing.TEXT_STEPS)
def test_a_text_four_times_as_long_takes_about_four_times_as_long(name: str) -> None:
    """What reads one text, header or address takes linear time for every piece that is repeated in it."""
    step, slow = growing.TEXT_STEPS[name], []
    for piece in growing.PIECES:
        short, long = (piece * (length // len(piece)) for length in (SHORT, SHORT * TIMES))
        if all((took := clocked(step, long)) > UNSEEN and took > LINEAR * clocked(step, short) for _ in range(4)):
            slow.append(piece)
    assert not slow


@pytest.mark.parametrize("name", WORST)
def test_the_longest_article_holds_nobody_up(name: str) -> None:
    """All that is done under the writer's lock for 256 KB of the worst takes less than a second together."""
    one = growing.HOSTILE[name](WHOLE)
    steps = [growing.STEPS[each] for each in growing.UNDER_THE_LOCK]
    assert any(sum(spent(step, one) for step in steps) < ENOUGH for _ in range(3))


# ---------------------------------------------------------------- what is cut, and what is not


@pytest.mark.parametrize(
    ("title", "summary", "body"), [*product((0, 5), (0, 9), (WORDS - 15, WORDS - 14, WORDS, WORDS * 2))]
)
def test_so_many_words_of_an_article_are_read(title: int, summary: int, body: int) -> None:
    """Title, lead and body share 20,000 words, in this order; whether there were more is said."""
    reading = Reading(saying("خبر " * title, "قول " * summary, "نص " * body))
    lead = summary or 100
    found = {place: len(text.split()) for place, text in reading.folds.items()}
    assert found[Place.TITLE] == title
    assert found[Place.LEAD] in (lead, lead - 1) or not summary
    assert sum(found.values()) == min(WORDS, title + found[Place.LEAD] + body)
    assert reading.cut == (title + found[Place.LEAD] + body > WORDS)


def test_what_stands_behind_is_not_labelled_and_what_stands_before_is() -> None:
    """The words that are read are labelled as ever, those behind them not at all; the offsets point into the text."""
    people = People()
    name = "قال الرئيس محمد علوان. وعاد محمد علوان. "
    before, behind = saying("خبر", "خبر", name + "نص " * WORDS), saying("خبر", "خبر", "نص " * WORDS + name)
    assert people.label(before) == ("محمد علوان",)
    assert people.label(behind) == ()
    assert {one.matched for one in people.explain(before)} == {"محمد علوان"}


def test_an_article_names_so_many_people() -> None:
    """Of people without number the most important stay: who stands in the title is among them."""
    made = growing.HOSTILE["another name each"](60_000)
    title = "الرئيس محمود علوان يلتقي محمود علوان"
    found = growing.definitions().people.label(replace(made, title=title))
    assert len(found) == MOST
    assert found[0] == "محمود علوان"


def test_a_title_without_end_is_cut_and_says_so() -> None:
    """Titles have 1,000 characters, summaries 10,000, plain texts 262,144 at most: cut between words, with an ellipsis."""
    content = "<p>" + "نص " * 20_000 + "</p>"
    entries = (
        Entry(guid="1", title="خبر " * 5_000, summary="قول " * 10_000, content=content),
        Entry(guid="2", title="خبر", summary="سطر\n\n" + "سطر " * 66_000),
        Entry(guid="3", title="خبر " * 200, summary="قول " * 290, content=content),
    )
    _, (long, plain, usual) = normalise(Channel(entries=entries), source(), url="https://a.test/", moment=MOMENT)
    assert (len(long.title) <= LONGEST_TITLE, long.title[-1]) == (True, "…")
    assert (len(long.summary) <= LONGEST_SUMMARY, long.summary[-1]) == (True, "…")
    assert plain.body.startswith("<p>سطر</p><p>سطر سطر ")
    assert LIMIT // 4 - 2 < plain.body.count("سطر") <= LIMIT // 4
    assert usual.title == ("خبر " * 200).strip()
    assert usual.summary == ("قول " * 290).strip()


# ---------------------------------------------------------------- the pieces

MARKS = "\u064e\u0651\u0650\u0301\u0316\u0327\u0345\u0f73\u0344"


@given(st.text(st.sampled_from("مايوe한ᄀ" + MARKS + " "), max_size=400))
def test_normalisation_is_the_librarys_for_every_text_that_somebody_writes(text: str) -> None:
    """Where at most 30 marks follow one another, `nfc` is NFC; elsewhere the letters and the first marks are the same."""
    runs = [len(unicodedata.normalize("NFD", run)) for run in re.findall(f"[{MARKS}]+", text)]
    if max(runs, default=0) <= 30:
        assert nfc(text) == unicodedata.normalize("NFC", text)
    assert fold(nfc(text)) == fold(text)


@pytest.mark.parametrize("marks", ["\u064e", "\u0316\u0301", "\u0327\u064e\u0651", "\u0f73", "\u0344"])
def test_marks_without_end_are_no_letters(marks: str) -> None:
    """A word under thousands of marks is the word, and its place in the text is found."""
    text = f"قال م{marks * 5_000}حمد هنا"
    assert fold(text) == "قال محمد هنا"
    start, end = folded(text).span(4, 8)
    assert (text[start], text[end - 1]) == ("م", "د")


@given(st.text(st.sampled_from("الوتنيهمكبسر"), max_size=30))
def test_a_long_word_has_the_stem_of_its_end(word: str) -> None:
    """Only the end of a word decides about its ending: the stem of a word behind a thousand letters ends as its own."""
    long = "سبر" * 1_000 + word
    assert stem(long) == "سبر" * 998 + stem("سبرسبر" + word)


@given(st.text(st.sampled_from("مب1a.، "), max_size=60), st.integers(0, 20))
def test_the_first_words_are_the_first_of_all(text: str, most: int) -> None:
    """To read so many words of a text is to read all of it and to keep the first."""
    assert words_of(text, most) == words_of(text)[:most]
    assert tokens(text, most) == [word for word in words_of(text) if word != STOP][:most]
