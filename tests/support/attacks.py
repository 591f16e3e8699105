"""The collection of attacks on HTML, and feeds of every kind that carry one in each of their text fields."""

import base64
import html
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from syndicator.model import Article, ListingRules, Response, Source
from syndicator.publish.render.content import article_html
from tests.support.hostile import answer, source

_FILE = Path(__file__).parents[1] / "data" / "text" / "attacks.txt"
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([nrt0\\]))")
_SHORT = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\"}
_HEAD = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
_ATOM = 'xmlns="http://www.w3.org/2005/Atom"'


def attacks() -> list[str]:
    """Every attack of the file, one a line, with its escapes read."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()[1:]
    return [_ESCAPE.sub(lambda m: _SHORT[m[3]] if m[3] else chr(int(m[1] or m[2], 16)), line) for line in lines]


def _json(value: object) -> Response:
    return answer(json.dumps(value))


def _xml(text: str) -> Response:
    return answer(text.encode("utf-8", "surrogatepass"))


def _rss(each: list[str]) -> Iterator[Response]:
    items = "".join(
        f"<item><guid>{n}</guid><link>https://a.test/{n}</link><title>{e}</title><author>{e}</author>"
        f"<dc:creator>{e}</dc:creator><category>{e}</category><description>{e}</description>"
        f"<content:encoded>{e}</content:encoded><source url='https://b.test/'>{e}</source>"
        f"<media:content url='https://a.test/{n}.jpg'><media:description>{e}</media:description>"
        f"<media:title>{e}</media:title><media:credit>{e}</media:credit></media:content>"
        f"<enclosure url='https://a.test/{n}.mp3' type='audio/mpeg' title='{e}'/></item>"
        for n, e in enumerate(map(html.escape, each))
    )
    content = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    yield _xml(
        f"<rss version='2.0' {_HEAD} {content}><channel><title>{html.escape(each[0])}</title>{items}</channel></rss>"
    )


def _rss_cdata(each: list[str]) -> Iterator[Response]:
    items = "".join(
        f"<item><guid>{n}</guid><title><![CDATA[{e}]]></title><description><![CDATA[{e}]]></description></item>"
        for n, e in enumerate(attack.replace("]]>", "]] >") for attack in each)
    )
    yield _xml(f"<rss version='2.0'><channel>{items}</channel></rss>")


def _media_alone(each: list[str]) -> Iterator[Response]:
    """Nothing but `media:description` to make a summary of."""
    items = "".join(
        f"<item><guid>{n}</guid><media:group><media:description type='html'>{html.escape(e)}</media:description>"
        f"<media:thumbnail url='https://a.test/{n}.jpg'/></media:group></item>"
        for n, e in enumerate(each)
    )
    yield _xml(f"<rss version='2.0' {_HEAD}><channel>{items}</channel></rss>")


def _atom(each: list[str]) -> Iterator[Response]:
    entries = "".join(
        f"<entry><id>{n}</id><title type='{kind}'>{e}</title><summary type='{kind}'>{e}</summary>"
        f"<content type='html'>{e}</content><author><name>{e}</name><uri>https://a.test/</uri></author>"
        f"<category term='{e}' label='{e}'/><rights>{e}</rights></entry>"
        for n, e in enumerate(map(html.escape, each))
        for kind in (("html", "text")[n % 2],)
    )
    yield _xml(f"<feed {_ATOM}>{entries}</feed>")


def _atom_xhtml(each: list[str]) -> Iterator[Response]:
    """As it stands, in XML: much of it is not well-formed, and one would swallow the next. So a feed each."""
    for e in each:
        div = f"<div xmlns='http://www.w3.org/1999/xhtml'>{e}</div>"
        yield _xml(
            f"<feed {_ATOM}><entry><id>1</id><title type='xhtml'>{div}</title><summary type='xhtml'>{div}</summary>"
            f"<content type='xhtml'>{div}</content></entry></feed>"
        )


def _atom_base64(each: list[str]) -> Iterator[Response]:
    entries = "".join(
        f"<entry><id>{n}</id><title mode='base64' type='text/html'>{e}</title>"
        f"<content mode='base64' type='text/html'>{e}</content></entry>"
        for n, e in enumerate(base64.b64encode(attack.encode()).decode() for attack in each)
    )
    yield _xml(f"<feed version='0.3' xmlns='http://purl.org/atom/ns#'>{entries}</feed>")


def _jsonfeed(each: list[str]) -> Iterator[Response]:
    items = [
        {
            "id": str(n), "title": e, "summary": e, "content_html": e, "content_text": e, "authors": [{"name": e}],
            "tags": [e], "attachments": [{"url": f"https://a.test/{n}.mp3", "mime_type": "audio/mpeg", "title": e}],
        }
        for n, e in enumerate(each)
    ]  # fmt: skip
    yield _json({"version": "https://jsonfeed.org/version/1.1", "title": each[0], "items": items})
    texts = [{"id": str(n), "content_text": e} for n, e in enumerate(each)]
    yield _json({"version": "https://jsonfeed.org/version/1.1", "items": texts})


def _wordpress(each: list[str]) -> Iterator[Response]:
    yield _json(
        [
            {
                "id": n, "link": f"https://a.test/{n}", "guid": {"rendered": f"https://a.test/?p={n}"},
                "title": {"rendered": e}, "excerpt": {"rendered": e}, "content": {"rendered": e},
                "_embedded": {
                    "author": [{"name": e}], "wp:term": [[{"name": e, "taxonomy": "category"}]],
                    "wp:featuredmedia": [{
                        "source_url": f"https://a.test/{n}.jpg", "alt_text": e, "caption": {"rendered": e},
                        "media_details": {"image_meta": {"credit": e}},
                    }],
                },
            }
            for n, e in enumerate(each)
        ]
    )  # fmt: skip


def _listing(each: list[str]) -> Iterator[Response]:
    """The attack as markup on the page, as an attribute, and in JSON-LD."""
    for e in each:
        quoted = html.escape(e)
        yield _xml(
            f"<html><body><article><a href='/1' title=\"{quoted}\">{quoted}</a><img src='/1.jpg' alt=\"{quoted}\">"
            f"<h2>{e}</h2><p>{e}</p></article></body></html>"
        )
    rows = [{"@type": "NewsArticle", "url": f"/{n}", "headline": e, "description": e} for n, e in enumerate(each)]
    script = json.dumps({"@type": "ItemList", "itemListElement": rows}).replace("</", "<\\/")
    yield _xml(f"<html><body><script type='application/ld+json'>{script}</script></body></html>")


def _sitemap(each: list[str]) -> Iterator[Response]:
    rows = "".join(
        f"<url><loc>https://a.test/{n}</loc><news:news><news:publication><news:name>{e}</news:name>"
        f"<news:language>{e}</news:language></news:publication><news:title>{e}</news:title>"
        f"<news:keywords>{e}</news:keywords></news:news><image:image><image:loc>https://a.test/{n}.jpg</image:loc>"
        f"<image:caption>{e}</image:caption><image:title>{e}</image:title></image:image></url>"
        for n, e in enumerate(map(html.escape, each))
    )
    spaces = (
        'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
        'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
    )
    yield _xml(f"<urlset {spaces}>{rows}</urlset>")


def _page(each: list[str]) -> Iterator[Response]:
    for e in each:
        yield _xml(page(e))


def page(attack: str) -> str:
    """An article's page with the attack in what it says to machines and between its paragraphs."""
    quoted = html.escape(attack)
    said = {
        "@type": "NewsArticle", "headline": attack, "description": attack, "author": {"name": attack},
        "keywords": [attack], "image": {"url": "https://a.test/1.jpg", "caption": attack, "creditText": attack},
    }  # fmt: skip
    script = json.dumps(said).replace("</", "<\\/")
    lines = "".join(
        f"<p>وقال المدير إن الفريق رقم {n} يضم ثلاثين طبيبا، وإن الخدمات مجانية لسكان الحي والأحياء المجاورة له.</p>{more}"
        for n, more in enumerate(
            (attack, "", f"<figure><img src='/2.jpg'><figcaption>{attack}</figcaption></figure>", "")
        )
    )
    return (
        f'<html><head><title>{quoted}</title><meta property="og:description" content="{quoted}">'
        f'<meta name="author" content="{quoted}"><script type="application/ld+json">{script}</script></head>'
        f"<body><article><h1>{quoted}</h1>{lines}</article></body></html>"
    )


CARRIERS: dict[str, tuple[str, Callable[[list[str]], Iterator[Response]]]] = {
    "rss": ("feed", _rss),
    "rss, character data": ("feed", _rss_cdata),
    "media:description alone": ("feed", _media_alone),
    "atom": ("feed", _atom),
    "atom, xhtml": ("feed", _atom_xhtml),
    "atom, base64": ("feed", _atom_base64),
    "json feed": ("jsonfeed", _jsonfeed),
    "wordpress": ("wordpress", _wordpress),
    "listing": ("listing", _listing),
    "sitemap": ("sitemap", _sitemap),
    "page": ("page", _page),
}
"""By name: a source's kind, and the function that makes answers of that kind which carry these strings everywhere."""


def source_of(carrier: str) -> Source:
    """A source of the carrier's kind."""
    kind = CARRIERS[carrier][0]
    rules = ListingRules(item="article", link="a", title="h2", summary="p", image="img")
    return source(kind, listing=rules if kind == "listing" else ListingRules())


def texts(article: Article) -> Iterator[str]:
    """Every text of an article that is one line; the summary is a text too, and may speak of HTML in HTML's signs."""
    yield article.title
    yield from article.authors
    for category in article.categories:
        yield from (category.term, category.label or "")
    for image in article.images:
        yield from (image.caption or "", image.credit or "", image.alt or "")
    for enclosure in article.enclosures:
        yield enclosure.title or ""
    yield (article.source.title or "") if article.source else ""


def markup(article: Article) -> Iterator[str]:
    """Every piece of HTML that we make of an article."""
    yield article.body
    yield article_html(article)
