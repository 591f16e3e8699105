import time
import tomllib
from pathlib import Path

import pytest

from syndicator.text.forms import forms
from syndicator.text.matcher import Matcher
from syndicator.text.words import fold

DATA = Path(__file__).parents[2] / "data" / "text" / "forms.toml"
PLACES = tomllib.loads(DATA.read_text(encoding="utf-8"))["place"]


def found(matcher: Matcher[str], text: str) -> list[tuple[str, str, str]]:
    folded = fold(text)
    return [(match.key, folded[match.start : match.end], match.phrase) for match in matcher.find(folded)]


def test_the_table_is_large_enough() -> None:
    """The forms are judged by at least 300 words of 20 places, written by hand."""
    assert len(PLACES) >= 20
    assert sum(len(place["right"].split("|")) for place in PLACES) >= 300
    assert sum(len(place["wrong"].split("|")) for place in PLACES) >= 120


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place["phrases"][-1])
def test_forms_of_places(place: dict[str, object]) -> None:
    """Every form of a place is found, and no word that only looks like it."""
    matcher = Matcher({"it": place["phrases"]})
    missed = [word for word in place["right"].split("|") if not found(matcher, f"قال {word} اليوم")]
    wrong = [word for word in place["wrong"].split("|") if found(matcher, f"قال {word} اليوم")]
    assert (missed, wrong) == ([], [])


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("مجلس الأمن", "وبمجلس الأمن"),
        ("مجلس أمن", "لمجلس الأمن"),
        ("الأمم المتحدة", "للأمم المتحدة"),
        ("الأمم المتحدة", "والأمم\nالمتحدة"),
        ("قوات سورية", "بالقوات السورية"),
        ("مواطن سوري", "مواطنين سوريين"),
        ("مواطن سوري", "وللمواطنين السوريين"),
        ("رئيس سوري", "رئيساً سورياً"),
        ("لاجئ سوري", "اللاجئات السوريات"),
        ("غارة جوية", "غارات جوية"),
        ("كوفيد-19", "وبكوفيد١٩"),
        ("كوريا الشمالية", "#كوريا_الشمالية"),
        ("European Union", "the EUROPEAN union"),
        ("BBC", "قالت الـBBC إن"),
        ("U.N.", "the U.N. says"),
        ("ﺳﻮري", "السورية"),
        ("حزب الله", "لحزب الله"),
    ],
)
def test_phrases_inflect_together(phrase: str, text: str) -> None:
    """A phrase is found with its prefixes, its article and its adjectives as Arabic joins them."""
    assert found(Matcher({"it": [phrase]}), text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("مجلس الأمن", "المجلس. الأمن"),
        ("مجلس الأمن", "مجلس، الأمن"),
        ("=قطر", "القطر السوري"),
        ("=قطر", "قطرا"),
        ("مستشفى", "مستشفية"),
        ("BBC", "bbcs"),
        ("علي", "علية"),
    ],
)
def test_what_a_phrase_is_not(phrase: str, text: str) -> None:
    """No phrase is found across the end of a clause, inside a longer word, or in a form that it does not have."""
    assert not found(Matcher({"it": [phrase]}), text)


@pytest.mark.parametrize("phrase", ["", "  ", "=", "...", "ـ", "\u200f"])
def test_nothing_has_no_forms(phrase: str) -> None:
    """A phrase without letters or digits has no form, so it is never found."""
    assert forms(phrase) == frozenset()
    assert Matcher({"it": [phrase]}).find(fold("أي نص . كان")) == []


def test_literal_takes_prefixes_only() -> None:
    """A phrase marked with = has twelve forms: two conjunctions or none, three prepositions or none."""
    assert len(forms("=قطر")) == 12
    assert len(forms("=العراق")) == 12


def test_longest_phrase_of_a_key_wins() -> None:
    """Of overlapping phrases of one key the longest is found, and each key finds its own."""
    matcher = Matcher({"a": ["السودان", "جنوب السودان"], "b": ["السودان"]})
    assert found(matcher, "في جنوب السودان") == [
        ("a", "جنوب السودان", "جنوب السودان"),
        ("b", "السودان", "السودان"),
    ]


def test_masks_hide_only_their_own_key() -> None:
    """What one key excludes stays visible to another; beside the mask the phrase is found."""
    matcher = Matcher({"a": ["السودان"], "b": ["السودان"]}, {"a": ["جنوب السودان"]})
    assert [key for key, _, _ in found(matcher, "بجنوب السودان")] == ["b"]
    assert [key for key, _, _ in found(matcher, "بجنوب السودان والسودان")] == ["b", "a", "b"]
    masked = [match for match in matcher.find_all(fold("بجنوب السودان")) if match.key == "a"]
    assert [(match.phrase, match.masked_by) for match in masked] == [("السودان", "جنوب السودان")]


def test_a_mask_may_be_a_form() -> None:
    """An excluded word hides the phrase that has it among its forms."""
    matcher = Matcher({"qatar": ["قطر"]}, {"qatar": ["=القطر"]})
    assert found(matcher, "القطر السوري") == []
    assert len(found(matcher, "القطر وقطر")) == 1


def test_a_hostile_text_takes_linear_time() -> None:
    """A megabyte of nothing but phrases and masks is read in seconds."""
    matcher = Matcher({"it": ["السودان", "جنوب"]}, {"it": ["جنوب السودان"]})
    text = fold("جنوب السودان " * 80_000)
    start = time.process_time()
    assert matcher.find(text) == []
    assert time.process_time() - start < 5
