import tomllib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.text.forms import forms, stems
from syndicator.text.matcher import Matcher, Together, Words
from syndicator.text.words import fold, folded

DATA = Path(__file__).parents[2] / "data" / "text" / "forms.toml"
PHRASES = sorted({p for place in tomllib.loads(DATA.read_text(encoding="utf-8"))["place"] for p in place["phrases"]})
PHRASES += ["مجلس الأمن", "مواطن سوري", "=قطر", "BBC", "اللاذقية", "=لبنان", "ليبي", "كوفيد-19"]
ARABIC = st.text(alphabet="اأإبتثجحدرزسشصعفقكلمنهويىةءئؤ َُـ،.", min_size=1, max_size=14)


@given(st.sampled_from(PHRASES))
def test_matcher_finds_exactly_the_forms(phrase: str) -> None:
    """The matcher takes prefixes off, `forms` puts them on: every form is found, whole and by itself."""
    matcher = Matcher({"it": [phrase]})
    for form in forms(phrase):
        assert [(m.start, m.end) for m in matcher.find(form)] == [(0, len(form))], form


@settings(max_examples=300)
@given(st.sampled_from(PHRASES), ARABIC)
def test_matcher_finds_nothing_but_forms(phrase: str, text: str) -> None:
    """What is found in any text is a form of the phrase."""
    prepared = fold(f"{text} {phrase.strip('=')}{text} و{phrase.strip('=')}")
    for match in Matcher({"it": [phrase]}).find(prepared):
        assert prepared[match.start : match.end] in forms(phrase)


@settings(max_examples=200)
@given(ARABIC, st.sampled_from(PHRASES), ARABIC)
def test_offsets_point_at_what_was_matched(before: str, phrase: str, after: str) -> None:
    """The place of a match in the text as written holds, folded again, the form that was matched."""
    text = folded(f"{before} {phrase.strip('=')} {after}")
    for match in Matcher({"it": [phrase]}).find(text.text):
        start, end = text.span(match.start, match.end)
        assert fold(text.original[start:end]) == text.text[match.start : match.end]


def test_matchers_find_together_what_they_find_alone() -> None:
    """Matchers that read a text in one pass give what each gives by itself; masks of one hide nothing of another."""
    masked = Matcher({"a": ["السودان"]}, {"a": ["جنوب السودان"]})
    exclusive = Matcher({"SD": ["=السودان"], "SS": ["=جنوب السودان"]}, exclusive=True)
    plain = Matcher({"b": ["السودان", "جنوب"]})
    together = Together((masked, exclusive, plain))
    for text in ("", "جنوب", "في جنوب السودان", "السودان جنوب", "وبجنوب السودان والسودان"):
        for matcher, found in zip((masked, exclusive, plain), together.find(Words.of(text.split(" "))), strict=True):
            assert matcher.in_order(found) == matcher.find_all(text)


def test_exclusive_keys_hide_one_another() -> None:
    """Among exclusive keys the longer name is meant, whosever it is; equal names are everybody's."""
    matcher = Matcher({"GN": ["=غينيا"], "GW": ["=غينيا بيساو"], "X": ["=غينيا بيساو"]}, exclusive=True)
    text = fold("في غينيا بيساو وغينيا")
    assert [(m.key, text[m.start : m.end]) for m in matcher.find(text)] == [
        ("GW", "غينيا بيساو"),
        ("X", "غينيا بيساو"),
        ("GN", "وغينيا"),
    ]
    hidden = next(m for m in matcher.find_all(text) if m.key == "GN" and m.masked_by)
    assert hidden.masked_by == "=غينيا بيساو"


def test_stems_have_no_prefixes() -> None:
    """Stems are a phrase's forms without conjunctions and prepositions, with its article."""
    assert {stem.words for stem in stems("=قطر")} == {("قطر",)}
    assert {stem.words for stem in stems("مجلس الأمن")} == {("مجلس", "الامن")}
