"""What stands for a text without a summary."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.html import EMPTY, from_text, sanitise, text_of
from syndicator.text.lead import LENGTH, lead

FIRST = "افتتحت بلدية حلب صباح اليوم مركزا صحيا جديدا في حي السليمانية بعد أعمال ترميم استمرت عامين."
SECOND = "وقال مدير المركز إن الفريق يضم ثلاثين طبيبا وممرضة، وإن الخدمات مجانية لسكان الحي والأحياء المجاورة!"
THIRD = "فمن يدفع رواتب العاملين بعد أن انسحبت المنظمة التي مولت المشروع منذ بدايته قبل عامين ونصف العام؟"


def test_whole_sentences_as_far_as_they_fit() -> None:
    """A summary ends where a sentence does, over the borders of paragraphs, and holds as many as there is room for."""
    assert lead(from_text(f"{FIRST}\n\n{SECOND} {THIRD}\n\n{FIRST}")) == f"{FIRST} {SECOND} {THIRD}"
    assert len(lead(from_text(" ".join([FIRST] * 9)))) <= LENGTH


@pytest.mark.parametrize(
    "text",
    [
        "استقبل د. أحمد الوفد في مكتبه.",
        "رحب أ.د. سليم بالقرار.",
        "ارتفع السعر 3.5 في المئة.",
        "قال: «لن نغادر.» ثم خرج.",
        "The U.S. envoy arrived.",
    ],
)
def test_what_ends_no_sentence(text: str) -> None:
    """An initial, a decimal point and a full stop inside a quotation cut nothing apart."""
    assert lead(from_text(f"{FIRST} {FIRST} {text} {'كلمة ' * 100}")) == f"{FIRST} {FIRST} {text}"


def test_a_sentence_without_an_end_is_cut_between_words() -> None:
    """What is too long to be taken whole is cut between two words, and says so."""
    found = lead(from_text("كلمة " * 200))
    assert LENGTH - 8 < len(found) <= LENGTH
    assert found.endswith("كلمة…")
    assert lead(from_text("عاجل. " + "كلمة " * 200)).startswith("عاجل. كلمة كلمة")


def test_captions_and_headings_are_passed_over() -> None:
    """What is no running text does not stand for it, unless there is nothing else."""
    figure = '<figure><img src="https://a.example/1.jpg"><figcaption>مبنى المركز</figcaption></figure>'
    body = sanitise(f"{figure}<h2>بداية</h2><p>{FIRST}</p><table><tr><td>رقم</td></tr></table>")
    assert lead(body) == FIRST
    assert lead(sanitise(figure)) == "مبنى المركز"
    assert lead(EMPTY) == ""


@pytest.mark.parametrize("text", ["." * 200_000 + "x", "كلمة." * 40_000, ". " * 100_000, "<h2>x</h2>" * 20_000])
def test_long_texts_take_no_time(text: str) -> None:
    """Whatever it holds, a text as long as a body may be costs no more than reading it once."""
    body = sanitise(text) if text.startswith("<") else from_text(text)
    start = time.process_time()
    lead(body)
    assert time.process_time() - start < 1


@given(st.text(max_size=2000))
def test_any_text_has_a_lead(text: str) -> None:
    """One line, never longer than it may be, and the beginning of the text when it is cut."""
    found = lead(from_text(text))
    assert len(found) <= LENGTH
    assert found == " ".join(found.split())
    assert " ".join(text_of(from_text(text)).split()).startswith(found.removesuffix("…"))
