"""Subscription lists: what people exported from other readers, and what we write ourselves."""

import gzip
import re
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import etree

from syndicator.catalogue import opml
from syndicator.errors import ConfigurationError
from syndicator.model import ExtractRules, ListingRules, Publisher, Source

CORPUS = Path(__file__).resolve().parents[4] / "shared/corpora/listparser.tar.gz"
DATA = Path(__file__).parents[2] / "data/opml"
MOMENT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
CLAIM = re.compile(r"Eval: (.*)")
BEYOND = re.compile(r"tags|categories|meta|bozo|version")
"""What the corpus claims of things that we do not read: folders, the list's own title and author."""


def corpus() -> Iterator[tuple[str, bytes]]:
    with tarfile.open(CORPUS) as archive:
        for member in archive:
            if (file := archive.extractfile(member)) is not None:
                yield member.name, file.read()


def read_or_refused(data: bytes, name: str) -> tuple[opml.SubscriptionList, str | None]:
    try:
        return opml.read(data, name), None
    except ConfigurationError as error:
        return opml.SubscriptionList(feeds=(), refused=()), str(error)


def read(text: str) -> opml.SubscriptionList:
    return opml.read(text.encode(), "list.opml")


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of subscription lists is not beside the repository")
def test_every_list_of_the_corpus_is_read_or_refused() -> None:
    """Feeds, other lists and pages without feeds are found exactly where the corpus says; nothing raises otherwise."""
    files = claims = 0
    for name, data in corpus():
        files += 1
        found, why = read_or_refused(data, name)
        assert why is None or why.startswith(f"{name}: not a subscription list: ")
        by_why = {
            "lists": [one for one in found.refused if one.why == opml.ANOTHER_LIST],
            "opportunities": [one for one in found.refused if one.why == opml.NO_FEED],
            "feeds": found.feeds,
        }
        result = {key: [{"url": one.url, "title": one.title} for one in ones] for key, ones in by_why.items()}
        for claim in CLAIM.findall(data.decode("utf-8", "replace")):
            if not BEYOND.search(claim):
                claims += 1
                assert eval(claim, {"result": result}), f"{name}: {claim}: {result}"
    assert (files, claims) == (110, 109)


CASES = sorted(path for path in DATA.iterdir() if path.suffix != ".txt")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_list_files(path: Path) -> None:
    """Each list gives exactly the lines beside it: what is a feed, and what is refused and why."""
    found, why = read_or_refused(path.read_bytes(), path.name)
    if why is not None:
        told = [why]
    else:
        told = [f"{one.url} | {one.title} | {one.homepage} | {one.language} | {one.kind}" for one in found.feeds]
        told += [f"refused: {one.url} | {one.title} | {one.why}" for one in found.refused]
    assert told == path.with_name(f"{path.name}.txt").read_text("utf-8").splitlines()


# ---------------------------------------------------------------- safety


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    """Neither a bomb nor a file of this machine comes in through an entity."""
    secret = tmp_path / "secret"
    secret.write_text("hunter2", "utf-8")
    declared = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    for doctype in (f"<!DOCTYPE opml [{declared}]>", f'<!DOCTYPE opml [<!ENTITY a11 SYSTEM "file://{secret}">]>'):
        started = perf_counter()
        with pytest.raises(ConfigurationError, match="declares entities"):
            read(f'{doctype}<opml><outline text="&a11;" xmlUrl="https://a.example/&a11;"/></opml>')
        assert perf_counter() - started < 1


def test_bounds_hold() -> None:
    """Depth, number and size end in a plain sentence, soon."""
    deep = "<outline>" * 200 + "</outline>" * 200
    many = '<outline text="a"/>' * (opml.ELEMENTS + 1)
    for body, why in ((deep, "nested deeper"), (many, "more than 200,000 elements")):
        started = perf_counter()
        with pytest.raises(ConfigurationError, match=why):
            read(f"<opml><body>{body}</body></opml>")
        assert perf_counter() - started < 3
    with pytest.raises(ConfigurationError, match="larger than 16 MiB"):
        opml.read(b" " * opml.SIZE + b"<opml/>", "list.opml")


@given(st.binary(max_size=400) | st.text("<>&;/'\"= opmlutinexURdfa:#x0\u0633", max_size=300).map(str.encode))
@hypothesis_settings(max_examples=150)
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    """Whatever the bytes are, they are read, or refused with the file's name."""
    for given_bytes in (data, b"<opml>" + data, b"<rdf:RDF>" + data):
        _, why = read_or_refused(given_bytes, "list.opml")
        assert why is None or why.startswith("list.opml: ")


@given(st.text(max_size=40))
def test_titles_arrive_whole(title: str) -> None:
    """Any title that XML can carry is read as it was written, its white space collapsed."""
    legal = "".join(one for one in title if one.isprintable())
    found = read(f'<opml><outline text={quoteattr(legal)} xmlUrl="https://a.example/rss"/></opml>')
    assert found.feeds[0].title == " ".join(legal.split())


def test_compressed_lists_are_refused() -> None:
    """Bytes that are no text at all are called what they are: no list."""
    with pytest.raises(ConfigurationError, match=r"list\.opml: not a subscription list"):
        opml.read(gzip.compress(b"<opml/>" * 100), "list.opml")


# ---------------------------------------------------------------- our own


def _sources() -> list[Source]:
    nahr = Publisher(id="nahr", title='نهر & "بحر" <1>', homepage="https://nahr.example/", extract=ExtractRules())
    other = Publisher(id="other", title="أخرى", extract=ExtractRules())
    made = [
        (nahr, "main", "https://nahr.example/rss?a=1&b=2", "feed", "ar"),
        (nahr, "map", "https://nahr.example/map.xml", "sitemap", "en"),
        (other, "posts", "https://other.example/wp-json/wp/v2/posts", "wordpress", None),
    ]
    return [
        Source(id=f"{owner.id}/{key}", publisher=owner, url=url, kind=kind, language=language, listing=ListingRules())
        for owner, key, url, kind, language in made
    ]


def test_an_export_is_read_back_as_it_was() -> None:
    """Addresses, kinds, languages, names and publishers survive the way out and back in."""
    sources = _sources()
    found = opml.read(opml.write(sources, title="المنسق", moment=MOMENT), "list.opml")
    assert not found.refused
    assert [
        (f"{one.publisher}/{one.name}", one.url, one.kind, one.language, one.publisher_title, one.publisher_homepage)
        for one in found.feeds
    ] == [
        (source.id, source.url, source.kind, source.language, source.publisher.title, source.publisher.homepage)
        for source in sources
    ]


def test_an_export_is_opml_that_others_read() -> None:
    """OPML 2.0: a head with title and date, `text` on every outline, `type` and `xmlUrl` on every feed."""
    root = etree.fromstring(opml.write(_sources(), title="المنسق", moment=MOMENT))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title") == "المنسق"
    assert root.findtext("head/dateCreated") == "Sat, 14 Mar 2026 09:26:53 +0000"
    outlines = list(root.iter("outline"))
    assert all(outline.get("text") for outline in outlines)
    feeds = [outline for outline in outlines if outline.get("xmlUrl")]
    assert len(feeds) == 3
    assert all(feed.get("type") == "rss" for feed in feeds)
    own = {name for outline in outlines for name in outline.attrib if ":" in name or "{" in name}
    assert all(name.startswith(f"{{{opml.NAMESPACE}}}") for name in own)


def test_a_stranger_cannot_name_our_files() -> None:
    """Names in our namespace are believed only if they are names: no path leads out of config/sources."""
    found = read(
        f'<opml xmlns:s="{opml.NAMESPACE}"><outline text="x" s:publisher="../../etc/passwd">'
        '<outline text="y" xmlUrl="https://a.example/rss" s:name="a/b" s:kind="exec"/></outline></opml>'
    )
    (one,) = found.feeds
    assert (one.publisher, one.name, one.kind) == (None, None, "feed")


# ---------------------------------------------------------------- broken lines


URL = "https://a.example/rss"
BROKEN = [
    f"text=A xmlUrl={URL}", f"text='A'xmlUrl='{URL}'", f'text="A"xmlUrl="{URL}"', f'text="A" xmlUrl=\u201c{URL}\u201d',
    f'text="A" xmlUrl="{URL}', f'text="A" type="rss" type="rss" xmlUrl="{URL}"', f'text="A" xml_url="{URL}"',
    f'text="A" feedUrl="{URL}"', f'text="A" type="RSS" href="{URL}"', f'text="A" xmlUrl="&quot;{URL}&quot;"',
    f'text="A" type="RSS1" xmlUrl=" {URL}\n"', 'text="A" xmlUrl="https://a.example/\n   rss"', 'text="A" xmlUrl="https:/a.example/rss"',
    'text="A" xmlUrl="htps://a.example/rss"', 'text="A" xmlUrl="feed:https://a.example/rss"', f'text="A" title xmlUrl="{URL}"',
    f'text="A" xmlUrl="{URL}" description="قال "نعم" أمس"', f'description="a > b" text="A" xmlUrl="{URL}"', f'TEXT="A" XMLURL="{URL}"',
    f'text="A" xmlUrl = "{URL}" \x00', f'text="A" x:xmlUrl="{URL}"', f'text="A" xmlUrl="{URL}" text="B"',
]  # fmt: skip


@pytest.mark.parametrize("line", BROKEN)
@pytest.mark.parametrize("end", ["/>", "></outline>", ">"])
def test_a_broken_line_costs_neither_itself_nor_its_neighbours(line: str, end: str) -> None:
    """Quotes, spaces, names and schemes are put right; the lines before and after are as they were."""
    found = read(
        '<opml version="1.0"><body><outline text="F"><outline text="before" xmlUrl="https://b.example/1"/>'
        f'<outline {line}{end}<outline text="after" xmlUrl="https://b.example/2"/></outline></body></opml>'
    )
    assert [(one.title, one.url) for one in found.feeds] == [
        ("before", "https://b.example/1"), ("A", URL), ("after", "https://b.example/2"),
    ]  # fmt: skip
    assert (found.refused, found.nameless, found.unreadable) == ((), (), 0)


@pytest.mark.parametrize(
    "title",
    ["A < B", "A > B", "x = y", 'A "b" c', 'a="b', "R&D", "ما هي \u00abالثورة\u00bb؟", "text= x", "</outline", "<!--"],
)
def test_titles_that_look_like_markup_stay(title: str) -> None:
    """What is well-formed is not touched."""
    found = read(
        f"<opml><body><outline text={quoteattr(title)} xmlUrl='{URL}'/><outline text='b' xmlUrl='{URL}2'/></body></opml>"
    )
    assert [one.title for one in found.feeds] == [title, "b"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("a.example.com/rss", "http://a.example.com/rss"), ("www.a.example/rss", "http://www.a.example/rss"),
     ("//a.example/rss", "http://a.example/rss"), ("hhttp://a.example/rss", "http://a.example/rss"),
     ("https;//a.example/rss", "https://a.example/rss"), ("https://a.example/rss feed.xml", "https://a.example/rss feed.xml")],
)  # fmt: skip
def test_an_address_without_its_scheme_is_completed(written: str, meant: str) -> None:
    """A host by its look; other words and files are refused with the reason."""
    assert [one.url for one in read(f'<opml><outline text="A" xmlUrl="{written}"/></opml>').feeds] == [meant]
    for no_host in (
        "rss.xml",
        "/rss",
        "news",
        "mailto:a@b.example",
        "ftp://a.example/rss",
        "me@a.example/rss",
        "list.opml",
    ):
        found = read(f'<opml><outline text="A" xmlUrl="{no_host}"/></opml>')
        assert not found.feeds
        assert len(found.refused) == 1


def test_what_a_line_says_it_is() -> None:
    """Any type or none is a feed; lists by type or by name are told; JSON Feeds are read as such."""
    for kind in ("rss", "RSS", "rss1", "atom", "Atom1", "application/rss+xml", "pie", "", "feed", "unknown"):
        assert len(read(f'<opml><outline text="A" type="{kind}" xmlUrl="{URL}"/></opml>').feeds) == 1
    for told in (f'type="include" url="{URL}"', f'type="INCLUDE" xmlUrl="{URL}"', 'type="link" url="https://a.example/b.OPML"',
                  'type="rss" xmlUrl="https://a.example/all.opml?x=1"'):  # fmt: skip
        found = read(f'<opml><outline text="A" {told}/></opml>')
        assert [one.why for one in found.refused] == [opml.ANOTHER_LIST]
    assert read(f'<opml><outline text="A" type="jsonfeed" xmlUrl="{URL}"/></opml>').feeds[0].kind == "jsonfeed"


def test_nothing_is_left_out_in_silence() -> None:
    """Lines that name no address are told by title, lines that repeat one are counted; folders are neither."""
    found = read(
        f'<opml><outline text="folder"><outline text="A" xmlUrl="{URL}"/><outline text="B" type="rss"/>'
        f'<outline text="again" xmlUrl="{URL}/"/></outline><!-- <outline text="x" xmlUrl="{URL}9"/> --><outline text="note"/></opml>'
    )
    assert ([one.title for one in found.feeds], found.nameless, found.repeated, found.unreadable) == (
        ["A"],
        ("B",),
        1,
        0,
    )


def test_lines_that_never_close_are_no_folders() -> None:
    """A list whose lines lack their slash is as long as it is, and not as deep."""
    lines = "".join(f'<outline text="{n}" xmlUrl="{URL}{n}">' for n in range(200))
    assert len(read(f"<opml><body>{lines}</body></opml>").feeds) == 200
    assert len(read(f"<opml><body>{lines.replace('text=', 'title=x text=')}</body></opml>").feeds) == 200


def test_broken_lists_cost_little() -> None:
    """What never ends is read in linear time."""
    for part in (
        "<outline text=",
        '<outline text="',
        "<outline a=b ",
        "<!--",
        "<outline><!--",
        '<outline x="<',
        "<outline " + "a" * 50,
    ):
        started = perf_counter()
        read_or_refused(("<opml>" + part * (300_000 // len(part))).encode(), "list.opml")
        assert perf_counter() - started < 3, part
