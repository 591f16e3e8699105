import gzip
import json
import locale
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

import feedparser
import jsonschema
import pytest
from lxml import etree

from syndicator.model import Enclosure, Image, Origin
from syndicator.publish.render import FORMATS, document
from syndicator.text.html import sanitise
from tests.support.articles import BASE, MOMENT, article, edition, feed, publisher, rich

ROOT = Path(__file__).parents[3]
SCHEMAS = ROOT.parent / "shared" / "corpora" / "schemas"
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "georss": "http://www.georss.org/georss",
    "media": "http://search.yahoo.com/mrss/",
}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def xml(made, extension):
    return etree.fromstring(FORMATS[extension].render(made))


def items(made):
    return json.loads(FORMATS["json"].render(made))["items"]


def editions():
    """Editions that reach every branch of the formats."""
    return {
        "plain": edition(*(article(number) for number in range(1, 6)), rich(7)),
        "empty": edition(),
        "bare": edition(
            article(1, summary="", images=(), authors=(), categories=(), topics=(), places=()),
            article(2, origins=(Origin(source="unknown/x", guid="1", fingerprint="1"),), authors=()),
            article(3, language="en", title="Aleppo reopens its clinic"),
        ),
        "archive": edition(
            article(1),
            archive=True,
            path="countries/syria/archive/2",
            previous_archive="countries/syria/archive/1",
            next_archive="countries/syria/archive/3",
        ),
        "withdrawn": edition(article(1), withdrawn=((article(9).id, MOMENT),)),
    }


NAMED = sorted(editions())


# ---------------------------------------------------------------- documents


@pytest.mark.parametrize("extension", FORMATS)
def test_document_carries_its_validators(extension):
    """One weak ETag of the identity bytes, gzip of the same bytes, the type of the format, the moment as given."""
    made = document(edition(rich()), extension, last_modified=MOMENT)
    assert gzip.decompress(made.gzip) == made.body == FORMATS[extension].render(edition(rich()))
    assert len(made.gzip) < len(made.body)
    assert made.etag.startswith('W/"')
    assert len(made.etag) == 4 + 32
    assert made.last_modified == MOMENT
    assert made.content_type.partition(";")[0] in {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
    }


DIGEST = """
import sys
from hashlib import sha256
from syndicator.publish.render import FORMATS, document
from tests.support.articles import MOMENT, article, edition, rich
made = edition(*(article(n) for n in range(5)), rich(9), withdrawn=(("x", MOMENT), ("y", MOMENT)))
for extension in FORMATS:
    one = document(made, extension, last_modified=MOMENT)
    sys.stdout.write(one.etag + sha256(one.body + one.gzip).hexdigest())
"""


def test_two_processes_render_the_same_bytes():
    """No clock, no hash order, no locale and no time zone reaches the bytes: a restart changes no ETag."""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": names, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed, zone, names in (("1", "UTC", "C.UTF-8"), ("2", "Asia/Damascus", "C"))
    }
    assert len(outputs) == 1
    assert 'W/"' in outputs.pop()


def test_threads_render_side_by_side():
    """Renders on several threads give the same bytes, and leave the process's locale as it was."""
    made = edition(*(article(number, body=sanitise(""), images=(), categories=(), topics=()) for number in range(40)))
    before, interval = locale.setlocale(locale.LC_ALL), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            bodies = set(pool.map(lambda _: FORMATS["rss"].render(made), range(100)))
        after = locale.setlocale(locale.LC_ALL)
    finally:
        sys.setswitchinterval(interval)
        locale.setlocale(locale.LC_ALL, before)
    assert len(bodies) == 1
    assert after == before


@pytest.mark.parametrize("extension", FORMATS)
def test_an_edit_changes_that_article_only(extension):
    """After an edit the ETag changes, every id stays, and only the edited article's date of change moves."""
    before = edition(article(1), article(2))
    edited = replace(article(2), title="عنوان آخر", updated=MOMENT)
    after = edition(article(1), edited, updated=MOMENT)
    etags = {document(each, extension, last_modified=MOMENT).etag for each in (before, after)}
    assert len(etags) == 2
    first, second = (feedparser.parse(FORMATS[extension].render(each)) for each in (before, after))
    if extension != "json":
        assert [each.id for each in first.entries] == [each.id for each in second.entries]
        assert first.feed.get("id") == second.feed.get("id")
    else:
        old, new = items(before), items(after)
        assert [each["id"] for each in old] == [each["id"] for each in new]
        assert old[0] == new[0]
        assert new[1]["date_modified"] == "2026-03-14T09:26:53Z"


def test_moments_are_written_in_utc_and_whole_seconds():
    """Another zone and a fraction of a second say the same moment: they are the same bytes."""
    elsewhere = article(1, published=article(1).published.astimezone(timezone(timedelta(hours=3))))
    exact = article(1, updated=article(1).updated + timedelta(microseconds=5))
    for extension, made in FORMATS.items():
        whole = made.render(edition(article(1)))
        assert made.render(edition(elsewhere)) == whole, extension
        assert made.render(edition(exact)) == whole, extension


# ---------------------------------------------------------------- validity


@pytest.fixture(scope="module")
def atom_schema():
    path = SCHEMAS / "atom-rfc4287.rng"
    if not path.exists():
        pytest.skip("the corpora are not beside the project: no Atom schema")
    return etree.RelaxNG(etree.parse(path))


@pytest.mark.parametrize("name", NAMED)
def test_atom_is_valid(name, atom_schema):
    """C04: Every edition is valid by the RELAX NG schema of RFC 4287."""
    atom_schema.assertValid(xml(editions()[name], "atom"))


@pytest.mark.parametrize("name", NAMED)
def test_json_feed_is_valid(name):
    """C11: Every edition is valid by the JSON Feed 1.1 schema."""
    path = SCHEMAS / "jsonfeed-1.1.schema.json"
    if not path.exists():
        pytest.skip("the corpora are not beside the project: no JSON Feed schema")
    made = json.loads(FORMATS["json"].render(editions()[name]))
    jsonschema.validate(made, json.loads(path.read_text()), format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_what_a_reader_reads_is_what_was_published(extension, name):
    """C04: Round trip through another's parser: order, ids, titles, links, dates, authors, pictures and files."""
    made = editions()[name]
    read = feedparser.parse(FORMATS[extension].render(made), sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo
    assert read.version == {"rss": "rss20", "atom": "atom10"}[extension]
    assert (read.feed.title, read.feed.link, read.feed.language) == (made.feed.title, BASE + "/", "ar")
    assert [entry.id for entry in read.entries] == [f"urn:uuid:{each.id}" for each in made.articles]
    for entry, each in zip(read.entries, made.articles, strict=True):
        assert entry.title.lstrip("\u200f") == each.title
        assert entry.link == each.url
        assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == each.published
        assert [author["name"] for author in entry.get("authors", [])] == list(each.authors)
        assert not each.summary or entry.summary == each.summary
        whole = entry.content[0].value if "content" in entry else entry.description
        assert each.body in whole.replace("<bdi>", "").replace("</bdi>", "")
        pictures = [shown for shown in entry.get("media_content", []) if shown.get("medium") == "image"]
        assert [shown["url"] for shown in pictures] == [image.url for image in each.images]
        credited = [image.credit for image in each.images if image.credit]
        assert [credit["content"] for credit in entry.get("media_credit", [])] == credited
    updated = read.feed.updated if extension == "rss" else read.feed.updated.replace("+00:00", "Z")
    assert made.updated == (parsedate_to_datetime(updated) if extension == "rss" else datetime.fromisoformat(updated))


# ---------------------------------------------------------------- RSS


def test_rss_channel_profile():
    """The home page is the link, whatever other links there are; self and hub are Atom links; nothing says "now"."""
    channel = xml(edition(article(1)), "rss")[0]
    assert channel.findtext("link") == BASE + "/"
    assert channel.findtext("language") == "ar"
    assert channel.findtext("generator") == "Syndicator"
    assert channel.findtext("lastBuildDate") == "Sat, 14 Mar 2026 08:31:53 +0000"
    links = {link.get("rel"): link.get("href") for link in channel.findall("a:link", NAMES)}
    assert links == {"self": f"{BASE}/feeds/countries/syria.rss", "hub": f"{BASE}/hub"}


def test_rss_item_profile():
    """A GUID that is no address, a numeric zone, the summary before the content, and whose item it is."""
    item = xml(edition(rich(2)), "rss").find("channel/item")
    assert item.find("guid").get("isPermaLink") == "false"
    assert item.findtext("guid") == f"urn:uuid:{rich(2).id}"
    assert item.findtext("pubDate") == "Sat, 14 Mar 2026 07:26:53 +0000"
    names = [etree.QName(child).localname for child in item]
    assert names.index("description") < names.index("encoded")
    assert item.find("source").attrib == {"url": "https://nahr.example.com/"}
    assert item.findtext("source") == "صحيفة nahr"
    assert item.findtext("georss:point", namespaces=NAMES) == "35.959400 39.007800"
    assert item.findtext("comments") == "https://nahr.example.com/news/2#comments"
    assert [each.text for each in item.findall("category")] == ["countries/syria", "health", "صحة"]


def test_rss_description_shows_the_summary_as_text():
    """Readers take a description for HTML, so a summary's "<" is escaped for HTML and again for XML."""
    item = xml(edition(article(1, summary="1 < 2 & 3 <b>")), "rss").find("channel/item")
    assert item.findtext("description") == "1 &lt; 2 &amp; 3 &lt;b&gt;"


PDF = Enclosure(url="https://e.example/a.pdf", type="application/pdf")
SOUND = Enclosure(url="https://e.example/a.mp3", type="audio/mpeg")
FILM = Enclosure(url="https://e.example/a.mp4", length=7)
PICTURE = Enclosure(url="https://e.example/a.jpg", type="image/jpeg")
MEASURED = Enclosure(url="https://e.example/b.jpg", type="image/jpeg", length=12)


@pytest.mark.parametrize(
    ("enclosures", "expected"),
    [
        ((), None),
        ((PDF, FILM, SOUND), (FILM.url, "7", "video/mp4")),
        ((PDF,), (PDF.url, "0", "application/pdf")),
        ((PICTURE,), None),
        ((PICTURE, MEASURED), (MEASURED.url, "12", "image/jpeg")),
    ],
)
def test_rss_has_one_enclosure(enclosures, expected):
    """One enclosure: the first sound or film, else the first file; length 0 when unknown; no unmeasured picture."""
    found = xml(edition(article(1, enclosures=enclosures)), "rss").findall("channel/item/enclosure")
    got = [(each.get("url"), each.get("length"), each.get("type")) for each in found]
    assert got == ([expected] if expected else [])


def test_every_recording_is_in_media_rss():
    """Sounds and films that the one enclosure has no room for are not lost."""
    item = xml(edition(article(1, images=(), enclosures=(SOUND, FILM, PDF))), "rss").find("channel/item")
    assert [each.get("url") for each in item.findall("media:content", NAMES)] == [SOUND.url, FILM.url]


# ---------------------------------------------------------------- Atom


def test_atom_entry_keeps_its_links_apart():
    """Each link keeps relation, type and length: an enclosure never becomes a second alternate."""
    entry = xml(edition(rich(2)), "atom").find("a:entry", NAMES)
    links = [dict(each.attrib) for each in entry.findall("a:link", NAMES)]
    assert [each["rel"] for each in links] == ["alternate", "enclosure", "enclosure", "via", "replies"]
    assert links[2] == {
        "rel": "enclosure",
        "href": "https://nahr.example.com/interview.mp3",
        "type": "audio/mpeg",
        "length": "4200000",
        "title": "المقابلة كاملة",
    }
    assert entry.find("a:content", NAMES).get("type") == "html"
    assert entry.find("a:summary", NAMES).get("type") == "text"


def test_atom_source_names_the_publisher():
    """The source has id, title, date, link and an author, who stands for an entry without authors."""
    source = xml(edition(article(1, authors=())), "atom").find("a:entry/a:source", NAMES)
    assert source.findtext("a:id", namespaces=NAMES).startswith("urn:uuid:")
    assert source.findtext("a:title", namespaces=NAMES) == "صحيفة nahr"
    assert source.findtext("a:updated", namespaces=NAMES) == "2026-03-14T08:31:53Z"
    assert source.findtext("a:author/a:name", namespaces=NAMES) == "صحيفة nahr"
    assert source.find("a:link", NAMES).get("href") == "https://nahr.example.com/"


def test_atom_feed_id_does_not_move():
    """The feed's id depends on its address alone: not on its content, title, description or archive."""
    made = (
        edition(article(1)),
        edition(article(2), feed=feed(title="اسم آخر", description="وصف آخر")),
        edition(article(3), archive=True, path="countries/syria/archive/2"),
    )
    ids = {xml(each, "atom").findtext("a:id", namespaces=NAMES) for each in made}
    assert len(ids) == 1
    other = xml(edition(feed=feed(path="countries/yemen")), "atom").findtext("a:id", namespaces=NAMES)
    assert other not in ids


def test_language_of_an_entry_where_it_differs():
    """An entry in another language than its feed says so, in every format; the others inherit it."""
    made = edition(article(1), article(2, language="en"), article(3, language="AR"))
    entries = xml(made, "atom").findall("a:entry", NAMES)
    assert [each.get(XML_LANG) for each in entries] == [None, "en", None]
    found = xml(made, "rss").findall("channel/item")
    assert [each.findtext("dc:language", namespaces=NAMES) for each in found] == [None, "en", None]
    assert [each["language"] for each in items(made)] == ["ar", "en", "AR"]


def test_withdrawn_article_leaves_a_tombstone():
    """C09: A withdrawn article is a tombstone in Atom (RFC 6721) and simply absent elsewhere; the ETag changes."""
    gone = article(9)
    made = edition(article(1), withdrawn=((gone.id, MOMENT),))
    tombstone = xml(made, "atom").find("at:deleted-entry", NAMES)
    assert tombstone.attrib == {"ref": f"urn:uuid:{gone.id}", "when": "2026-03-14T09:26:53Z"}
    assert gone.id not in FORMATS["rss"].render(made).decode()
    assert gone.id not in FORMATS["json"].render(made).decode()
    assert (
        document(made, "atom", last_modified=MOMENT).etag
        != document(edition(article(1)), "atom", last_modified=MOMENT).etag
    )


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_archives_are_linked(extension):
    """The current document leads to the newest archive; an archive marks itself and leads both ways and back."""
    current = edition(article(1), hubs=(), previous_archive="countries/syria/archive/3")
    archive = editions()["archive"]
    here = f"{BASE}/feeds/countries/syria"

    def links(made):
        head = xml(made, extension)
        head = head[0] if extension == "rss" else head
        found = {
            each.get("rel"): each.get("href").removesuffix(f".{extension}") for each in head.findall("a:link", NAMES)
        }
        return found, head.find("fh:archive", NAMES) is not None

    found, marked = links(current)
    assert (found["self"], found["prev-archive"], marked) == (here, f"{here}/archive/3", False)
    assert "current" not in found
    found, marked = links(archive)
    assert marked
    assert found["self"] == f"{here}/archive/2"
    assert found["current"] == here
    assert (found["prev-archive"], found["next-archive"]) == (f"{here}/archive/1", f"{here}/archive/3")


# ---------------------------------------------------------------- JSON Feed


def test_json_item_says_everything():
    """What the format has words for stands there; caption, credit, sources, topics and places under `_syndicator`."""
    made = items(edition(rich(2)))[0]
    assert made["url"] == rich(2).url
    assert made["image"] == "https://nahr.example.com/a.jpg?w=1&h=2"
    assert made["authors"] == [{"name": "سلمى الحلبي"}, {"name": "Omar Haddad"}]
    assert made["date_published"] == "2026-03-14T07:26:53Z"
    assert made["attachments"][1] == {
        "url": "https://nahr.example.com/interview.mp3",
        "mime_type": "audio/mpeg",
        "title": "المقابلة كاملة",
        "size_in_bytes": 4200000,
        "duration_in_seconds": 262,
    }
    more = made["_syndicator"]
    assert more["images"][0]["caption"] == "طفلة تتلقى اللقاح"
    assert more["images"][0]["credit"] == "ليث منصور"
    assert [each["title"] for each in more["sources"]] == ["صحيفة nahr", "صحيفة furat"]
    assert more["original"] == {"title": "وكالة الفرات", "url": "https://furat.example.net/item/9"}
    assert (more["topics"], more["places"]) == (["countries/syria", "health"], ["SY"])


def test_json_feed_leads_to_older_items():
    """`next_url` is the archive before; the hubs are WebSub hubs; the publisher stands for missing authors."""
    made = json.loads(
        FORMATS["json"].render(edition(article(1, authors=()), previous_archive="countries/syria/archive/3"))
    )
    assert made["next_url"] == f"{BASE}/feeds/countries/syria/archive/3.json"
    assert made["feed_url"] == f"{BASE}/feeds/countries/syria.json"
    assert made["hubs"] == [{"type": "WebSub", "url": f"{BASE}/hub"}]
    assert made["items"][0]["authors"] == [{"name": "صحيفة nahr", "url": "https://nahr.example.com/"}]


def test_a_publisher_without_a_home_page():
    """RSS demands an address for a source: without one it is left out, and the other formats give the title alone."""
    made = edition(
        article(1, images=(Image(url="https://e.example/a.jpg"),)), publishers={"nahr": publisher(homepage=None)}
    )
    assert xml(made, "rss").find("channel/item/source") is None
    assert xml(made, "atom").findtext("a:entry/a:source/a:title", namespaces=NAMES) == "صحيفة nahr"
    assert items(made)[0]["_syndicator"]["sources"] == [{"title": "صحيفة nahr"}]
