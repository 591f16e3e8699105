"""An outlet's items as bytes: RSS 2.0, Atom 1.0, JSON Feed 1.1, pages and pictures.

Written by hand as publishers' own systems write them, and not with the libraries that the service reads and writes
feeds with: a newsroom that shared them would hide their mistakes.
"""

import json
import struct
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from demo.outlets import Item, Outlet

NOTE = "كُتبت أخبار هذه الغرفة لعرض البرنامج، ولم يقع منها شيء."
"""Stands at the foot of every page: this is no news."""
TEASER = 90
"""Characters of a teaser."""
WIDTH, HEIGHT = 640, 360
"""Pixels of a picture."""


def rss(outlet: Outlet, items: Sequence[Item], home: str) -> bytes:
    """RSS 2.0 with the whole text, and pictures with caption and credit (Media RSS)."""
    return _rss(outlet, [_rss_item(item, home, whole=True) for item in items], home)


def teasers(outlet: Outlet, items: Sequence[Item], home: str) -> bytes:
    """RSS 2.0 with the first words only."""
    return _rss(outlet, [_rss_item(item, home, whole=False) for item in items], home)


def _rss(outlet: Outlet, items: Sequence[str], home: str) -> bytes:
    text = f"""<?xml version="1.0" encoding="{outlet.encoding}"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">
<channel>
<title>{escape(outlet.title)}</title>
<link>{home}/{outlet.name}/</link>
<description>{escape(outlet.description)}</description>
<language>ar</language>
{"".join(items)}</channel>
</rss>
"""
    return text.encode(outlet.encoding)


def _rss_item(item: Item, home: str, *, whole: bool) -> str:
    first = item.paragraphs[0]
    media = content = ""
    if whole:
        content = f"<content:encoded><![CDATA[{_text(item)}]]></content:encoded>\n"
    if item.picture and item.caption and whole:
        media = (
            f'<media:content url="{home}{item.picture}" medium="image" type="image/png"'
            f' width="{WIDTH}" height="{HEIGHT}">'
            f"<media:description>{escape(item.caption)}</media:description>"
            f"<media:credit>{escape(item.credit)}</media:credit></media:content>\n"
        )
    return f"""<item>
<title>{escape(item.title)}</title>
<link>{home}{item.path}</link>
<guid isPermaLink="true">{home}{item.path}</guid>
<pubDate>{format_datetime(item.published)}</pubDate>
<category>{escape(item.section)}</category>
<description>{escape(first if whole else first[:TEASER].rpartition(" ")[0] + "...")}</description>
{content}{media}</item>
"""


def atom(outlet: Outlet, items: Sequence[Item], home: str) -> bytes:
    """Atom 1.0 (RFC 4287); the picture stands in the content."""
    entries = "".join(
        f"""<entry>
<title>{escape(item.title)}</title>
<id>{home}{item.path}</id>
<link href="{home}{item.path}"/>
<published>{_rfc3339(item.published)}</published>
<updated>{_rfc3339(item.updated)}</updated>
<category term="{escape(item.section)}"/>
<summary>{escape(item.paragraphs[0])}</summary>
<content type="html">{escape(_figure(item, home) + _text(item))}</content>
</entry>
"""
        for item in items
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar">
<title>{escape(outlet.title)}</title>
<id>{home}{outlet.feed}</id>
<link rel="self" href="{home}{outlet.feed}"/>
<link href="{home}/{outlet.name}/"/>
<updated>{_rfc3339(_newest(items))}</updated>
<author><name>{escape(outlet.title)}</name></author>
{entries}</feed>
""".encode()


def json_feed(outlet: Outlet, items: Sequence[Item], home: str) -> bytes:
    """JSON Feed 1.1."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.title,
        "home_page_url": f"{home}/{outlet.name}/",
        "feed_url": f"{home}{outlet.feed}",
        "language": "ar",
        "items": [
            {
                "id": f"{home}{item.path}",
                "url": f"{home}{item.path}",
                "title": item.title,
                "summary": item.paragraphs[0],
                "content_html": _figure(item, home) + _text(item),
                "date_published": _rfc3339(item.published),
                "date_modified": _rfc3339(item.updated),
                "tags": [item.section],
                **({"image": f"{home}{item.picture}"} if item.picture else {}),
            }
            for item in items
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


FORMATS: dict[str, tuple[str, Callable[[Outlet, Sequence[Item], str], bytes]]] = {
    "rss": ("application/rss+xml", rss),
    "teasers": ("application/rss+xml", teasers),
    "atom": ("application/atom+xml", atom),
    "json": ("application/feed+json", json_feed),
}
"""An outlet's `format`: its media type and the function that writes it. No charset: the document says its own."""


# ---------------------------------------------------------------- pages


def article_page(item: Item, home: str) -> bytes:
    """An article's own page, in the layout of its outlet."""
    body = _doubled(item, home) if item.outlet.format == "page" else _plain_layout(item, home)
    return _page(f"{item.title} | {item.outlet.title}", body)


def _plain_layout(item: Item, home: str) -> str:
    return f"""<header><a href="{home}/{item.outlet.name}/">{escape(item.outlet.title)}</a></header>
<article>
<h1>{escape(item.title)}</h1>
{_time(item)}
{_figure(item, home)}
{_text(item)}
</article>"""


def _doubled(item: Item, home: str) -> str:
    """Slogan, headline, the caption twice, the headline again, then the text: as UN News wrote its pages."""
    line = f"{escape(item.caption or '')}. المصدر: {escape(item.credit)}"
    return f"""<div class="slogan">{escape(item.outlet.slogan)}</div>
<article>
<h1>{escape(item.title)}</h1>
{_time(item)}
<div class="lead"><img src="{home}{item.picture}" width="{WIDTH}" height="{HEIGHT}" alt="{line}">
<div>{line}</div></div>
<div>{line}</div>
<h2>{escape(item.title)}</h2>
{_text(item)}
</article>"""


def outlet_page(outlet: Outlet, items: Sequence[Item], home: str) -> bytes:
    """An outlet's front page."""
    links = "".join(f'<li><a href="{home}{item.path}">{escape(item.title)}</a></li>\n' for item in items)
    feed = f'<p><a href="{home}{outlet.feed}">{outlet.feed}</a></p>' if outlet.feed else ""
    return _page(
        outlet.title, f"<h1>{escape(outlet.title)}</h1>\n<p>{escape(outlet.description)}</p>{feed}\n<ul>{links}</ul>"
    )


def front_page(outlets: Sequence[Outlet], home: str) -> bytes:
    """The newsroom's outlets."""
    links = "".join(
        f'<li><a href="{home}/{outlet.name}/">{escape(outlet.title)}</a>: {escape(outlet.description)}'
        f" <code>{outlet.format} {outlet.encoding}</code></li>\n"
        for outlet in outlets
    )
    return _page("غرفة الأخبار", f"<h1>غرفة الأخبار</h1>\n<ul>{links}</ul>")


def _page(title: str, body: str) -> bytes:
    return f"""<!DOCTYPE html>
<html lang="ar" dir="rtl">
<head><meta charset="utf-8"><title>{escape(title)}</title></head>
<body>
{body}
<footer>{NOTE}</footer>
</body>
</html>
""".encode()


def _text(item: Item) -> str:
    return "\n".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in item.paragraphs)


def _figure(item: Item, home: str) -> str:
    if not item.picture or not item.caption:
        return ""
    return (
        f'<figure><img src="{home}{item.picture}" width="{WIDTH}" height="{HEIGHT}" alt="">'
        f"<figcaption>{escape(item.caption)}. المصدر: {escape(item.credit)}</figcaption></figure>"
    )


def _time(item: Item) -> str:
    return f'<time datetime="{_rfc3339(item.published)}">{item.published:%Y-%m-%d %H:%M}</time>'


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _newest(items: Sequence[Item]) -> datetime:
    return max(item.updated for item in items)


# ---------------------------------------------------------------- pictures


def picture(name: str) -> bytes:
    """A PNG of hills below a sky, 640 by 360 pixels; its colours follow from the name."""
    seed = zlib.crc32(name.encode())
    sky = [96 + (seed >> shift) % 128 for shift in (0, 8, 16)]
    rows = bytearray()
    for y in range(HEIGHT):
        hill = WIDTH * (y - HEIGHT // 2) * 2 // HEIGHT
        ground = max(0, min(WIDTH, hill))
        light = bytes(min(255, channel + y // 4) for channel in sky)
        dark = bytes(channel // 2 for channel in sky)
        rows += b"\0" + dark * ground + light * (WIDTH - ground)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 6))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
