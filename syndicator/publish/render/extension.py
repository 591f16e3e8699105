"""The one feedgen extension of ours: what feedgen 1.0 does not write, or writes wrong.

feedgen loses `rel`, `type` and `length` of an Atom entry's links (an enclosure becomes a second alternate),
takes the last link of a feed for RSS `<link>` whatever its relation, writes no hub and no archive links in
RSS, gives an Atom `source` neither id nor date, knows one language for the whole feed, no captions or credits,
no tombstones and only one enclosure. So its links, sources and media are not used at all: this
extension writes them, in both formats by the same functions.

feedgen builds its Atom elements without a namespace and writes `xmlns` as if it were an attribute, so Atom
elements are added here by their bare names, and the feed needs no second prefix for the same namespace.

It makes an extension by calling a class without arguments; ours are made by `functools.partial`, which carries
the edition, and an entry's `article` is set before it is rendered.
"""

from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from syndicator.model import Article, Edition, Enclosure
from syndicator.publish.render import content

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
GEORSS = "{http://www.georss.org/georss}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}"

_FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}


class FeedExtension:
    """The head of a feed: its links (self, hub, archives), the archive mark, tombstones."""

    def __init__(self, edition: Edition, extension: str) -> None:
        self.edition = edition
        self.extension = extension

    def extend_ns(self) -> dict[str, str]:
        """Prefixes for the root: those of items always, those of the head only where they are used."""
        names = {"georss": GEORSS, "media": MEDIA}
        if self.extension == "rss":
            names["dc"] = DC
        elif self.edition.withdrawn:
            names["at"] = TOMBSTONE
        if self.edition.archive:
            names["fh"] = HISTORY
        return {prefix: name.strip("{}") for prefix, name in names.items()}

    def extend_rss(self, root: etree._Element) -> None:
        channel = root[0]
        self._links(channel, ATOM)
        self._archive(channel)

    def extend_atom(self, root: etree._Element) -> None:
        _link(root, "", "alternate", self.edition.base_url + "/", type="text/html")
        self._links(root, "")
        self._archive(root)
        for identifier, when in self.edition.withdrawn:
            etree.SubElement(root, TOMBSTONE + "deleted-entry", ref=content.urn(identifier), when=content.rfc3339(when))

    def _links(self, parent: etree._Element, namespace: str) -> None:
        edition, extension = self.edition, self.extension
        kind = _FEED_TYPES[extension]
        _link(parent, namespace, "self", edition.address(extension), type=kind)
        for hub in edition.hubs:
            _link(parent, namespace, "hub", hub)
        if edition.archive:
            _link(parent, namespace, "current", edition.address(extension, edition.feed.path), type=kind)
        if edition.previous_archive:
            _link(parent, namespace, "prev-archive", edition.address(extension, edition.previous_archive), type=kind)
        if edition.next_archive:
            _link(parent, namespace, "next-archive", edition.address(extension, edition.next_archive), type=kind)

    def _archive(self, parent: etree._Element) -> None:
        if self.edition.archive:
            etree.SubElement(parent, HISTORY + "archive")


class EntryExtension:
    """One item: its links and enclosures, source, language, place and pictures. Set `article` before rendering."""

    article: Article

    def __init__(self, edition: Edition) -> None:
        self.edition = edition

    def extend_rss(self, item: etree._Element) -> None:
        article = self.article
        for author in article.authors:
            _text(item, DC + "creator", author)
        if (tag := self._own_language()) is not None:
            _text(item, DC + "language", tag)
        self._point(item)
        self._media(item)
        for enclosure in article.enclosures:
            self._recording(item, enclosure)

    def extend_atom(self, entry: etree._Element) -> None:
        article = self.article
        if (tag := self._own_language()) is not None:
            entry.set(XML_LANG, tag)
        _link(entry, "", "alternate", article.url, type="text/html")
        for enclosure in article.enclosures:
            _link(
                entry,
                "",
                "enclosure",
                enclosure.url,
                type=content.media_type(enclosure),
                length=str(content.length(enclosure) or "") or None,
                title=enclosure.title,
            )
        for publisher, other in content.related(self.edition, article):
            _link(
                entry,
                "",
                "related",
                other.url,
                type="text/html",
                title=f"{publisher}: {other.title}".removeprefix(": "),
            )
        if article.source is not None and article.source.url:
            _link(entry, "", "via", article.source.url, title=article.source.title)
        if article.comments:
            _link(entry, "", "replies", article.comments, type="text/html")
        self._source(entry)
        self._point(entry)
        self._media(entry)

    def _own_language(self) -> str | None:
        tag = content.language(self.article.language)
        return tag if tag and tag.lower() != self.edition.feed.language.lower() else None

    def _source(self, entry: etree._Element) -> None:
        """The publisher as a feed of its own: its author stands for an entry that names none (RFC 4287, 4.2.1)."""
        known = content.publishers(self.edition, self.article)
        if not known:
            return
        publisher = known[0]
        source = etree.SubElement(entry, "source")
        _text(source, "id", content.urn(str(uuid5(NAMESPACE_URL, f"{self.edition.base_url}/sources/{publisher.id}"))))
        _text(source, "title", publisher.title)
        _text(source, "updated", content.rfc3339(self.article.updated))
        author = etree.SubElement(source, "author")
        _text(author, "name", publisher.title)
        if publisher.homepage:
            _text(author, "uri", publisher.homepage)
            _link(source, "", "alternate", publisher.homepage, type="text/html")

    def _point(self, item: etree._Element) -> None:
        if (place := content.point(self.article)) is not None:
            _text(item, GEORSS + "point", f"{place[0]:.6f} {place[1]:.6f}")

    def _media(self, item: etree._Element) -> None:
        """Media RSS 1.5.1: each picture with its own caption and credit, never in a group of one."""
        for image in self.article.images:
            size = {
                name: str(value)
                for name, value in (("width", image.width), ("height", image.height))
                if value and value > 0
            }
            picture = etree.SubElement(item, MEDIA + "content", {"url": image.url, "medium": "image"} | size)
            if image.caption:
                _text(picture, MEDIA + "description", image.caption).set("type", "plain")
            if image.credit:
                _text(picture, MEDIA + "credit", image.credit)
            if image is self.article.lead_image:
                etree.SubElement(item, MEDIA + "thumbnail", {"url": image.url} | size)

    def _recording(self, item: etree._Element, enclosure: Enclosure) -> None:
        """Every sound and film: RSS has room for one enclosure only, and none for how long it plays."""
        kind = content.media_type(enclosure)
        medium = kind.partition("/")[0].lower()
        if medium not in {"audio", "video"}:
            return
        recording = etree.SubElement(item, MEDIA + "content", url=enclosure.url, medium=medium, type=kind)
        if content.length(enclosure):
            recording.set("fileSize", str(content.length(enclosure)))
        if enclosure.duration and enclosure.duration > 0:
            recording.set("duration", str(enclosure.duration))
        if enclosure.title:
            _text(recording, MEDIA + "title", enclosure.title).set("type", "plain")


def _link(parent: etree._Element, namespace: str, rel: str, href: str, **more: str | None) -> None:
    link = etree.SubElement(parent, namespace + "link", rel=rel, href=href)
    for name, value in more.items():
        if value:
            link.set(name, value)


def _text(parent: etree._Element, name: str, text: str) -> etree._Element:
    element = etree.SubElement(parent, name)
    element.text = text
    return element
