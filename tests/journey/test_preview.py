"""Looking before it goes live: the real command, a real server, and nothing stored."""

from pathlib import Path
from subprocess import CompletedProcess
from xml.sax.saxutils import escape

import pytest

from tests.support import commands
from tests.support.houses import furnish, publisher
from tests.support.oracle import dangers
from tests.support.servers import Reply, Request, Server, serve

STORY = [
    "وصلت صباح اليوم إلى ثلاث بلدات في ريف حلب قافلة تضم اثني عشر صهريجا من مياه الشرب، بعد أسبوعين من توقف محطة الضخ.",
    "وقال المكتب إن الكميات التي أفرغت تكفي حاجة أربعين ألف شخص أربعة أيام، وإن فرقا فنية بدأت بفحص المضخات المعطلة.",
    "ومن المقرر أن تتوجه قافلة ثانية إلى المنطقة يوم الخميس، تحمل قطع غيار ووقودا للمولدات يكفي شهرا كاملا.",
]
TITLE = "قافلة مياه تصل إلى ثلاث بلدات في سوريا"
ARTICLE = (
    f'<html lang="ar"><head><title>{TITLE}</title><meta property="og:type" content="article"></head><body><article>'
    f'<h1>{TITLE}</h1><figure><img src="/p.jpg" width=900><figcaption>صهريج مياه. المصدر: سانا</figcaption></figure>'
    f'{"".join(f"<p>{line}</p>" for line in STORY)}<p>اقرأ أيضا: <a href="/n/9">أمطار غزيرة في اللاذقية</a></p>'
    "</article></body></html>"
)


def rss(host: str) -> str:
    teaser = escape(f"<p>{STORY[0]}</p><p>The post {TITLE} appeared first on نهر.</p><script>alert(1)</script>")
    return (
        f"<rss version='2.0'><channel><title>نهر</title><link>{host}</link>"
        f"<item><title>{TITLE}</title><link>{host}n/1</link><guid>1</guid>"
        f"<pubDate>Sat, 14 Mar 2026 09:00:00 +0300</pubDate><description>{teaser}</description></item>"
        f"<item><title>افتتاح جسر على الفرات</title><link>{host}n/2</link><guid>2</guid>"
        f"<pubDate>Fri, 13 Mar 2026 09:00:00 +0300</pubDate><description>جسر جديد.</description></item>"
        "</channel></rss>"
    )


def outlet(request: Request) -> Reply:
    host = f"http://{request.headers['host']}/"
    pages = {
        "/rss": rss(host),
        "/n/1": ARTICLE,
        "/": f'<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>{STORY[0]}</body></html>',
        "/nothing": "<html><body><p>لا شيء</p></body></html>",
        "/robots.txt": "",
        "/index.xml": "<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2025-01-01</lastmod></sitemap>"
        "<sitemap><loc>/new.xml</loc><lastmod>2026-03-14</lastmod></sitemap></sitemapindex>",
        "/new.xml": f"<urlset><url><loc>{host}n/1</loc><lastmod>2026-03-14</lastmod></url></urlset>",
    }
    html = [("Content-Type", "text/xml" if request.path.endswith((".xml", "/rss")) else "text/html; charset=utf-8")]
    return Reply(200, html, pages[request.path].encode()) if request.path in pages else Reply(404)


@pytest.fixture
def nahr(home: Path):
    """A home with one source that fetches pages, and its server."""
    with serve(outlet) as server:
        lines = f'url = "{server.url}rss"\nfull_text = true\ntopics = ["water"]'
        water = 'title = "مياه"\nphrases = ["كلام لا يرد أبدا"]\n'
        furnish(home, {"config/sources/nahr.toml": publisher("نهر", main=lines), "config/topics/water.toml": water})
        yield server


def run(home: Path, *arguments: str) -> CompletedProcess[str]:
    return commands.run(home, "preview", *arguments)


def paths(server: Server) -> list[str]:
    return [request.path for request in server.requests]


def test_a_source_as_it_would_go_live(home: Path, nahr: Server, tmp_path: Path) -> None:
    """Items, the newest article with its page's text and picture, what was cut and why, labels and feeds with reasons."""
    before = {path for path in home.rglob("*") if path.is_file()}
    file = tmp_path / "shown.html"
    done = run(home, "nahr/main", "--html", str(file))
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "nahr/main: feed at" in said
    assert "2 items" in said
    assert "افتتاح جسر على الفرات" in said
    assert "2026-03-14 06:00 UTC" in said
    assert all(line in said for line in STORY)
    assert "صهريج مياه; credit: سانا" in said
    assert "feed footer: The post" in said
    assert "related: اقرأ أيضا" in said
    assert "its page: taken" in said
    assert "syria (" in said
    assert "in the title as سوريا" in said
    assert "water: given by the source" in said
    assert "/feeds/arabic /feeds/syria" in said
    html = file.read_text("utf-8")
    assert '<div dir="rtl" lang="ar">' in html
    assert "/p.jpg" in html
    assert dangers(html.partition("</h1>")[2].partition("</body>")[0]) == []
    assert {path for path in home.rglob("*") if path.is_file()} == before, "a preview stores nothing"
    assert paths(nahr).count("/n/1") == 1


def test_another_item_without_its_page(home: Path, nahr: Server) -> None:
    """`--item` chooses by the number in the list, and `--no-full-text` leaves the page alone."""
    done = run(home, "nahr/main", "--item", "2", "--no-full-text")
    assert done.returncode == 0, done.stderr
    assert "item 2\nافتتاح جسر على الفرات" in done.stdout
    assert "its page: not asked" in done.stdout
    assert paths(nahr) == ["/rss"]
    done = run(home, "nahr/main", "--item", "2")
    assert "its page: not read:" in done.stdout
    assert "404" in done.stdout
    done = run(home, "nahr/main", "--item", "3")
    assert done.returncode == 2
    assert "--item 3: there are 2 items" in done.stderr


def test_any_address(home: Path, nahr: Server) -> None:
    """A front page leads to its feed, a feed is read as one, an article's page as an article; sources are known again."""
    (home / "config" / "sources" / "nahr.toml").unlink()
    for place in ("", "rss"):
        done = run(home, f"{nahr.url}{place}")
        assert done.returncode == 0, done.stderr
        assert f"no source yet: feed at {nahr.url}rss" in done.stdout
        assert "its page: taken" in done.stdout, "for an address without a source a page is fetched for a teaser"
    done = run(home, f"{nahr.url}n/1")
    assert "page at" in done.stdout
    assert "says that it is an article" in done.stdout
    assert STORY[2] in done.stdout
    assert "/feeds/syria" in done.stdout


def test_an_index_shows_its_newest_sitemap(home: Path, nahr: Server) -> None:
    """An index of sitemaps is previewed by what the newest of them holds."""
    done = run(home, f"{nahr.url}index.xml")
    assert done.returncode == 0, done.stderr
    assert f"no source yet: sitemap at {nahr.url}index.xml" in done.stdout
    assert "the newest that its index names" in done.stdout
    assert STORY[2] in done.stdout


def test_what_cannot_be_previewed_is_said_plainly(home: Path, nahr: Server) -> None:
    """No source and no address is a mistake of the command line (2); an address that yields nothing is a failure (1)."""
    done = run(home, "nahr/other")
    assert done.returncode == 2
    assert "nahr/other: neither a source" in done.stderr
    done = run(home, f"{nahr.url}missing")
    assert done.returncode == 1
    assert "404" in done.stderr
    done = run(home, f"{nahr.url}nothing", "--kind", "feed")
    assert done.returncode == 1
    assert "web page" in done.stderr
    assert "Traceback" not in done.stderr
