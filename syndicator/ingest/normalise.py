"""Entries as publishers wrote them -> articles: canonical, dated, safe.

Identity comes first, because only new articles are worth a page fetch. An item is who its guid says it is within its
source; a guid that a source uses for several links says nothing, and the link takes its place. A link that several
items share (a homepage, a podcast's page) does not identify any of them.

Dates are never in the future: an item dated ahead, or not at all, is dated by the moment we first saw it. Which of
day and month comes first is asked of all the source's dates together, so a consistent source is never swapped.

The fingerprint is of what the item says - not of its dates, which some sources renew at every poll.

A summary is the publisher's own or empty: what stands in for it is made once the body is tidy (`read`, `extract`).
"""

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from syndicator.model import Article, Category, Channel, Enclosure, Entry, Image, Origin, Reference, Source
from syndicator.text import dates
from syndicator.text.figures import figures, split_credit
from syndicator.text.html import EMPTY, SafeHtml, plain, sanitise, text_of
from syndicator.text.language import detect, tag
from syndicator.text.lead import lead, shorten
from syndicator.text.markup import Meant, meant
from syndicator.text.url import Url, absolute, canonical

NAMESPACE = UUID("0b6a6f0e-5d0f-5b0e-9d55-7f8d2f3c9a10")
"""Of the ids of articles (RFC 9562, 5.5): `uuid5(NAMESPACE, source id + newline + guid)`."""

LONG_SUMMARY = 1200
"""A description longer than this, in an item without content, is the content."""

_MAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")


@dataclass(frozen=True, slots=True)
class _Identity:
    """Who an item is, and where it stands."""

    guid: str
    link: Url
    shared: bool


def normalise(channel: Channel, source: Source, *, url: str, moment: datetime) -> tuple[Article, ...]:
    """The articles of one poll, each once, in the source's order. `url` is where the answer came from."""
    identities = _identities(channel, source, url)
    day_first = dates.day_first(raw for entry in channel.entries for raw in (entry.published, entry.updated) if raw)
    found: dict[str, Article] = {}
    for entry, identity in zip(channel.entries, identities, strict=True):
        if identity is not None and identity.guid not in found:
            found[identity.guid] = _article(entry, identity, channel, source, url, moment, day_first)
    return tuple(found.values())


def _identities(channel: Channel, source: Source, url: str) -> list[_Identity | None]:
    """Repairs guids that repeat, and marks links that are shared. None: nothing to know the item by."""
    homepage = canonical(channel.homepage or "", url) or canonical(source.publisher.homepage or "")
    fallback = homepage or canonical(url) or canonical(source.url)
    links = [_link(entry, url) for entry in channel.entries]
    links_of_guid: defaultdict[str, set[Url | None]] = defaultdict(set)
    for entry, link in zip(channel.entries, links, strict=True):
        links_of_guid[(entry.guid or "").strip()].add(link)
    guids = [
        guid if (guid := (entry.guid or "").strip()) and len(links_of_guid[guid]) == 1 else link or _digest(entry)
        for entry, link in zip(channel.entries, links, strict=True)
    ]
    guids_of_link: defaultdict[Url, set[str]] = defaultdict(set)
    for guid, link in zip(guids, links, strict=True):
        if link is not None:
            guids_of_link[link].add(guid)
    identities: list[_Identity | None] = []
    for guid, link in zip(guids, links, strict=True):
        where = link or fallback
        shared = link is None or link == homepage or len(guids_of_link[link]) > 1
        identities.append(None if where is None else _Identity(guid, where, shared))
    return identities


def _link(entry: Entry, url: str) -> Url | None:
    base = entry.base or url
    for raw in (entry.link, entry.guid if (entry.guid or "").startswith(("http://", "https://")) else None):
        if raw and (link := canonical(raw, base)) is not None:
            return link
    return None


def _digest(entry: Entry) -> str:
    """For items with neither guid nor link: what they say is who they are."""
    said = "\n".join(part or "" for part in (entry.title, entry.published, entry.summary, entry.content))
    return "sha256:" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def _article(
    entry: Entry,
    identity: _Identity,
    channel: Channel,
    source: Source,
    url: str,
    moment: datetime,
    day_first: bool | None,
) -> Article:
    base = entry.base or url
    content, description = meant(entry.content or ""), meant(entry.summary or "")
    entry = _as_meant(entry, content, description)
    body, summary = _texts(content, description, base)
    said = summary or lead(body)
    title = plain(entry.title or "") or plain(shorten(said, 80)) or identity.link
    published, updated, dated = _dates(entry, source, moment, day_first)
    hint = tag(entry.language) or tag(channel.language) or source.language
    article = Article(
        id=str(uuid5(NAMESPACE, f"{source.id}\n{identity.guid}")),
        url=identity.link,
        shared_link=identity.shared,
        title=title,
        summary=summary,
        body=body,
        authors=_authors(entry.authors),
        language=_language(f"{title}\n{said}", hint),
        published=published,
        updated=updated,
        dated=dated,
        images=_images(entry, base),
        enclosures=_enclosures(entry.enclosures, base),
        categories=_categories(entry.categories),
        source=_reference(entry.source, base),
        comments=absolute(entry.comments, base) if entry.comments else None,
        geo=entry.geo,
        withdrawn=entry.withdrawn,
        origins=(),
    )
    return replace(article, origins=(Origin(source=source.id, guid=identity.guid, fingerprint=fingerprint(article)),))


def fingerprint(article: Article) -> str:
    """SHA-256 of all that an article says, without its dates and labels."""
    said = {
        name: getattr(article, name)
        for name in ("url", "title", "summary", "body", "authors", "comments", "geo", "withdrawn")
    }
    parts: tuple[Image | Enclosure | Category, ...] = (*article.images, *article.enclosures, *article.categories)
    said["parts"] = [asdict(part) for part in parts]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _as_meant(entry: Entry, content: Meant, summary: Meant) -> Entry:
    """The entry with its texts as they were meant; what is played in them is among its enclosures."""
    known = {enclosure.url for enclosure in entry.enclosures}
    played = (Enclosure(url=one.address, type=one.type, title=one.title) for one in (*content.films, *summary.films))
    films = tuple(film for film in played if film.url not in known)
    return replace(
        entry, content=content.html or None, summary=summary.html or None, enclosures=(*entry.enclosures, *films)
    )


def _texts(content: Meant, description: Meant, base: str) -> tuple[SafeHtml, str]:
    """Body and summary. A description that holds the whole text is the body, and no summary."""
    body, summary_html = _safe(content, base), _safe(description, base)
    summary = " ".join(text_of(summary_html).split())
    if body == EMPTY or (len(text_of(body)) < len(summary) and len(summary) > LONG_SUMMARY):
        body = summary_html
    if len(summary) > LONG_SUMMARY and body == summary_html:
        summary = ""
    return body, summary


def _safe(text: Meant, base: str) -> SafeHtml:
    return sanitise(text.html, base) if text.safe is None else text.safe


def _dates(entry: Entry, source: Source, moment: datetime, day_first: bool | None) -> tuple[datetime, datetime, bool]:
    """Published, updated, and whether the publisher gave a date at all."""

    def read(raw: str | None) -> datetime | None:
        if not raw:
            return None
        found = dates.parse(raw, moment=moment, timezone=source.timezone, day_first=day_first)
        return None if found is None else min(found, moment)

    updated = read(entry.updated)
    given = read(entry.published) or updated
    published = given or moment
    return published, max(updated or published, published), given is not None


def _language(text: str, hint: str | None) -> str:
    """What the text itself says; a hint that names the same language more closely (`ar-SY`) is kept."""
    found = detect(text, hint=hint)
    return hint if hint and hint.partition("-")[0] == found else found


def _authors(raw: tuple[str, ...]) -> tuple[str, ...]:
    """Names; RSS writes `mail@example.org (Name)`, and a bare address is nobody's name."""
    names: list[str] = []
    for author in raw:
        name = plain(author)
        if (inside := re.fullmatch(r"[^\s@]+@[^\s@]+\s*\((.+)\)", name)) is not None:
            name = inside[1].strip()
        name = _MAIL.sub("", name).strip(" <>()،,") if "@" in name else name
        if name and name not in names:
            names.append(name)
    return tuple(names)


def _images(entry: Entry, base: str) -> tuple[Image, ...]:
    """Media RSS and the like first, then image enclosures, then the pictures in the text; each once."""
    found: dict[str, Image] = {}

    def add(image: Image) -> None:
        known = found.get(image.url)
        if known is None or not (known.caption or known.credit):
            found[image.url] = image

    for written in entry.images:
        if (url := absolute(written.url, base)) is not None and not _is_pixel(written):
            caption, credit = plain(written.caption or "") or None, plain(written.credit or "") or None
            if caption and not credit:
                caption, credit = split_credit(caption)
            add(Image(url=url, caption=caption, credit=credit, width=written.width, height=written.height))
    for enclosure in entry.enclosures:
        if (enclosure.type or "").startswith("image/") and (url := absolute(enclosure.url, base)) is not None:
            add(Image(url=url))
    for figure in figures(entry.content or entry.summary or "", base):
        words = {name: plain(getattr(figure, name) or "") or None for name in ("caption", "credit", "alt")}
        add(Image(url=figure.url, width=figure.width, height=figure.height, **words))
    return tuple(found.values())


def _is_pixel(image: Image) -> bool:
    return (image.width is not None and image.width <= 2) or (image.height is not None and image.height <= 2)


def _enclosures(raw: tuple[Enclosure, ...], base: str) -> tuple[Enclosure, ...]:
    """Sound, film and files; image enclosures are among the images."""
    found: dict[str, Enclosure] = {}
    for written in raw:
        url = absolute(written.url, base)
        if url is not None and not (written.type or "").startswith("image/"):
            title = plain(written.title or "") or None
            found.setdefault(
                url,
                Enclosure(url=url, type=written.type, length=written.length, title=title, duration=written.duration),
            )
    return tuple(found.values())


def _categories(raw: tuple[Category, ...]) -> tuple[Category, ...]:
    """As plain text, each once."""
    found = (
        Category(term=term, scheme=category.scheme, label=plain(category.label or "") or None)
        for category in raw
        if (term := plain(category.term))
    )
    return tuple(dict.fromkeys(found))


def _reference(raw: Reference | None, base: str) -> Reference | None:
    if raw is None:
        return None
    found = Reference(title=plain(raw.title or "") or None, url=absolute(raw.url, base) if raw.url else None)
    return found if found.title or found.url else None
