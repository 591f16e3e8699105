"""One article through the whole house: page -> article -> store -> three feeds, on both databases."""

import json
from pathlib import Path

import feedparser
import jsonschema
import pytest
from lxml import etree

from syndicator.service import Service
from syndicator.web import create_app
from tests.support.houses import furnish, house, poll_all, publisher
from tests.support.servers import Reply, Request, serve

PAGES = Path(__file__).resolve().parents[1] / "data" / "pages"
SHARED = Path(__file__).resolve().parents[3] / "shared"
SCHEMAS = SHARED / "corpora" / "schemas"
MEDIA = "{http://search.yahoo.com/mrss/}"

SEED = """<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{title} | أخبار الأمم المتحدة</title>
<link rel="canonical" href="/ar/story/1"></head><body>
<div class="slogan">{slogan}</div><nav><a href="/">الرئيسية</a></nav>
<h1>{title}</h1>
<div class="media"><img src="/pictures/envoy.jpg" width="1200" height="800" alt="{caption}"><div class="caption">{caption}</div></div>
<p>{caption}</p>
<h2>{title}</h2>
{body}
</body></html>"""


def page_of(lines: list[str]) -> str:
    """A page laid out like the seed's lines: slogan, headline, caption twice, headline again, body."""
    slogan, title, caption, caption_again, title_again, *body = lines
    assert (caption, title) == (caption_again, title_again)
    paragraphs = "".join(f"<p>{line}</p>" for line in body)
    return SEED.format(slogan=slogan, title=title, caption=caption, body=paragraphs)


def seed_lines() -> list[str]:
    files = sorted((SHARED / "seed").glob("*.txt"))
    if not files:
        pytest.skip("the seed's text is not here: ../shared/seed is absent")
    return [line for line in files[0].read_text("utf-8").splitlines() if line.strip()]


def own_lines() -> list[str]:
    return [line for line in (PAGES / "un-like-lines.txt").read_text("utf-8").splitlines() if line.strip()]


def get(service: Service, path: str, **headers: str):
    return create_app(service).test_client().get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.parametrize("lines", [own_lines, seed_lines])
def test_the_seeds_page_becomes_one_clean_article(lines, home: Path, database_url: str) -> None:
    """Title once, caption and credit as fields, no slogan and no repeats in the body, topic Syria, in all formats."""
    written = lines()
    slogan, title, caption_line, *_ = written
    caption, credit = (part.strip() for part in caption_line.split("المصدر:"))
    page = page_of(written).encode()
    with serve(lambda _: Reply(200, [("Content-Type", "text/html; charset=utf-8")], page)) as server:
        address = f'url = "{server.url}ar/story/1"\nkind = "page"'
        furnish(home, {"config/sources/un.toml": publisher("أخبار", story=address)})
        with house(home, database_url) as service:
            assert poll_all(service) == ["un/story changed"]
            [article] = service.store.after("", 10)
            assert article.title == title
            assert article.topics == ("syria",)
            [image] = article.images
            assert (image.caption, image.credit) == (caption.rstrip("."), credit)
            for repeated in (slogan, title, caption.rstrip("."), credit):
                assert repeated not in article.body
            for paragraph in written[5:]:
                assert paragraph.split('"')[0] in article.body.replace("&quot;", '"')
            feeds = {name: get(service, f"/feeds/syria.{name}").data for name in ("rss", "atom", "json")}
    for name in ("rss", "atom"):
        parsed = feedparser.parse(feeds[name])
        assert not parsed.bozo
        assert [entry.title for entry in parsed.entries] == [title]
        told = [element.text for element in etree.fromstring(feeds[name]).iter(f"{MEDIA}credit")]
        assert told == [credit]
    [item] = json.loads(feeds["json"])["items"]
    assert item["title"] == title
    assert item["_syndicator"]["images"][0]["credit"] == credit


RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>نهر</title>
<link>https://nahr.example.com/</link><description>أخبار</description>{items}</channel></rss>"""
ITEM = (
    "<item><title>{title}</title><link>https://nahr.example.com/{n}</link><guid isPermaLink='false'>{n}</guid>"
    "<pubDate>Sat, 14 Mar 2026 0{n}:00:00 +0300</pubDate><description>{text}</description></item>"
)


class Outlet:
    """A feed that a test edits; answers conditional requests as a good server does."""

    def __init__(self) -> None:
        self.items: dict[int, tuple[str, str]] = {
            1: ("وصول قافلة إلى حلب", "وصلت القافلة صباح اليوم."),
            2: ("أسعار النفط ترتفع اليوم", "ارتفعت الأسعار."),
        }

    def __call__(self, request: Request) -> Reply:
        items = "".join(ITEM.format(n=n, title=title, text=text) for n, (title, text) in self.items.items())
        etag = f'"{abs(hash(items))}"'
        if request.headers.get("if-none-match") == etag:
            return Reply(304, [("ETag", etag)])
        return Reply(200, [("Content-Type", "application/rss+xml"), ("ETag", etag)], RSS.format(items=items).encode())


def test_an_articles_whole_life(home: Path, database_url: str) -> None:
    """New, unchanged, corrected, restarted: one article, one id, the right feeds, and conditional GET that is exact."""
    outlet = Outlet()
    with serve(outlet) as server:
        furnish(home, {"config/sources/nahr.toml": publisher("نهر", main=f'url = "{server.url}rss"')})
        with house(home, database_url) as service:
            assert poll_all(service) == ["nahr/main changed"]
            first = get(service, "/feeds/syria.atom")
            assert [e.title for e in feedparser.parse(first.data).entries] == ["وصول قافلة إلى حلب"]
            assert len(feedparser.parse(get(service, "/feeds/arabic.rss").data).entries) == 2
            assert poll_all(service) == ["nahr/main not-modified"]
            again = get(service, "/feeds/syria.atom", If_None_Match=first.headers["ETag"])
            assert (again.status_code, again.data) == (304, b"")
            before = service.store.newest("syria", 1)[0]

            outlet.items[1] = ("وصول قافلتين إلى حلب", "وصلت القافلتان صباح اليوم.")
            assert poll_all(service) == ["nahr/main changed"]
            after = service.store.newest("syria", 1)[0]
            assert (after.id, after.published) == (before.id, before.published)
            assert after.updated > before.updated
            assert service.store.versions(after.id)[0][1]["title"] == before.title
            corrected = get(service, "/feeds/syria.atom", If_None_Match=first.headers["ETag"])
            assert corrected.status_code == 200
            assert feedparser.parse(corrected.data).entries[0].id == feedparser.parse(first.data).entries[0].id
        with house(home, database_url) as service:
            assert get(service, "/feeds/syria.atom").headers["ETag"] == corrected.headers["ETag"]
            assert poll_all(service) == ["nahr/main not-modified"]
            service.publish()
            assert get(service, "/feeds/syria.atom").headers["ETag"] == corrected.headers["ETag"]


def test_every_served_feed_is_valid(home: Path, database_url: str) -> None:
    """No served feed is bozo to feedparser; Atom validates against its schema, JSON Feed against its own."""
    with serve(Outlet()) as server:
        furnish(home, {"config/sources/nahr.toml": publisher("نهر", main=f'url = "{server.url}rss"')})
        with house(home, database_url) as service:
            poll_all(service)
            served = {
                (path, name): get(service, f"/feeds/{path}.{name}").data
                for path in service.catalogue.feeds
                for name in ("rss", "atom", "json")
            }
    for (_, name), body in served.items():
        assert name == "json" or not feedparser.parse(body).bozo
    if not SCHEMAS.is_dir():
        pytest.skip("the schemas are not here: ../shared/corpora/schemas is absent")
    relaxng = etree.RelaxNG(etree.parse(SCHEMAS / "atom-rfc4287.rng"))
    schema = json.loads((SCHEMAS / "jsonfeed-1.1.schema.json").read_text("utf-8"))
    for (_, name), body in served.items():
        if name == "atom":
            relaxng.assertValid(etree.fromstring(body))
        if name == "json":
            jsonschema.validate(json.loads(body), schema)


def test_edited_definitions_reach_what_is_stored(home: Path, database_url: str) -> None:
    """After a topic or a feed is edited, stored articles get new labels and feeds; ids stay."""
    with serve(Outlet()) as server:
        furnish(home, {"config/sources/nahr.toml": publisher("نهر", main=f'url = "{server.url}rss"')})
        with house(home, database_url) as service:
            poll_all(service)
            before = {article.id for article in service.store.newest("arabic", 9)}
            (home / "config/topics/oil.toml").write_text('title = "نفط"\nphrases = ["النفط"]\n', "utf-8")
            (home / "feeds/oil.toml").write_text('title = "نفط"\ntopics = ["oil"]\n', "utf-8")
            assert service.refresh()
            service.sync()
            assert service.outdated
            assert service.relabel() == 1
            assert not service.outdated
            service.publish()
            assert [article.title for article in service.store.newest("oil", 9)] == ["أسعار النفط ترتفع اليوم"]
            assert {article.id for article in service.store.newest("arabic", 9)} == before
            assert get(service, "/feeds/oil.rss").status_code == 200


def test_broken_edit_leaves_the_old_definitions(home: Path, database_url: str) -> None:
    """A file with a mistake never takes a running service down: the old definitions hold."""
    with serve(Outlet()) as server:
        furnish(home, {"config/sources/nahr.toml": publisher("نهر", main=f'url = "{server.url}rss"')})
        with house(home, database_url) as service:
            (home / "feeds/oil.toml").write_text("title = ", "utf-8")
            assert not service.refresh()
            assert set(service.catalogue.feeds) == {"arabic", "syria"}
