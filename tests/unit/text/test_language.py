"""The rules of `syndicator.text.language`."""

import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.language import detect, direction, tag

TABLE = tomllib.loads((Path(__file__).parents[2] / "data" / "text" / "language.toml").read_text(encoding="utf-8"))
ROWS = [(language, sentence) for language, sentences in TABLE.items() for sentence in sentences]


def test_the_table_covers_the_languages() -> None:
    """At least eight sentences of each language that the service reads."""
    assert set(TABLE) == {"ar", "fa", "ur", "ckb", "ps", "ug", "en", "fr", "tr"}
    assert all(len(sentences) >= 8 for sentences in TABLE.values())


@pytest.mark.parametrize(("language", "sentence"), ROWS)
def test_sentences_are_recognised(language: str, sentence: str) -> None:
    """A headline is in the language it is in, whatever its publisher says of the whole channel."""
    assert detect(sentence) == language
    assert detect(sentence, hint="ar-SY") == language
    assert detect(sentence, hint="en") == language


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("سوريا", None, "und"),
        ("سوريا", "ar-SY", "ar"),
        ("سوريا", "fa", "fa"),
        ("Syria", None, "und"),
        ("Syria", "fr-FR", "fr"),
        ("السورية", None, "ar"),
        ("وزیر ٹرانسپورٹ", None, "ur"),
        ("ڕۆژی نوێ", "ar", "ckb"),
        ("ښوونځي", "ar", "ps"),
        ("", None, "und"),
        ("", "ar", "ar"),
        ("123 456 789 — !", "ar", "ar"),
        ("שלום לכולם מכאן", "ar", "he"),
        ("Новости дня и ночи", None, "und"),
        ("Новости дня и ночи", "ru", "ru"),
        ("Новости дня и ночи", "ar", "und"),
        ("Der Rat tagt heute in der Stadt", "de-AT", "de"),
        ("رئيس شركة Google يزور مقر Amazon Web Services", None, "ar"),
        ("The new day begins here", "nonsense tag", "en"),
    ],
)
def test_short_and_foreign_texts(text: str, hint: str | None, language: str) -> None:
    """Fewer than three words decide nothing but by telling letters; then the hint, then `und`."""
    assert detect(text, hint=hint) == language


def test_long_texts_are_sampled() -> None:
    """Only the beginning of a long text is read."""
    assert detect(TABLE["ar"][0] * 20 + TABLE["en"][0] * 100_000) == "ar"


def test_threads_agree() -> None:
    """Eight threads give what one gives."""
    with ThreadPoolExecutor(8) as pool:
        assert (
            list(pool.map(detect, [sentence for _, sentence in ROWS] * 20)) == [language for language, _ in ROWS] * 20
        )


@given(st.text(max_size=300), st.none() | st.text(max_size=20))
def test_any_text_has_a_tag(text: str, hint: str | None) -> None:
    """Whatever the text and the hint, the answer is a primary tag, and the same twice."""
    found = detect(text, hint=hint)
    assert found.isascii()
    assert found.islower()
    assert 2 <= len(found) <= 3
    assert detect(text, hint=hint) == found


@pytest.mark.parametrize(
    ("language", "way"),
    [
        ("ar", "rtl"), ("ar-SY", "rtl"), ("AR_sy", "rtl"), ("fa", "rtl"), ("ur", "rtl"), ("ckb", "rtl"), ("ps", "rtl"),
        ("ug", "rtl"), ("he", "rtl"), ("en", "ltr"), ("fr", "ltr"), ("tr", "ltr"), ("ku", "ltr"), ("ku-Arab-IQ", "rtl"),
        ("ug-Cyrl", "ltr"), ("ar-Latn", "ltr"), ("und", "ltr"), ("", "ltr"), ("en-x-arab", "ltr"), ("az-Arab", "rtl"),
    ],
)  # fmt: skip
def test_direction(language: str, way: str) -> None:
    """The script subtag decides, else the language."""
    assert direction(language) == way


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ar", "ar"), ("ar-sa", "ar-SA"), ("AR_SA", "ar-SA"), (" ar ", "ar"), ("Arabic", "ar"), ("ara", "ar"),
        ("ar-SA.UTF-8", "ar-SA"), ("en-US,en;q=0.5", "en-US"), ("ku-arab-iq", "ku-Arab-IQ"),
        ("zh-hans-cn", "zh-Hans-CN"), ("es-419", "es-419"), ("sl-rozaj-1994", "sl-rozaj-1994"),
        ("ar-x-news", "ar-x-news"), ("arabic-SY", "ar-SY"), ("iw", "he"), ("ckb-IQ", "ckb-IQ"), ("العربية", "ar"),
        ("zh-cmn-Hans", "zh-cmn-Hans"),
        ("", None), (None, None), ("x", None), ("und", None), ("mul", None), ("a-b", None), ("<script>", None),
        ("klingonese", None), ("12", None), ("ar-", None), ("ar--SA", None),
    ],
)  # fmt: skip
def test_tag(raw: str | None, expected: str | None) -> None:
    """A publisher's tag gets the shape of RFC 5646; what is none is None; a good one stays."""
    assert tag(raw) == expected
    assert tag(expected) == expected


@given(st.text(max_size=40) | st.from_regex(r"[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{1,8}){0,4}", fullmatch=True))
def test_tag_is_a_fixed_point(raw: str) -> None:
    """Whatever comes in, a tag that goes out stays as it is."""
    made = tag(raw)
    assert made is None or (tag(made) == made and made.isascii())
