"""The definitions that come with the house: config/settings.toml, config/sources, config/topics and feeds."""

import re
import tomllib
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import pytest

HOME = Path(__file__).resolve().parents[2]
SOURCES = HOME / "config" / "sources"
TOPICS = HOME / "config" / "topics"
FEEDS = HOME / "feeds"
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ARABIC = re.compile(r"[\u0621-\u064a]")

PUBLISHER_KEYS = {"title", "homepage", "language", "timezone", "extract", "allow_private", "feeds"}
EXTRACT_KEYS = {"title", "body", "image", "caption", "credit", "author", "published", "remove"}
SOURCE_KEYS = {
    "url",
    "kind",
    "every",
    "topics",
    "full_text",
    "encoding",
    "language",
    "timezone",
    "listing",
    "allow_private",
}
KINDS = {"feed", "jsonfeed", "sitemap", "wordpress", "listing", "page"}
TOPIC_KEYS = {"title", "phrases", "exclude", "weak", "threshold"}
FEED_KEYS = {"title", "description", "language", "limit", "topics", "sources", "languages"}
SETTINGS_KEYS = {
    "service": {"title", "base_url", "database_url", "contact"},
    "fetch": {"deadline", "wire_limit", "decoded_limit", "gap", "allow_private", "ca_file", "ports", "parallel"},
    "schedule": {"every", "longest", "tick", "lease"},
    "publish": {"settle", "max_age"},
    "push": {"hub", "subscribe", "allow_private"},
    "keep": {"articles", "polls"},
}

UN_REGIONS = {"middle-east", "africa", "europe", "americas", "asia-pacific"}
UN_SUBJECTS = {
    "health",
    "un-affairs",
    "law-and-crime-prevention",
    "human-rights",
    "humanitarian-aid",
    "climate-change",
    "culture-and-education",
    "economic-development",
    "women",
    "peace-and-security",
    "migrants-and-refugees",
    "sdgs",
}


def read(root: Path) -> dict[str, dict]:
    """Every definition below a folder, by its path without the extension."""
    return {
        path.relative_to(root).with_suffix("").as_posix(): tomllib.loads(path.read_text("utf-8"))
        for path in sorted(root.rglob("*.toml"))
    }


@pytest.fixture(scope="module")
def publishers() -> dict[str, dict]:
    return read(SOURCES)


@pytest.fixture(scope="module")
def topics() -> dict[str, dict]:
    return read(TOPICS)


@pytest.fixture(scope="module")
def feeds() -> dict[str, dict]:
    return read(FEEDS)


@pytest.fixture(scope="module")
def sources(publishers: dict[str, dict]) -> dict[str, dict]:
    return {
        f"{publisher}/{name}": source
        for publisher, definition in publishers.items()
        for name, source in definition["feeds"].items()
    }


def test_names_are_slugs(publishers, topics, feeds, sources) -> None:
    """The path is the name and becomes an address: lower-case ASCII letters, digits and single hyphens."""
    names = [*publishers, *topics, *feeds, *sources]
    assert [name for name in names if not all(NAME.fullmatch(part) for part in name.split("/"))] == []


def test_publishers_have_known_keys_only(publishers, sources) -> None:
    """Unknown keys are errors, and what a file says is of the right kind."""
    for name, publisher in publishers.items():
        assert publisher.keys() <= PUBLISHER_KEYS, name
        assert publisher.get("extract", {}).keys() <= EXTRACT_KEYS, name
        assert ARABIC.search(publisher["title"]), name
        assert publisher["language"] == "ar", name
        assert publisher.get("timezone", "UTC") in available_timezones(), name
        assert publisher["feeds"], name
    for name, source in sources.items():
        assert source.keys() <= SOURCE_KEYS, name
        assert source.get("kind", "feed") in KINDS, name
        assert isinstance(source.get("full_text", False), bool), name
        assert source.get("every", 15) >= 15, name


def test_addresses_are_sound_and_polled_once(publishers, sources) -> None:
    """Every address is http or https without credentials, and no address is polled by two sources."""
    addresses = [source["url"] for source in sources.values()]
    for address in [*addresses, *(publisher["homepage"] for publisher in publishers.values())]:
        parts = urlsplit(address)
        assert parts.scheme in {"http", "https"}, address
        assert parts.hostname, address
        assert parts.username is None, address
        assert address.isascii(), address
    seen = Counter(address.partition("://")[2].rstrip("/").lower() for address in addresses)
    assert [address for address, times in seen.items() if times > 1] == []


def test_topics_have_known_keys_only(topics) -> None:
    """A topic has an Arabic title, and enough phrases to be found by."""
    for name, topic in topics.items():
        assert topic.keys() <= TOPIC_KEYS, name
        assert ARABIC.search(topic["title"]), name
        assert 25 <= len(topic["phrases"]) <= 250, name


def test_phrases_stand_once_in_a_file(topics) -> None:
    """Nobody has to wonder which of two equal phrases holds: strong, weak and excluded ones are all different."""
    for name, topic in topics.items():
        phrases = [*topic["phrases"], *topic.get("weak", ()), *topic.get("exclude", ())]
        assert [phrase for phrase, times in Counter(phrases).items() if times > 1] == [], name
        assert [phrase for phrase in phrases if phrase != " ".join(phrase.split()) or not phrase] == [], name


def test_feeds_have_known_keys_only(feeds) -> None:
    """A feed says its title and description, and chooses by at least one thing."""
    for name, feed in feeds.items():
        assert feed.keys() <= FEED_KEYS, name
        assert feed["title"], name
        assert feed["description"], name
        assert 1 <= feed["limit"] <= 1000, name
        assert any(feed.get(choice) for choice in ("topics", "sources", "languages")), name


def test_titles_of_feeds_are_different(feeds) -> None:
    """Readers tell feeds apart by their titles."""
    titles = Counter(feed["title"] for feed in feeds.values())
    assert [title for title, times in titles.items() if times > 1] == []


def test_references_hold(publishers, topics, feeds, sources) -> None:
    """Every topic that a source or a feed names exists, and every source that a feed names."""
    for name, definition in {**sources, **feeds}.items():
        assert set(definition.get("topics", ())) <= topics.keys(), name
    for name, feed in feeds.items():
        assert set(feed.get("sources", ())) <= publishers.keys() | sources.keys(), name


def test_every_topic_has_its_feed(topics, feeds) -> None:
    """A topic is published under its own name, alone."""
    assert [name for name in topics if feeds.get(name, {}).get("topics") != [name]] == []


def test_everything_in_arabic_is_published(feeds) -> None:
    """One feed carries all that is in Arabic, whatever its topic and source."""
    arabic = feeds["arabic"]
    assert arabic["languages"] == ["ar"]
    assert not arabic.keys() & {"topics", "sources"}


def test_un_news_is_whole(publishers, feeds, topics) -> None:
    """UN News has its general feed, its 5 regions and its 12 subjects, each subject with our topic of that name."""
    un_news = publishers["un-news"]["feeds"]
    assert un_news.keys() == {"all"} | UN_REGIONS | UN_SUBJECTS
    assert len(UN_REGIONS) == 5
    assert len(UN_SUBJECTS) == 12
    for name, source in un_news.items():
        kind = "region" if name in UN_REGIONS else "topic"
        path = "all/rss.xml" if name == "all" else f"{kind}/{name}/feed/rss.xml"
        assert source["url"] == f"https://news.un.org/feed/subscribe/ar/news/{path}"
        assert source["full_text"] is True
        assert source.get("topics", []) == ([name] if name in UN_SUBJECTS else [])
    assert feeds["un-news"]["sources"] == ["un-news"]
    for name in UN_REGIONS | UN_SUBJECTS:
        assert feeds[f"un-news/{name}"]["sources"] == [f"un-news/{name}"]
    assert topics.keys() >= UN_SUBJECTS


def test_settings_have_known_keys_only() -> None:
    """The settings file has the known tables and keys, and a comment line above every value."""
    text = (HOME / "config" / "settings.toml").read_text("utf-8")
    settings = tomllib.loads(text)
    assert settings.keys() == SETTINGS_KEYS.keys()
    for table, keys in SETTINGS_KEYS.items():
        assert settings[table].keys() <= keys, table
        for key in keys:
            assert re.search(rf"^# [A-Z].*\n(# )?{key} = ", text, re.MULTILINE), f"{table}.{key}"
