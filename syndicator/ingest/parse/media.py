"""Reads what belongs to an item besides its words: pictures with caption and credit, and files to listen to or watch.

Media RSS lets `media:description`, `media:credit` and the like stand in the `media:content` that they describe, in the
group around it or in the item, and the nearest wins (Media RSS 1.5.1, "Optional elements"); feedparser keeps
one flat list of each, so which belongs to which is lost there. A group holds renditions of one thing: of its
pictures only the best is kept. `media:title` of an item is nearly always the headline, so it is a caption only where
it stands closer.

An enclosure whose type is a picture is both: the publisher's file, and the item's picture.
"""

import re
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from lxml import etree

from syndicator.ingest.parse.elements import attribute, distinct, name, named, number, text, url
from syndicator.model import Enclosure, Image
from syndicator.text.html import plain
from syndicator.text.pictures import merged

MANY = 64
"""As many enclosures, pictures or categories as one item can have."""

_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|svg|heic)(?:$|[?#&!:])", re.IGNORECASE)
_RECORDING = re.compile(
    r"\.(?:mp[34]|m4[av]|m3u8|mpd|webm|og[gv]|aac|wav|mov|avi|flv|wmv|mkv|swf)(?:$|[?#&])", re.IGNORECASE
)
_DURATION = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,6})(?:\.\d+)?")
_SAID = ("media:description", "media:title", "media:credit", "media:copyright")
_WITH_ADDRESS = ("enclosure", "media:content", "media:thumbnail", "itunes:image", "image", "thumbnail", "thumb")


def media(item: etree._Element) -> tuple[tuple[Enclosure, ...], tuple[Image, ...]]:
    """The enclosures and pictures of an item, each address once, in the order of the document.

    Pictures proper come before thumbnails.
    """
    shelf = _Shelf()
    for element in item:
        if name(element) == "media:group":
            shelf.add_group(element, item)
        else:
            shelf.add(element, (element, item))
    length = duration(next((text(child) for child in named(item, "itunes:duration")), None))
    if length is not None and len(shelf.enclosures) == 1:
        address, only = next(iter(shelf.enclosures.items()))
        shelf.enclosures[address] = only if only.duration is not None else replace(only, duration=length)
    images = {**shelf.thumbnails, **shelf.images}
    in_order = [images[address] for address in dict.fromkeys([*shelf.images, *shelf.thumbnails])]
    return tuple(shelf.enclosures.values())[:MANY], tuple(in_order)[:MANY]


def duration(written: str | None) -> int | None:
    """Seconds from `93`, `1:33` or `01:01:33`; None for anything else."""
    found = _DURATION.fullmatch((written or "").strip())
    if not found:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


class _Said(NamedTuple):
    """What Media RSS says directly in one element: of a picture, a group or all of an item's."""

    caption: str | None
    title: str | None
    credit: str | None
    owner: str | None


@dataclass(slots=True)
class _Shelf:
    """What was found so far, by address."""

    enclosures: dict[str, Enclosure] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)
    thumbnails: dict[str, Image] = field(default_factory=dict)
    heard: dict[etree._Element, _Said] = field(default_factory=dict)
    """What was said where: an item's words are read once, not for each of its pictures."""

    def add_group(self, group: etree._Element, item: etree._Element) -> None:
        """Renditions of one thing: all its files, but the best of its pictures."""
        inner = _Shelf(enclosures=self.enclosures, thumbnails=self.thumbnails, heard=self.heard)
        files, small = set(self.enclosures), set(self.thumbnails)
        preferred: Image | None = None
        for element in group:
            before = len(inner.images)
            inner.add(element, (element, group, item))
            if len(inner.images) > before and (attribute(element, "isdefault") or "").lower() == "true":
                preferred = list(inner.images.values())[-1]
        if inner.images:
            best = preferred or merged(list(inner.images.values()))
            self.images.setdefault(best.url, best)
        elif set(self.enclosures) - files:  # the words are about the recording, not about its still
            for address in set(self.thumbnails) - small:
                self.thumbnails[address] = replace(self.thumbnails[address], caption=None)

    def add(self, element: etree._Element, scopes: tuple[etree._Element, ...]) -> None:
        """One element, if it has an address; `scopes` are it, its group if any, and its item."""
        kind = name(element)
        if kind == "link":
            kind = {"enclosure": "enclosure", "image_src": "image"}.get(attribute(element, "rel") or "", "")
        address = _address(element) if kind in _WITH_ADDRESS else None
        if address is None:
            return
        if kind in ("media:thumbnail", "thumbnail", "thumb"):
            self.thumbnails.setdefault(address, _image(element, address, self._hear(scopes)))
            return
        picture = kind in ("image", "itunes:image") or _is_picture(element, address)
        if kind == "enclosure" or not picture:
            self.enclosures.setdefault(address, _enclosure(element, address))
        if picture:
            self.images.setdefault(address, _image(element, address, self._hear(scopes)))
        for child in named(element, "media:thumbnail"):
            if small := _address(child):
                self.thumbnails.setdefault(small, _image(child, small, self._hear((child, *scopes))))

    def _hear(self, scopes: tuple[etree._Element, ...]) -> list[_Said]:
        for scope in scopes:
            if scope not in self.heard:
                self.heard[scope] = _said(scope)
        return [self.heard[scope] for scope in scopes]


def _address(element: etree._Element) -> str | None:
    written = attribute(element, "url") or attribute(element, "href") or attribute(element, "src")
    if written is None and name(element) in ("image", "thumbnail", "thumb", "media:thumbnail", "enclosure"):
        inner = next(named(element, "url", "link"), None)
        written = text(inner) if inner is not None else text(element)
        if written is not None and not re.match(r"(?:https?:)?/", written):
            return None
    address = url(written)
    return address if address and re.search(r"[/.?]", address) else None


def _is_picture(element: etree._Element, address: str) -> bool:
    """By its type, else its medium, else its file name; Media RSS without any of these is a picture in practice."""
    kind = (attribute(element, "type") or "").lower()
    medium = (attribute(element, "medium") or "").lower()
    if kind.startswith("image"):
        return True
    if kind.startswith(("audio", "video")) or medium in ("audio", "video", "document", "executable"):
        return False
    if medium == "image" or _PICTURE.search(address):
        return True
    return name(element) == "media:content" and not kind and not _RECORDING.search(address)


def _enclosure(element: etree._Element, address: str) -> Enclosure:
    described = text(next(named(element, "media:title"), None)) or attribute(element, "title")
    return Enclosure(
        url=address,
        type=attribute(element, "type"),
        length=number(attribute(element, "length") or attribute(element, "filesize")),
        title=plain(described) if described else None,
        duration=duration(attribute(element, "duration")),
    )


def _said(scope: etree._Element) -> _Said:
    words: dict[str, list[str]] = {}
    for child in scope:
        if (kind := name(child)) in _SAID and (written := text(child)):
            words.setdefault(kind, []).append(plain(written))
    first = [next(iter(words.get(kind, ())), None) or None for kind in _SAID]
    return _Said(first[0], first[1], ", ".join(distinct(words.get("media:credit", ()))) or None, first[3])


def _image(element: etree._Element, address: str, said: list[_Said]) -> Image:
    """A picture with the caption and credit that stand nearest; `said` is by its element, its group, its item."""
    captions = [words.caption for words in said]
    titles = [words.title for words in said[:-1]]
    if name(element) == "image":
        captions.insert(0, _plain(element, "description", "caption"))
        titles.insert(0, _plain(element, "title"))
    caption = next(iter(distinct([*captions, *titles])), None)
    title = next(iter(distinct(titles)), None)
    return Image(
        url=address,
        caption=caption,
        credit=next(iter(distinct([*(words.credit for words in said), *(words.owner for words in said)])), None),
        width=number(attribute(element, "width") or text(next(named(element, "width"), None))),
        height=number(attribute(element, "height") or text(next(named(element, "height"), None))),
        alt=title if title != caption else None,
    )


def _plain(scope: etree._Element, *names: str) -> str | None:
    written = next((value for child in named(scope, *names) if (value := text(child))), None)
    return (plain(written) or None) if written else None
