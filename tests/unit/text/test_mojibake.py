"""The rules of `syndicator.text.mojibake`: what was decoded wrongly goes back, what is right stays."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.text.mojibake import repaired

CODECS = ("cp1252", "cp1256", "latin-1", "mac-roman", "cp1251")
TITLE = "قافلة تصل إلى حلب، «نعم» في 12 تموز ٢٠٢٦"
arabic = st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآؤئء ،؟.123", min_size=6, max_size=60).filter(
    lambda one: "ل" in one and "ا" in one
)


def misread(text: str, codec: str) -> str:
    """The UTF-8 of a text in the wrong encoding, as browsers read it: what it lacks is a control."""

    def one(byte: int) -> str:
        try:
            return bytes([byte]).decode(codec)
        except UnicodeDecodeError:
            return chr(byte)

    return "".join(map(one, text.encode()))


@pytest.mark.parametrize("codec", CODECS)
@settings(max_examples=60, deadline=None)
@given(arabic)
def test_misread_arabic_goes_back(codec: str, text: str) -> None:
    """The way back is exact, whatever the text and the encoding."""
    assert repaired(misread(text, codec)) == text


@pytest.mark.parametrize("first", ["cp1252", "cp1256"])
@pytest.mark.parametrize("second", ["cp1252", "cp1256"])
def test_text_that_was_misread_twice_goes_back(first: str, second: str) -> None:
    """Two wrong readings, alike or not."""
    assert repaired(misread(misread(TITLE, first), second)) == TITLE


@pytest.mark.parametrize("codec", ["cp1252", "cp1256"])
def test_each_field_is_judged_alone(codec: str) -> None:
    """Of a document with right and wrong fields the wrong ones go back, short ones among them, and no other changes."""
    right = f'<a title="{TITLE}">{TITLE}</a><b>Ørsted — SÃO PAULO</b><p>café</p>'
    wrong = f'<i>{misread("و", codec)}</i><p>{misread(TITLE, codec)}</p><img alt="{misread("حلب", codec)}">'
    assert repaired(right + wrong) == f'{right}<i>و</i><p>{TITLE}</p><img alt="حلب">'


def test_references_to_misread_letters_go_back() -> None:
    """A text that was escaped after it was misread."""
    numbers = "".join(f"&#{ord(one)};" if ord(one) > 127 else one for one in misread("قال الوزير", "latin-1"))
    assert repaired(f"<t>{numbers} &amp;</t>") == "<t>قال الوزير &amp;</t>"
    assert repaired("<t>&Oslash;&sect; x</t>") == "<t>&Oslash;&sect; x</t>"
    assert repaired("<t>&#216;rsted &#217;</t>") == "<t>&#216;rsted &#217;</t>"


@pytest.mark.parametrize(
    "text",
    [
        "Ø 50 mm", "Ørsted, Åse og Ægir", "SÃO PAULO", "À Â É Ù Û", "Ã© déjà vu", "Ø§", "طھ", "ظ„", "L'ÂGE D'OR",
        "قال «نعم» ظل طآ", "الوسم Ø§Ù„ يظهر هكذا", "يظهر النص مثل ظ‚ط§ظ„ في المتصفح", "ظرف وظل وطابق", "œuvre «Â»", "ÿ y Ÿ",
        "Щука и Шум", "Řím a Ůdolí", "25Â°C", "پێنج ژمارە گەورە", "ٹی وی چینل نے کہا ہے", "",
    ],
)  # fmt: skip
def test_right_text_stays(text: str) -> None:
    """Letters that begin misread text are letters of many languages; a text that is partly right is not certain."""
    assert repaired(text) == text


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x6FF), max_size=80))
def test_text_of_any_script_stays_or_goes_back_exactly(text: str) -> None:
    """Nothing is invented: what changes is UTF-8 that was misread, so it gives the same text when it is misread again."""
    made = repaired(text)
    assert made == text or any(misread(made, codec) == text for codec in (*CODECS, "cp1250")) or len(made) < len(text)


@settings(max_examples=100, deadline=None)
@given(arabic)
def test_right_arabic_stays(text: str) -> None:
    """No Arabic text is UTF-8 in another encoding."""
    assert repaired(text) == text


def test_clean_text_costs_next_to_nothing() -> None:
    """Arabic is looked through in a few milliseconds; to repair it is linear."""
    text = (TITLE + " ") * 5_000
    begin = time.process_time()
    assert repaired(text) is text
    assert time.process_time() - begin < 0.1
    wrong = misread(text, "cp1256")
    begin = time.process_time()
    repaired(wrong)
    repaired("Ø§" * 100_000)
    repaired("ظ" * 200_000 + "ظ„")
    assert time.process_time() - begin < 3
