"""Definitions written by the program: nobody's comments are lost, and a mistake leaves everything as it was."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from syndicator import catalogue
from syndicator.catalogue import edit
from syndicator.catalogue.edit import Addition
from syndicator.errors import ConfigurationError

NEW = Addition(publisher="nahr", name="sports", url="https://nahr.example.org/sports.xml", title="نهر")
LAYOUTS = {
    "comments": '# who\ntitle = "نهر" # beside\n\n# first\n[feeds.all]\nurl = "https://a.example/"\n# last\n',
    "no-newline-at-the-end": 'title = "نهر"\n[feeds.all]\nurl = "https://a.example/"',
    "table-after-feeds": 'title = "نهر"\n[feeds.all]\nurl = "https://a.example/"\n\n# pages\n[extract]\nbody = "p"\n',
    "feeds-in-two-places": 'title = "نهر"\n[feeds.a]\nurl = "https://a.example/"\n[extract]\nbody = "p"\n'
    '[feeds.b]\nurl = "https://b.example/"\n',
    "nested-table": 'title = "نهر"\n[feeds]\n[feeds.a]\nurl = "https://a.example/"\n[feeds.a.listing]\nitem = "p"\n',
    "dotted-keys": 'title = "نهر"\nfeeds.a.url = "https://a.example/"\n',
    "windows-lines": '# who\r\ntitle = "نهر"\r\n[feeds.all]\r\nurl = "https://a.example/"\r\n',
}


def file_of(home: Path) -> Path:
    return home / "config/sources/nahr.toml"


def snapshot(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_was_written_stays(home: Path, layout: str) -> None:
    """Every line of the file is there afterwards, in its order, and the new table beside them."""
    file_of(home).write_bytes(LAYOUTS[layout].encode())
    found = edit.add(home, [NEW])
    after = file_of(home).read_bytes().decode()
    assert found.sources["nahr/sports"].url == NEW.url
    lines = iter(after.splitlines())
    assert all(line in lines for line in LAYOUTS[layout].splitlines() if line)
    before = tomllib.loads(LAYOUTS[layout])
    said = tomllib.loads(after)
    assert said.pop("feeds") == before.pop("feeds") | {"sports": {"url": NEW.url}}
    assert said == before
    if layout == "windows-lines":
        assert "\n" not in after.replace("\r\n", "")


def test_a_new_publisher_gets_a_file(home: Path) -> None:
    """A file that is not there is made, with the publisher's title, homepage and language; defaults are left out."""
    more = Addition(
        publisher="nahr", name="map", url="https://nahr.example.org/map.xml", kind="sitemap", language="ar",
        full_text=True, homepage="https://nahr.example.org/",
    )  # fmt: skip
    edit.add(home, [Addition(publisher="nahr", name="main", url="https://nahr.example.org/rss", language="ar"), more])
    assert tomllib.loads(file_of(home).read_text("utf-8")) == {
        "title": "nahr",
        "homepage": "https://nahr.example.org/",
        "language": "ar",
        "feeds": {
            "main": {"url": "https://nahr.example.org/rss"},
            "map": {"url": "https://nahr.example.org/map.xml", "kind": "sitemap", "full_text": True},
        },
    }


def test_languages_that_differ_stay_with_their_sources(home: Path) -> None:
    """A publisher in two languages has none of its own; each source says its own."""
    edit.add(
        home,
        [
            Addition(publisher="nahr", name="ar", url="https://nahr.example.org/ar", language="ar"),
            Addition(publisher="nahr", name="en", url="https://nahr.example.org/en", language="en"),
            Addition(publisher="nahr", name="any", url="https://nahr.example.org/any"),
        ],
    )
    found = catalogue.load(home).sources
    assert {key: source.language for key, source in found.items()} == {
        "nahr/ar": "ar", "nahr/en": "en", "nahr/any": None,
    }  # fmt: skip


def test_a_mistake_puts_every_file_back(home: Path) -> None:
    """If the catalogue with the additions has a mistake, no file is changed, made or left over."""
    file_of(home).write_text(LAYOUTS["comments"], "utf-8")
    before = snapshot(home)
    bad = Addition(publisher="other", name="main", url="https://other.example/", topics=("nowhere",))
    with pytest.raises(ConfigurationError, match=r"config/topics/nowhere\.toml"):
        edit.add(home, [NEW, bad])
    assert snapshot(home) == before


def test_a_name_is_not_taken_twice(home: Path) -> None:
    """A source that is there is never replaced."""
    file_of(home).write_text(LAYOUTS["comments"], "utf-8")
    before = snapshot(home)
    with pytest.raises(ConfigurationError, match=r"config/sources/nahr\.toml: \[feeds\.all\] is there already"):
        edit.add(home, [Addition(publisher="nahr", name="all", url="https://b.example/")])
    assert snapshot(home) == before


def test_what_cannot_be_edited_safely_is_refused(home: Path) -> None:
    """An inline table cannot take a table; the operator is given what to write instead."""
    file_of(home).write_text('title = "نهر"\nfeeds = { all = { url = "https://a.example/" } }\n', "utf-8")
    before = snapshot(home)
    with pytest.raises(ConfigurationError) as caught:
        edit.add(home, [NEW])
    assert "cannot be edited safely" in str(caught.value)
    assert edit.snippet(NEW) in str(caught.value)
    assert snapshot(home) == before


def test_a_disk_that_says_no_leaves_everything_as_it_was(home: Path) -> None:
    """What cannot be read or written is one plain sentence, and the files written before it are put back."""
    file_of(home).write_text(LAYOUTS["comments"], "utf-8")
    before = snapshot(home)
    too_long = Addition(publisher="z" * 250, name="main", url="https://other.example/")
    with pytest.raises(ConfigurationError, match="nothing was written"):
        edit.add(home, [NEW, too_long])
    assert snapshot(home) == before
    (home / "config/sources/other.toml").mkdir()
    with pytest.raises(ConfigurationError, match=r"config/sources/other\.toml: cannot be edited"):
        edit.add(home, [NEW, Addition(publisher="other", name="main", url="https://other.example/")])
    assert snapshot(home) == before


def test_mode_and_link_of_a_file_stay(home: Path, tmp_path: Path) -> None:
    """A file keeps its permissions, and a link to a file elsewhere stays a link."""
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text(LAYOUTS["comments"], "utf-8")
    elsewhere.chmod(0o640)
    file_of(home).symlink_to(elsewhere)
    edit.add(home, [NEW])
    assert file_of(home).is_symlink()
    assert elsewhere.stat().st_mode & 0o777 == 0o640
    assert "[feeds.sports]" in elsewhere.read_text("utf-8")


def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    """A file is replaced, not written over: whoever has it open goes on reading the old one, whole."""
    path = tmp_path / "file.toml"
    path.write_bytes(b"old" * 1000)
    with path.open("rb") as reader:
        edit.replace_file(path, b"new")
        assert reader.read() == b"old" * 1000
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@given(title=st.text(min_size=1, max_size=60), url=st.text(max_size=40))
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_is_read_back(tmp_path: Path, title: str, url: str) -> None:
    """Quotes, controls and scripts of any kind in a title or an address arrive in the TOML as they were."""
    one = Addition(publisher="p", name="main", url=f"https://a.example/{url}", title=title)
    (text,) = edit.planned(tmp_path, [one]).values()
    said = tomllib.loads(text)
    assert said["feeds"]["main"]["url"] == one.url
    assert said["title"] == (" ".join(title.split()) or "p")
