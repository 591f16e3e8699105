"""Feeds that are made to hurt, feeds that are not, and work that never ends: for tests and benchmarks of the box."""

import time
from collections.abc import Iterator
from datetime import datetime
from itertools import cycle, islice

from syndicator.model import Article, Channel, ExtractRules, ListingRules, Publisher, Response, Source

PUBLISHER = Publisher(id="a", title="A", extract=ExtractRules())


def source(kind: str = "feed", **changes: object) -> Source:
    """A source that nobody has said anything about."""
    given = {"id": "a/b", "publisher": PUBLISHER, "url": "https://a.test/f", "kind": kind, "listing": ListingRules()}
    return Source(**(given | changes))


def answer(body: bytes | str, url: str = "https://a.test/f") -> Response:
    """A server's whole answer."""
    return Response(url=url, status=200, body=body.encode() if isinstance(body, str) else body)


def rss(*items: str, doctype: str = "") -> str:
    return f"<?xml version='1.0'?>{doctype}<rss version='2.0'><channel>{''.join(items)}</channel></rss>"


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10 if n else 'ha' * 50}'>" for n in range(10))
ENTITIES = {
    "billion laughs": (f"<!DOCTYPE rss [{LAUGHS}]>", "&l9;"),
    "quadratic": (f"<!DOCTYPE rss [<!ENTITY a '{'x' * 50_000}'>]>", "&a;" * 20_000),
    "external file": ("<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>", "&a;"),
    "external address": ("<!DOCTYPE rss [<!ENTITY a SYSTEM 'http://127.0.0.1:9/a'>]>", "&a;"),
    "parameter entity": ("<!DOCTYPE rss [<!ENTITY % a SYSTEM 'file:///etc/passwd'> %a;]>", "x"),
    "nested parameter entity": ("<!DOCTYPE rss [<!ENTITY % a '<!ENTITY b \"]>\">'> %a;]>", "&b;"),
    "external document type": ("<!DOCTYPE rss SYSTEM 'file:///etc/passwd'>", "x"),
    "public document type": ("<!DOCTYPE rss PUBLIC '-//N//D//E' 'http://127.0.0.1:9/rss.dtd'>", "x"),
    "bracket in a comment": ("<!DOCTYPE rss [<!-- ]> --><!ENTITY a SYSTEM 'file:///etc/passwd'>]>", "&a;"),
    "bracket in a value": ("<!DOCTYPE rss [<!ENTITY a ']>'><!ENTITY b SYSTEM 'file:///etc/passwd'>]>", "&b;"),
    "never closed": ("<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>", "&a;"),
    "lower case": ("<!doctype rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>", "&a;"),
    "xinclude": ("", "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd' parse='text'/>"),
    "stylesheet": ("<?xml-stylesheet type='text/xsl' href='file:///etc/passwd'?>", "x"),
}


ATTACKS = {
    "style attribute": rss("<item><description>&lt;p style='" + "a" * 60_000 + "'&gt;x</description></item>"),
    "open comments": rss(f"<item><description>{'&lt;!--' * 100_000}</description></item>"),
    "raw open comments": rss(f"<item><description>{'<!--' * 100_000}</description></item>"),
    "open character data": rss(f"<item><description>{'<![CDATA[' * 100_000}</description></item>"),
    "categories": rss(f"<item>{''.join(f'<category>c{n}</category>' for n in range(50_000))}</item>"),
    "attributes": rss("<item " + " ".join(f"a{n}=''" for n in range(50_000)) + "><title>x</title></item>"),
    "namespaces": rss("<item " + " ".join(f"xmlns:a{n}='u{n}'" for n in range(50_000)) + "><title>x</title></item>"),
    "nesting": "<rss>" + "<a>" * 300_000,
    "nesting with ends": "<rss>" + "<a>" * 100_000 + "</a>" * 100_000 + "</rss>",
    "end tags": rss("</a>" * 200_000),
    "unquoted attributes": rss(f"<item {'a=b ' * 100_000}>"),
    "quotes": rss("<item a=" + '"' * 100_001 + ">"),
    "less-than signs": rss("<" * 500_000),
    "ampersands": rss(f"<item><title>{'&' * 1_000_000}</title></item>"),
    "a long name": f"<{'a' * 1_000_000}>",
    "declarations": "<?xml version='1.0'?>" * 50_000,
    "document types": "<!DOCTYPE a [" * 50_000,
    "brackets": "<!DOCTYPE rss [" + "<" * 200_000,
    "white space": " " * 1_000_000 + "<rss",
    "links": rss("<item>" + "<link>http://a.test/</link>" * 4_000 + "</item>"),
    "bases": "<feed xmlns='http://www.w3.org/2005/Atom'>" + "<entry xml:base='../'>" * 50 + "</entry>" * 50 + "</feed>",
    "groups": rss("<item>" + "<media:group><media:content url='/a.jpg'/></media:group>" * 4_000 + "</item>"),
    "pages": "<!--" * 100_000 + "<html>",
}

HTML_ATTACKS = {
    "ampersands in a text": "&" * 1_000_000,
    "escaped ampersands": "&amp;" * 200_000,
    "nested divisions": "<div>" * 50_000,
    "nested formatting": "<b><i><u>" * 20_000,
    "nested tables": "<table><tr><td>" * 10_000,
    "open comments": "<!--" * 60_000,
    "one style": "<p style='" + "a" * 250_000,
    "pictures": "<img src=/a.jpg>" * 15_000,
    "quotes": "<a '" * 60_000,
}
"""HTML that keeps sanitisers busy, as the description of an item."""


def with_description(markup: str) -> str:
    """A feed of one item whose description is this HTML."""
    return rss(f"<item><guid>1</guid><title>x</title><description><![CDATA[{markup}]]></description></item>")


def hostile() -> Iterator[bytes]:
    """Hostile feeds without end: entities, attacks on XML and on HTML, each again and again."""
    entities = [rss(f"<item><title>{title}</title></item>", doctype=doctype) for doctype, title in ENTITIES.values()]
    made = [*entities, *ATTACKS.values(), *map(with_description, HTML_ATTACKS.values())]
    return (feed.encode() for feed in cycle(made))


def hostile_feeds(count: int) -> list[bytes]:
    """So many of them."""
    return list(islice(hostile(), count))


def good_feed(number: int, items: int = 30) -> bytes:
    """A feed of Arabic news as publishers send it, of about 30 KB; `number` makes its items its own."""
    text = "وقال مدير المركز إن الفريق يضم ثلاثين طبيبا وممرضة، وإن الخدمات مجانية لسكان الحي والأحياء المجاورة. " * 4
    return rss(
        *(
            f"<item><title>خبر {number} رقم {n} من حلب</title><link>https://a.test/{number}/{n}</link>"
            f"<guid>{number}/{n}</guid><pubDate>Fri, 05 Jan 2018 {n % 24:02}:51:00 GMT</pubDate>"
            f"<description><![CDATA[<p>{text}</p>]]></description></item>"
            for n in range(items)
        )
    ).encode()


def endless(response: Response, source: Source, moment: datetime) -> tuple[Channel, tuple[Article, ...]]:
    """A reader that never comes back, with one core busy all the while."""
    while True:
        time.perf_counter()
