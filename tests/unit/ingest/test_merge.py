"""One article out of several polls and sources."""

from dataclasses import replace
from datetime import timedelta

from syndicator.ingest.merge import merge
from syndicator.model import Origin
from tests.support.articles import MOMENT, article

LATER = MOMENT + timedelta(hours=3)
STORED = article(1)
OTHER = Origin(source="other/feed", guid="7", fingerprint="1")


def test_new_article_is_taken_as_it_is() -> None:
    """What was never here comes in whole."""
    assert merge(None, STORED, MOMENT) == STORED


def test_withdrawal_of_a_stranger_is_nothing() -> None:
    """Nobody is told that an article is gone that was never here."""
    assert merge(None, replace(STORED, withdrawn=True), MOMENT) is None


def test_correction_keeps_identity_and_first_date() -> None:
    """A changed article keeps id and date of publication, and gets a new `updated`."""
    corrected = replace(STORED, id="z" * 36, title="عنوان مصحح", published=LATER, updated=STORED.updated)
    merged = merge(STORED, corrected, LATER)
    assert merged is not None
    assert (merged.id, merged.published) == (STORED.id, STORED.published)
    assert (merged.title, merged.updated) == ("عنوان مصحح", LATER)


def test_publishers_own_update_time_is_kept() -> None:
    """`updated` is the publisher's where it says when it corrected."""
    said = STORED.updated + timedelta(minutes=7)
    merged = merge(STORED, replace(STORED, title="مصحح", updated=said), LATER)
    assert merged is not None
    assert merged.updated == said


def test_same_words_again_change_nothing() -> None:
    """A source that only renews its dates does not make an article look edited."""
    assert merge(STORED, replace(STORED, updated=LATER, published=LATER), LATER) == STORED


def test_second_source_adds_an_origin() -> None:
    """The same link from another source is the same article with two origins; older words do not replace it."""
    merged = merge(STORED, replace(STORED, id="z" * 36, title="عنوان آخر", origins=(OTHER,)), LATER)
    assert merged is not None
    assert merged.origins == (*STORED.origins, OTHER)
    assert merged.title == STORED.title


def test_newer_words_of_another_source_hold() -> None:
    """What another source says later replaces what the first one said."""
    merged = merge(STORED, replace(STORED, title="عنوان أحدث", updated=LATER, origins=(OTHER,)), LATER)
    assert merged is not None
    assert (merged.title, merged.updated) == ("عنوان أحدث", LATER)


def test_withdrawn_and_back_again() -> None:
    """A publisher may take an article back, and bring it again."""
    gone = merge(STORED, replace(STORED, withdrawn=True, title="", body=STORED.body), LATER)
    assert gone is not None
    assert gone.withdrawn
    assert gone.title == STORED.title
    back = merge(gone, STORED, LATER)
    assert back is not None
    assert not back.withdrawn
