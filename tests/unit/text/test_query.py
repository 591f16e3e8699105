"""The rules of `syndicator.text.query`."""

import tomllib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.query import CLAUSES, LONGEST, indexed, parse
from syndicator.text.signature import stem
from syndicator.text.words import folded, tokens

letters = st.text("ابتسورية المدن\"-|OR ـَ.()'*:&!\\abc12", max_size=40)


def marked(query: str, text: str) -> list[str]:
    written = folded(text)
    return [text[start:end] for start, end in parse(query).spans(written)]


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("مصر", "قال المِصريّون إنّ مصر، وبمصر", ["المِصريّون", "مصر", "وبمصر"]),
        ('"الأمم المتحدة"', "في الأمم المتّحدة وللأمم المتحدة، والأمم", ["الأمم المتّحدة", "وللأمم المتحدة"]),
        ("سورة", "سورية وسورة وسوريا", ["وسورة"]),
        ("مدرسة", "مدارس المدينة", ["مدارس"]),
        ("-حرب سلام", "سلام بعد حرب", ["سلام"]),
        ("الامارات", "الإمارات والإماراتيون", ["الإمارات"]),
    ],
)
def test_matches_are_shown_as_written(query: str, text: str, found: list[str]) -> None:
    """What answers a query is marked in the text as it was written, with its marks and prefixes, and nothing else is."""
    assert marked(query, text)[: len(found)] == found
    assert set(marked(query, text)) >= set(found)
    if query == "سورة":
        assert marked(query, text) == found


def test_words_must_all_occur_and_or_binds_tightly() -> None:
    """`a OR b c` is (a or b) and c; a bar is OR, and quotation marks of every kind make a phrase."""
    assert len(parse("نفط OR غاز أسعار").wanted) == 2
    assert parse("نفط OR غاز أسعار") == parse("نفط | غاز أسعار") == parse("نفط|غاز أسعار")
    assert parse("«مجلس الأمن»") == parse('"مجلس الأمن"') == parse("“مجلس الأمن”")
    assert parse('-"كرة القدم" مصر').refused


@pytest.mark.parametrize("query", ["", " ", "-", '"', '""', "-مصر", "OR", "|", "...", "«»"])
def test_a_query_that_asks_for_nothing_finds_nothing(query: str) -> None:
    """No words, or only words that must not occur: that is no question."""
    assert not parse(query) or query == "OR"


@given(letters)
def test_every_text_is_a_query(text: str) -> None:
    """Nothing that a reader types raises, and its size is bounded."""
    query = parse(text)
    assert len(query.wanted) <= CLAUSES
    assert all(sequence for clause in query.wanted for sequence in clause)
    assert parse("ا" * LONGEST + " حرب") == parse("ا" * LONGEST)


@given(letters)
def test_stems_have_no_signs_of_a_query_language(text: str) -> None:
    """What reaches a database is letters and digits only, so no text can be an operator there."""
    query = parse(text)
    found = [word for clause in (*query.wanted, query.refused) for sequence in clause for word in sequence]
    assert all(word.isalnum() for word in found)


@given(letters, letters)
def test_spans_point_into_the_text(query: str, text: str) -> None:
    """Every span lies in the text, after the one before it."""
    spans = parse(query).spans(folded(text))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_a_title_answers_its_own_words() -> None:
    """Every word of a text, as it stands there, finds the text."""
    for text in (
        "وللسوريين في لبنان أملٌ بالعودة إلى بيوتهم",
        "قمة G20 في الرياض ومطالبها الـ14",
        "أسعار النفط ترتفع بعد قرار أوبك",
    ):
        stems = indexed(text, "", "").split()
        for word in text.split():
            assert any(
                any(stems[at : at + len(sequence)] == list(sequence) for at in range(len(stems)))
                for clause in parse(word).wanted[:1]
                for sequence in clause
            ), word


def test_plurals_are_in_one_line_each() -> None:
    """A word of the synonym file is found from every other word of its line."""
    from pathlib import Path

    import syndicator.text.query as module

    table = tomllib.loads(Path(module.__file__).with_name("plurals.toml").read_text("utf-8"))
    for line in (*table["plurals"], *table["spellings"]):
        first, *others = line.split()
        for other in others:
            [word] = tokens(other)
            assert (stem(word),) in parse(first).wanted[0], line
