"""Entries as publishers wrote them -> articles: canonical, dated, safe.

**Names come first.** Every item of a document gets a name (`Origin.guid`) that no other item has, because nothing may
be lost. It is the guid, if that is one: not "N/A", not the homepage, not the same for several stories. Else it is the
link, if that leads to this item alone; else a hash of what the item says. A link that several items share (a homepage,
a podcast's page) identifies none of them. Which stored article an item is gets decided later, from more than its name
(`identity`).

**An item that stands twice comes once**, in its newest words: the same guid and link with related titles, revisions
that differ in the end of their guid (`#0`, `#1`), the same page under two addresses with one title. What was left out
is told in the channel's notes.

Dates are never in the future: an item dated ahead, or not at all, is dated by the moment we first saw it. Which of
day and month comes first is asked of all the source's dates together, so a consistent source is never swapped.

The fingerprint is of what the item says (`essence`) - not of its dates, which some sources renew at every poll.

A summary is the publisher's own or empty: what stands in for it is made once the body is tidy (`read`, `extract`).
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid5

from syndicator.ingest.essence import essence
from syndicator.ingest.identity import DERIVED, LIKE_TITLE, LONGEST_GUID, NAMESPACE, WORTHLESS, in_common, once
from syndicator.model import (
    NO_HABITS,
    Article,
    Category,
    Channel,
    Enclosure,
    Entry,
    Habits,
    Image,
    Origin,
    Reference,
    Source,
)
from syndicator.text import dates
from syndicator.text.figures import figures, split_credit
from syndicator.text.headline import title_words
from syndicator.text.html import EMPTY, SafeHtml, plain, sanitise, text_of
from syndicator.text.language import detect, tag
from syndicator.text.lead import lead, shorten
from syndicator.text.markup import Meant, meant
from syndicator.text.pictures import is_pixel, one_each, shows
from syndicator.text.url import Url, absolute, canonical, page_key, told_apart_by_fragment

_EXAMPLE = 40
"""Characters of a bad date that are shown."""
LONG_SUMMARY = 1200
"""A description longer than this, in an item without content, is the content."""
LONGEST_TITLE = 1_000
LONGEST_SUMMARY = 10_000
"""Characters; what is longer is cut between two words and ends in an ellipsis. Both are read outside the sandbox."""

_MAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")


@dataclass(frozen=True, slots=True)
class _Identity:
    """An item's name within its source, and where it stands."""

    guid: str
    link: Url
    shared: bool


def normalise(
    channel: Channel, source: Source, *, url: str, moment: datetime, habits: Habits = NO_HABITS
) -> tuple[Channel, tuple[Article, ...]]:
    """Return the channel with more notes, and the articles of one document, each once, in the document's order.

    `url` is where the answer came from.
    """
    raws = [raw for entry in channel.entries for raw in (entry.published, entry.updated) if raw]
    told = dates.day_first(raws, moment=moment)
    day_first = habits.day_first if told is None else told
    named = [(entry, name) for entry, name in _named(channel, source, url) if name is not None]
    articles = [_article(entry, name, channel, source, url, moment, day_first) for entry, name in named]
    kept = once(articles)
    doubtful = [entry for (entry, _), found in zip(named, articles, strict=True) if found.published >= moment]
    notes = [
        _note(len(channel.entries) - len(named), "with nothing to show, or nothing to know an item by, left out"),
        _note(len(articles) - len(kept), "written twice in one document, kept once"),
        *_date_notes(doubtful, source, moment, day_first),
    ]
    return replace(channel, day_first=told, notes=(*channel.notes, *filter(None, notes))), tuple(kept)


def _note(count: int, what: str) -> str | None:
    if not count:
        return None
    items, were = ("1 item", "it was") if count == 1 else (f"{count:,} items", "they were")
    return f"{items} {what.replace('{}', were)}"


def _date_notes(
    entries: Sequence[Entry], source: Source, moment: datetime, day_first: bool | None
) -> Iterator[str | None]:
    """Say which dates are none or lie ahead, each reason once, with the first of them as it was written."""
    faults: dict[dates.Fault, list[str]] = {}
    for entry in entries:
        raws = [raw for raw in (entry.published, entry.updated) if raw]
        found = [dates.read(raw, moment=moment, timezone=source.timezone, day_first=day_first) for raw in raws]
        fault = next((each.fault for each in found if each.fault), None)
        if fault is dates.Fault.AHEAD or (fault is not None and not any(each.at for each in found)):
            faults.setdefault(fault, []).append(raws[0])
    for fault, written in faults.items():
        example = " ".join(written[0].split())[:_EXAMPLE]
        yield _note(len(written), f"dated by when {{}} seen, because of the date ({fault}): {example}")


# ---------------------------------------------------------------- names


def _named(channel: Channel, source: Source, url: str) -> Iterator[tuple[Entry, _Identity | None]]:
    """Give every item a name of its own. None: there is nothing to know it by and nowhere to lead."""
    homepage = canonical(channel.homepage or "", url) or canonical(source.publisher.homepage or "")
    fallback = homepage or canonical(url) or canonical(source.url)
    nowhere = {page_key(each) for each in (homepage, source.publisher.homepage, url, source.url) if each}
    links = _links(channel.entries, url)
    titles = [_title(entry) for entry in channel.entries]
    guids = _told_apart(
        [_guid(entry, link, nowhere) for entry, link in zip(channel.entries, links, strict=True)], links, titles
    )
    stories: defaultdict[Url | None, set[frozenset[str]]] = defaultdict(set)
    for link, title in zip(links, titles, strict=True):
        stories[link].add(title)
    for entry, link, guid in zip(channel.entries, links, guids, strict=True):
        where = link or fallback
        if where is None or (link is None and _is_empty(entry)):
            yield entry, None
            continue
        shared = link is None or page_key(link) in nowhere
        name = guid or (link if link and not shared and len(stories[link]) == 1 else _digest(entry))
        yield entry, _Identity(_bounded(name), where, shared or (guid is None and name != link) or _is_part(where))


def _is_empty(entry: Entry) -> bool:
    """Whether an item has nothing that a reader could read, see or hear."""
    given = (entry.title, entry.summary, entry.content, entry.enclosures, entry.images, entry.withdrawn)
    return not any(each.strip() if isinstance(each, str) else each for each in given)


def _links(entries: Sequence[Entry], url: str) -> list[Url | None]:
    """The canonical links; those that lead to parts of one page keep their fragments."""
    found: list[tuple[str, str, Url] | None] = []
    for entry in entries:
        raws = (entry.link, entry.guid if (entry.guid or "").startswith(("http://", "https://")) else None)
        base = entry.base or url
        links = ((raw, base, canonical(raw, base)) for raw in raws if raw)
        found.append(next(((raw, base, link) for raw, base, link in links if link is not None), None))
    named = (
        (absolute(each[0], each[1]) or "", plain(entry.title or ""))
        for entry, each in zip(entries, found, strict=True)
        if each is not None and "#" in each[0]
    )
    parts = told_apart_by_fragment(named)
    return [each and (canonical(each[0], each[1], fragment=True) if each[2] in parts else each[2]) for each in found]


def _is_part(link: Url) -> bool:
    """Whether it leads to a part of a page that has others."""
    return "#" in link and canonical(link) != link


def _title(entry: Entry) -> frozenset[str]:
    """The words that an item is told from others by: of its title, without one of its text."""
    return frozenset(title_words(plain(entry.title or "") or plain((entry.summary or entry.content or "")[:2_000])))


def _guid(entry: Entry, link: Url | None, nowhere: Collection[str]) -> str | None:
    """The guid, if it can be one: a template's "N/A" and the address of the homepage or the feed are none."""
    guid = (entry.guid or "").strip()
    if guid.lower() in WORTHLESS:
        return None
    if guid.startswith(("http://", "https://")) and page_key(link if link and guid == entry.link else guid) in nowhere:
        return None
    return guid


def _told_apart(
    guids: Sequence[str | None], links: Sequence[Url | None], titles: Sequence[frozenset[str]]
) -> list[str | None]:
    """The guids without those that stand for several stories in this document: other pages, or other titles."""
    first: dict[str, tuple[str, frozenset[str]]] = {}
    worthless: set[str] = set()
    for guid, link, title in zip(guids, links, titles, strict=True):
        if guid is None:
            continue
        page = page_key(link) if link else ""
        before = first.setdefault(guid, (page, title))
        if page != before[0] or (title != before[1] and in_common(title, before[1]) < LIKE_TITLE):
            worthless.add(guid)
    return [None if guid in worthless else guid for guid in guids]


def _bounded(name: str) -> str:
    return name if len(name) <= LONGEST_GUID else DERIVED + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


def _digest(entry: Entry) -> str:
    """For items with neither guid nor link: what they say is who they are."""
    said = "\n".join(part or "" for part in (entry.title, entry.published, entry.summary, entry.content))
    return DERIVED + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


# ---------------------------------------------------------------- articles


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
    title = shorten(plain(entry.title or ""), LONGEST_TITLE) or plain(shorten(said, 80)) or identity.link
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
    """SHA-256 of all that an article says, without its dates, its labels and noise."""
    return hashlib.sha256(json.dumps(essence(article), sort_keys=True).encode()).hexdigest()


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
    return body, shorten(summary, LONGEST_SUMMARY)


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
    """Media RSS and the like first, then image enclosures, then the pictures in the text; each once (`one_each`)."""
    found: list[Image] = []
    for written in entry.images:
        if (url := _shown(written.url, base)) is not None and not is_pixel(written.width, written.height):
            caption, credit, alt = (_words(said) for said in (written.caption, written.credit, written.alt))
            if caption and not credit:
                caption, credit = split_credit(caption)
            found.append(
                Image(url=url, caption=caption, credit=credit, width=written.width, height=written.height, alt=alt)
            )
    files = (one.url for one in entry.enclosures if (one.type or "").startswith("image/"))
    found += (Image(url=url) for file in files if (url := _shown(file, base)) is not None)
    for figure in figures(entry.content or "", base) or figures(entry.summary or "", base):
        caption, credit, alt = (_words(said) for said in (figure.caption, figure.credit, figure.alt))
        found.append(
            Image(url=figure.url, caption=caption, credit=credit, width=figure.width, height=figure.height, alt=alt)
        )
    return tuple(one_each(found))


def _words(said: str | None) -> str | None:
    return (plain(said) or None) if said else None


def _shown(raw: str, base: str) -> str | None:
    """The absolute address of what can be a picture of the article."""
    url = absolute(raw, base)
    return url if url is not None and shows(url) else None


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
