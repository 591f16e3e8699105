import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.matcher import Matcher
from syndicator.text.words import STOP, fold, folded, tokens

ARABIC = st.text(alphabet="سوريادمشقلبنةىأإآؤئءـ\u064b\u064f\u0651\u0670\u0654 ،.\n\u200f\u200c٣۴5aZé", max_size=60)
ANY = st.one_of(ARABIC, st.text(max_size=40))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("أحمد إلى آخر ٱلكتاب", "احمد الي اخر الكتاب"),
        ("مدينة مَدِيـنةٌ", "مدينه مدينه"),
        ("مسؤول مسئول", "مسءول مسءول"),
        ("مسو\u0654ول", "مسءول"),
        ("ﻻ ﷲ ﺳﻮرﯾﺎ", "لا الله سوريا"),
        ("تهران کی", "تهران كي"),
        ("ال24 الـBBC F24", "ال 24 ال bbc f 24"),
        ("٢٠٢٦ ۲۰۲۶", "2026 2026"),
        ("\u202bسوريا\u202c\u200f\ufeff", "سوريا"),
        ("#جنوب_السودان", "جنوب السودان"),
        ("«سوريا»، غدا!", "سوريا . غدا ."),
        ("Straße ÉLYSÉE Ｎｅｗｓ", "strasse elysee news"),
        ("İstanbul", "istanbul"),
        ("  ", ""),
    ],
)
def test_fold(raw: str, expected: str) -> None:
    """Spellings of one word meet in one folded form."""
    assert fold(raw) == expected


@given(ANY)
def test_folding_is_idempotent(text: str) -> None:
    """Folding what is folded changes nothing."""
    assert fold(fold(text)) == fold(text)


@given(ANY)
def test_folded_text_has_single_spaces(text: str) -> None:
    """Words stand exactly one space apart, so that phrases can be found by their spaces."""
    assert fold(text) == " ".join(fold(text).split())


def test_every_character_folds_for_good() -> None:
    """No character of Unicode needs a second folding, alone or between letters."""
    assigned = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in ("Cn", "Co")]
    for first in range(0, len(assigned), 256):
        text = " ".join(f"{one} س{one}a" for one in assigned[first : first + 256])
        assert fold(fold(text)) == fold(text), hex(ord(assigned[first]))


@given(st.lists(ANY, max_size=6))
def test_words_keep_their_place(parts: list[str]) -> None:
    """The span of every folded word is where it was written: that piece folds to the word."""
    text = " ".join(parts)
    way = folded(text)
    assert way.text == fold(text)
    start, before = 0, 0
    for word in way.text.split():
        left, right = way.span(start, start + len(word))
        assert before <= left < right <= len(text)
        assert word in fold(text[left:right]) or word == STOP
        start, before = start + len(word) + 1, left


@given(before=ARABIC, after=ARABIC, name=st.sampled_from(["سُوريَّا", "سـوريا", "وسوريا", "للسوريين", "ﺳﻮرﻳﺎ"]))
def test_offsets_point_at_what_was_matched(before: str, after: str, name: str) -> None:
    """A match is shown as it was written, whatever stands around it."""
    text = f"{before} {name} {after}"
    way = folded(text)
    shown = [text[slice(*way.span(match.start, match.end))] for match in Matcher({1: ["سوريا", "سوري"]}).find(way.text)]
    assert name in shown


def test_nothing_has_no_place() -> None:
    """A span without letters is empty."""
    assert folded("").span(0, 5) == (0, 0)
    assert folded("سوريا").span(3, 3) == (0, 0)


def test_tokens() -> None:
    """Tokens are the folded words, without the marks between clauses."""
    assert tokens("قال: «إنَّ سوريا، 2026»") == ["قال", "ان", "سوريا", "2026"]
    assert tokens("...") == []
