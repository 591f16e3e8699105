"""Reads what a feed says of itself: title, language, and its wishes about when it is polled."""

import re
from collections.abc import Iterator
from datetime import timedelta

from lxml import etree

from syndicator.ingest.parse import entry
from syndicator.ingest.parse.elements import (
    attribute,
    first_text,
    is_absolute,
    is_rss_link,
    join,
    name,
    named,
    number,
    text,
    url,
    xml_base,
    xml_lang,
)
from syndicator.model import Channel, Response

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_HEADER_LINK = re.compile(r"""<([^<>]{1,2048})>((?:\s*;\s*[\w*]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)""")
_HEADER_PARAMETER = re.compile(r"""([\w*]+)\s*=\s*(?:"([^"]*)"|([^\s",;]+))""")
_HEADER_LINKS = 64
_OF_FEEDS = frozenset({"hub", "self", "next"})


def read(root: etree._Element, response: Response) -> Channel:
    """The `Channel` without its entries and title. `Link` headers come before the feed's own links (WebSub, 4)."""
    head = top(root)
    links = dict(_links(head, response.url))
    headed: dict[str, str] = {}
    for address, given in header_links(response):
        for relation in _OF_FEEDS.intersection(given["rel"].split()):
            headed.setdefault(relation, address)
    links.update(headed)
    return Channel(
        homepage=links.get("alternate"),
        language=first_text(head, "language", "dc:language") or xml_lang(head),
        ttl=_ttl(first_text(head, "ttl")),
        period=_period(head),
        skip_hours=frozenset(_skip_hours(head)),
        skip_days=frozenset(_skip_days(head)),
        hub=links.get("hub"),
        self_url=links.get("self"),
    )


def authors(root: etree._Element) -> tuple[str, ...]:
    """Those of an Atom feed; an RSS channel's are its editors, not its writers."""
    return entry.authors(root) if name(root) == "feed" else ()


def top(root: etree._Element) -> etree._Element:
    """The element that holds the feed's own facts: `channel` where there is one."""
    return root if name(root) in ("feed", "channel") else next(named(root, "channel"), root)


def _links(head: etree._Element, document: str) -> Iterator[tuple[str, str]]:
    """The first link of every relation, absolute; HTML first among the alternates."""
    found: dict[str, tuple[int, str]] = {}
    for place, link in enumerate(named(head, "link")):
        written = url(attribute(link, "href") or text(link))
        rel = (attribute(link, "rel") or "alternate").lower()
        if not written:
            continue
        rank = -1 - place if is_rss_link(link) else 1 if "html" in (attribute(link, "type") or "html") else 2
        address = written if is_absolute(written) else join(xml_base(link, document), written)
        for relation in rel.split():
            if relation not in found or rank < found[relation][0]:
                found[relation] = (rank, address)
    if "alternate" not in found and (href := attribute(head, "href")):
        found["alternate"] = (0, href)
    return ((relation, address) for relation, (_, address) in found.items())


def header_links(response: Response) -> Iterator[tuple[str, dict[str, str]]]:
    """The links of the `Link` headers (RFC 8288, 3): absolute address, and parameters by lower-case name.

    `rel` holds the relations in lower case, separated by single spaces. 64 links at most are read.
    """
    found = _HEADER_LINK.finditer(response.headers.get("link", "")[:16_384])
    for link, _ in zip(found, range(_HEADER_LINKS), strict=False):
        parameters: dict[str, str] = {}
        for key, quoted, token in _HEADER_PARAMETER.findall(link[2]):
            parameters.setdefault(key.lower(), quoted or token)
        parameters["rel"] = " ".join(parameters.get("rel", "").lower().split())
        yield join(response.url, link[1].strip()), parameters


def _ttl(written: str | None) -> timedelta | None:
    minutes = number(written)
    return timedelta(minutes=min(minutes, 60 * 24 * 365)) if minutes else None


def _period(head: etree._Element) -> timedelta | None:
    """`sy:updatePeriod` (daily when only a frequency is given) over `sy:updateFrequency` (1)."""
    period = first_text(head, "sy:updateperiod")
    frequency = first_text(head, "sy:updatefrequency")
    if period is None and frequency is None:
        return None
    length = _PERIODS.get((period or "daily").lower())
    return length / min(max(number(frequency) or 1, 1), 1_000_000) if length else None


def _skip_hours(head: etree._Element) -> Iterator[int]:
    for hours in named(head, "skiphours"):
        for child in named(hours, "hour"):
            hour = number(text(child))
            if hour is not None and hour <= 24:
                yield hour % 24


def _skip_days(head: etree._Element) -> Iterator[int]:
    for days in named(head, "skipdays"):
        for child in named(days, "day"):
            day = (text(child) or "").lower()
            if day in _DAYS:
                yield _DAYS.index(day)
