"""Other people's cases: none raises, and where another reader has an opinion, we share it or say why not."""

import re
import time
from pathlib import Path

import pytest

from benchmarks import corpora
from syndicator.errors import SourceError

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(not corpora.FOLDER.is_dir(), reason="the corpora are not on this machine")


def test_a_sample_of_every_corpus_is_read_or_refused():
    """Of 300 files, most of them broken on purpose, none raises anything but a `SourceError`, and none is slow."""
    read = 0
    for name, body in corpora.sample(300):
        start = time.perf_counter()
        try:
            corpora.read_whole(name, body)
            read += 1
        except SourceError:
            pass
        assert time.perf_counter() - start < 10, name
    assert read > 200


def test_we_agree_with_gofeed():
    """In every field at least 97 of 100 values are what gofeed expects, apart from the differences with a reason."""
    agreement = corpora.gofeed()
    assert sum(agreement.asked.values()) > 180
    for key, asked in agreement.asked.items():
        assert agreement.same[key] / asked >= 0.97, agreement.differences


def test_every_difference_from_gofeed_has_its_reason():
    """The page of reasons lists exactly the differences that the comparison leaves out."""
    page = (ROOT / "docs" / "gofeed-differences.md").read_text("utf-8")
    assert set(re.findall(r"^\| `([^`]+)` \| ([\w ]+?) \|", page, re.MULTILINE)) == corpora.ON_PURPOSE


def test_the_page_says_how_far_we_agree():
    """The figures by field on the page of reasons are those that the comparison gives."""
    page = (ROOT / "docs" / "gofeed-differences.md").read_text("utf-8")
    told = {
        row[0]: tuple(map(int, row[1:]))
        for row in re.findall(r"^\| ([\w ]+) \| (\d+) of (\d+) \| (\d+) \|", page, re.M)
    }
    agreement = corpora.gofeed()
    assert told == {
        key: (agreement.same[key], asked, agreement.on_purpose[key]) for key, asked in agreement.asked.items()
    }


def test_real_arabic_feeds():
    """Real right-to-left feeds are read whole, with a link, a title and a date for every item."""
    files = sorted((corpora.FOLDER / "feeds-real").glob("*.xml"))
    assert files
    for file in files:
        entries = corpora.read(file.name, file.read_bytes()).entries
        assert entries
        assert all(entry.title and entry.link and entry.published for entry in entries)
