"""The rules of `syndicator.text.signature`."""

import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.signature import KEPT, Frequencies, Signature, draft, shingles, signature, stem, stems

NOTHING = Frequencies(0, {})
WORDS = [f"كلمة{chr(1576 + a)}{chr(1576 + b)}" for a in range(20) for b in range(20)]
texts = st.lists(st.sampled_from(WORDS), max_size=80).map(" ".join)


@pytest.mark.parametrize(
    ("word", "same"),
    [
        ("السوريين", "سوري"),
        ("والسورية", "سوري"),
        ("سوريا", "سوري"),
        ("للوزراء", "وزراء"),
        ("بالمدارس", "مدارس"),
        ("قراراتهم", "قرار"),
        ("حكومتها", "حكوم"),
        ("الحكومة", "حكوم"),
        ("لبنان", "لبنان"),
        ("قانون", "قانون"),
    ],
)
def test_light_stems(word: str, same: str) -> None:
    """The article with its prefixes, one ending and the possessives come off; short words stay whole."""
    assert stems(word) == [same]


def test_a_country_is_not_a_wall() -> None:
    """What stemmers join stays apart: سوري, سورة."""
    assert stem("سوريه") != stem("سوره")


@given(texts, texts)
def test_signatures_survive_the_store(title: str, body: str) -> None:
    """Packed and unpacked, a signature has the same shingles, terms in the same order, and keys."""
    own = signature(draft(title, "", body), NOTHING)
    back = Signature.unpacked(*own.packed())
    assert back.shingles == own.shingles
    assert list(back.terms) == list(own.terms)
    assert back.keys == own.keys
    assert abs(back.likeness(own) - own.likeness(own)) < 1e-6


@given(texts)
def test_a_text_is_like_itself(text: str) -> None:
    """The same text shares all its shingles and has a cosine of 1."""
    own = signature(draft(text, ""), NOTHING)
    shared, shorter = own.shared(own)
    assert shared == shorter == len(own.shingles)
    assert not own.terms or abs(own.likeness(own) - 1) < 1e-9


def test_shares_of_long_texts_are_nearly_exact() -> None:
    """Of texts longer than what is kept, the common share is known to within a tenth."""
    chance = random.Random(3)
    for part in (0.2, 0.5, 0.8):
        common = [chance.randrange(-(2**63), 2**63) for _ in range(int(1000 * part))]
        one, other = (
            shingles(common + [chance.randrange(-(2**63), 2**63) for _ in range(1000 - len(common))]) for _ in range(2)
        )
        assert len(one) == KEPT
        shared, shorter = Signature(one, {}).shared(Signature(other, {}))
        assert abs(shared / shorter - part) < 0.1


def test_a_short_report_is_found_in_a_long_one() -> None:
    """A wire report of forty words in an article of six hundred has a key in common with it."""
    chance = random.Random(5)
    missed = 0
    for _ in range(50):
        wire = [chance.choice(WORDS) for _ in range(60)]
        around = [chance.choice(WORDS) for _ in range(240)]
        short = signature(draft("", "", " ".join(wire)), NOTHING)
        long = signature(draft("", "", " ".join(around[:120] + wire + around[120:])), NOTHING)
        missed += short.keys.isdisjoint(long.keys)
    assert missed <= 3


def test_numbers_are_the_same_in_every_process() -> None:
    """What one process stores, another finds: nothing depends on Python's own hashes."""
    code = "from syndicator.text.signature import *; print(signature(draft('خبر عن سوريا', 'نص'), Frequencies(0, {})))"
    answers = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


def test_common_words_weigh_little_before_anything_is_stored() -> None:
    """On an empty service the weightiest terms are those that tell what a text is about."""
    text = draft("الرئيس يزور مأرب", "قال الرئيس إن هذا هو اليوم الذي كان من المقرر")
    weighed = NOTHING.weighed(text)
    top = max(weighed, key=lambda term: weighed[term])
    assert top in draft("مأرب", "").terms or top in draft("يزور", "").terms
