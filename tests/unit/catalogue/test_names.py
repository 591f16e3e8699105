"""Slugs for publishers and sources that nobody has named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.catalogue.names import NAME, Namer, publisher_name, source_name
from syndicator.model import ExtractRules, ListingRules, Publisher, Source


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.bbc.com/arabic", "bbc"),
        ("https://feeds.bbc.co.uk/arabic/rss.xml", "bbc"),
        ("https://news.un.org/ar/", "un"),
        ("https://sana.gov.sy/", "sana"),
        ("https://sana.sy/", "sana"),
        ("https://nahr.blogspot.com/feeds/posts/default", "nahr"),
        ("http://127.0.0.1:8080/rss", "127-0-0-1"),
        ("http://[::1]:8080/rss", "1"),
        ("http://localhost/rss", "localhost"),
        ("https://الجزيرة.example/rss", "xn-mgbu0bc0a1jdb"),
    ],
)
def test_a_publisher_is_called_as_its_domain(url: str, name: str) -> None:
    """The part of the host that is the publisher's own names it; platforms and registries do not."""
    if "الجزيرة" in url:
        assert NAME.fullmatch(publisher_name(url))
    else:
        assert publisher_name(url) == name


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://feeds.example.org/arabic/sports/rss.xml", "arabic-sports"),
        ("https://example.org/feed/", "main"),
        ("https://example.org/", "main"),
        ("https://example.org/rss/World_News.xml", "world-news"),
        ("https://example.org/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/feed", "main"),
        ("https://example.org/wp-json/wp/v2/posts?_embed=author", "main"),
    ],
)
def test_a_source_is_called_by_what_its_path_says(url: str, name: str) -> None:
    """Words that every feed's address has say nothing."""
    assert source_name(url) == name


@given(st.text(max_size=80), st.text(max_size=80))
def test_names_are_always_slugs(host: str, path: str) -> None:
    """Whatever the address, its names can stand in a file's name and in a table's."""
    url = f"https://{host}/{path}"
    try:
        names = [publisher_name(url), source_name(url), source_name(url, {source_name(url)})]
    except ValueError:
        return  # urlsplit refuses it, as does everything that reads addresses before
    assert all(NAME.fullmatch(name) for name in names)


def _publisher(name: str, homepage: str) -> Publisher:
    return Publisher(id=name, title=name, homepage=homepage, extract=ExtractRules())


def _source(publisher: Publisher, name: str, url: str) -> Source:
    return Source(id=f"{publisher.id}/{name}", publisher=publisher, url=url, listing=ListingRules())


def test_a_publisher_that_is_there_is_kept() -> None:
    """A new feed of a host that a publisher has already goes to that publisher, under a name that is free."""
    bbc = _publisher("bbc-arabic", "https://www.bbc.com/arabic")
    namer = Namer([bbc], [_source(bbc, "main", "https://feeds.bbci.co.uk/arabic/rss.xml")])
    assert namer.publisher("https://www.bbc.com/arabic/sport") == "bbc-arabic"
    assert namer.publisher("https://feeds.bbci.co.uk/other/rss.xml") == "bbc-arabic"
    assert namer.publisher("https://new.example.org/rss") == "example"
    assert namer.name("bbc-arabic", "https://feeds.bbci.co.uk/rss.xml") == "main-2"
    assert namer.name("bbc-arabic", "https://feeds.bbci.co.uk/feed") == "main-3"


def test_who_lends_a_host_is_no_publisher() -> None:
    """A feed served by somebody else for its publisher belongs to the publisher that its homepage names."""
    assert Namer([], []).publisher("https://feeds.feedburner.com/nahr", "https://nahr.example.org/") == "example"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.youtube.com/feeds/videos.xml?user=bbcarabic", "youtube-bbcarabic"),
        ("https://m.youtube.com/@nahr/videos", "youtube-nahr"),
        (
            "https://www.youtube.com/feeds/videos.xml?channel_id=UCfiwzLy-8yKzIbsmZTzxDgw",
            "youtube-ucfiwzly-8ykzibsmztzxdgw",
        ),
        ("https://www.google.com/alerts/feeds/0123/9876", "google-9876"),
        ("https://news.google.com/rss/search?q=syria&hl=ar", "google-news-syria"),
        ("https://feeds.feedburner.com/nahr/ar", "nahr"),
        ("https://feeds2.feedburner.com/bahr?format=xml", "bahr"),
        ("https://medium.com/feed/@ali", "ali"),
        ("https://nahr.medium.com/feed", "nahr"),
        ("https://nahr.blogspot.com.eg/feeds/posts/default", "nahr"),
        ("https://nahr.podbean.com/feed.xml", "nahr"),
        ("https://www.reddit.com/r/syria/.rss", "reddit-syria"),
        ("https://www.youtube.com/", "youtube"),
        ("https://youtube.example/feeds/x", "youtube"),
        ("https://myyoutube.com/channel/x", "myyoutube"),
    ],
)
def test_on_a_host_that_many_share_the_account_is_the_publisher(url: str, name: str) -> None:
    """YouTube, Google, FeedBurner, Medium and podcast hosts are no publishers."""
    assert publisher_name(url) == name


def test_two_accounts_are_two_publishers() -> None:
    """Also where ids are random, titles are the same, or a search is in Arabic; one account is one publisher."""
    namer, channel = Namer([], []), "https://www.youtube.com/feeds/videos.xml?channel_id="
    first = namer.publisher(f"{channel}UCaaaaaaaaaaaaaaaaaaaaaa", title="Nahr TV قناة النهر")
    assert first == "youtube-nahr-tv"
    assert namer.publisher(f"{channel}UCaaaaaaaaaaaaaaaaaaaaaa", title="Another title") == first
    assert namer.publisher(f"{channel}UCbbbbbbbbbbbbbbbbbbbbbb", title="Nahr TV") != first
    assert namer.publisher(f"{channel}UCcccccccccccccccccccccc", title="قناة") == "youtube-uccccccccccccccccccccccc"
    searches = {namer.publisher(f"https://news.google.com/rss/search?q={word}") for word in ("حلب", "حمص")}
    assert len(searches) == 2
    assert all(NAME.fullmatch(name) for name in searches)


def test_the_homepage_of_a_feed_on_a_shared_host_names_its_publisher() -> None:
    """If that is a site of its own; a profile on another shared host is none."""
    namer = Namer([_publisher("nahr", "https://nahr.example.org/")], [])
    assert namer.publisher("https://feeds.feedburner.com/x", "https://nahr.example.org/ar") == "nahr"
    assert namer.publisher("https://www.youtube.com/feeds/videos.xml?user=x", "https://www.youtube.com/") == "youtube-x"
    assert namer.publisher("https://feeds.feedburner.com/bahr", "https://www.facebook.com/bahr") == "bahr"
