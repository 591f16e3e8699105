"""Reads and writes subscription lists: OPML 1 and 2, and the RDF lists (FOAF, OCS) that came before it.

Lists are written by many hands, so reading is forgiving: attributes in any case, entities that only HTML knows, tags
that never close, lines with broken attributes (`outlines`), two documents in one file. What cannot be subscribed to is
not dropped in silence but comes back as a `Refusal` with its reason, or is counted. Reading is safe: no entity is ever
expanded but HTML's characters, nothing is fetched, and size, depth and number are bounded.

What OPML has no word for - the kind of a source, its name and its publisher's - is written as attributes of a
namespace of our own, as OPML 2.0 asks, so that an export is read back as it was.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html.entities import html5
from itertools import groupby

from lxml import etree

from syndicator.catalogue.names import NAME
from syndicator.catalogue.outlines import mended, mended_address
from syndicator.catalogue.read import KINDS, address_key
from syndicator.errors import ConfigurationError
from syndicator.model import Source
from syndicator.text.decode import decode
from syndicator.text.html import legal
from syndicator.text.language import tag
from syndicator.text.url import canonical, without_feed_scheme

SIZE = 16 * 1024 * 1024
"""Bytes of a list."""
DEPTH = 64
ELEMENTS = 200_000
NAMESPACE = "https://syndicator.invalid/ns/sources"

_DECLARATION = re.compile(r"<\?xml\b[^<>]*\?>", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[<>]*>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};|([A-Za-z][A-Za-z0-9]{1,31});)?")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_LISTS = frozenset({"include", "link", "source"})
"""Types of outlines that lead to something else than a feed."""
_NAMES_OF_FEEDS = (
    "xmlurl",
    "xml_url",
    "xml-url",
    "feedurl",
    "feed_url",
    "rssurl",
    "rss_url",
    "atomurl",
    "feed",
    "href",
)
_FEED_TYPES = frozenset({"rss", "rss1", "rss2", "atom", "feed", "rdf", "jsonfeed", "application/rss+xml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One feed of a list. `publisher` and `name` are given only by lists that we wrote."""

    url: str
    title: str = ""
    homepage: str | None = None
    language: str | None = None
    kind: str = "feed"
    publisher: str | None = None
    publisher_title: str | None = None
    publisher_homepage: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a list names, but cannot be polled, and why."""

    url: str
    title: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionList:
    """A list as it was read, in its own order; each feed once."""

    feeds: tuple[Subscription, ...]
    refused: tuple[Refusal, ...]
    nameless: tuple[str, ...] = ()
    """Titles of lines that say that they are feeds and name no address."""
    repeated: int = 0
    """Lines that name a feed again."""
    unreadable: int = 0
    """Lines of which nothing could be made."""


ANOTHER_LIST = "it leads to another list, not to a feed; import that list by itself"
NO_FEED = "it names a page but no feed; 'syndicator sources add' looks for the page's feeds"
NO_ADDRESS = "only http and https addresses without user name and password can be polled"
_PASSWORD = re.compile(r"//[^/@\s]*@")


def read(data: bytes, name: str) -> SubscriptionList:
    """The feeds that a list names; `name` is how messages call the file.

    Raises `ConfigurationError` when it is no subscription list, and says what it is instead.
    """
    root, outlines = _tree(_text(data, name), name)
    kinds = {_local(element) for element in root.iter(etree.Element)}
    if {"opml", "outline"} & kinds:
        found = list(_outlines(root))
    elif "rdf" in kinds:
        found = list(_rdf(root))
    else:
        raise ConfigurationError([f"{name}: not a subscription list: {_what_else(root)}"])
    feeds: dict[str, Subscription] = {}
    refused: list[Refusal] = []
    for one in found:
        if isinstance(one, Refusal):
            refused.append(one)
        elif canonical(one.url) is None:
            refused.append(Refusal(url=_PASSWORD.sub("//***@", one.url), title=one.title, why=NO_ADDRESS))
        else:
            feeds.setdefault(address_key(one.url), one)
    return SubscriptionList(
        feeds=tuple(feeds.values()),
        refused=tuple(refused),
        nameless=tuple(_nameless(root)),
        repeated=len(found) - len(refused) - len(feeds),
        unreadable=max(outlines - sum(_local(element) == "outline" for element in root.iter(etree.Element)), 0),
    )


def write(sources: Iterable[Source], *, title: str, moment: datetime) -> bytes:
    """OPML 2.0 in UTF-8 of all sources, one outline a publisher; `moment` becomes `dateCreated`."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"syndicator": NAMESPACE})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = legal(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(moment.replace(microsecond=0))
    body = etree.SubElement(root, "body")
    for publisher, group in groupby(sorted(sources, key=lambda each: each.id), key=lambda each: each.publisher):
        folder = {"text": publisher.title, "htmlUrl": publisher.homepage, f"{{{NAMESPACE}}}publisher": publisher.id}
        outline = _outline(body, folder)
        for source in group:
            key = source.id.partition("/")[2]
            attributes = {
                "text": f"{publisher.title}: {key}",
                "type": "rss",
                "xmlUrl": source.url,
                "htmlUrl": publisher.homepage,
                "language": source.language,
                f"{{{NAMESPACE}}}name": key,
                f"{{{NAMESPACE}}}kind": source.kind,
            }
            _outline(outline, attributes)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _outline(parent: etree._Element, attributes: dict[str, str | None]) -> etree._Element:
    return etree.SubElement(parent, "outline", {name: legal(text) for name, text in attributes.items() if text})


# ---------------------------------------------------------------- from bytes to a tree


def _text(data: bytes, name: str) -> str:
    if not data.strip():
        raise ConfigurationError([f"{name}: the file is empty"])
    if len(data) > SIZE:
        raise ConfigurationError([f"{name}: larger than {SIZE >> 20} MiB, which no subscription list is"])
    return decode(data)


def _tree(text: str, name: str) -> tuple[etree._Element, int]:
    """The whole file below one element, so that a second document after the first is read too; and its outlines."""
    text = _DOCTYPE.sub("", _DECLARATION.sub("", text))
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ConfigurationError([f"{name}: declares entities of its own; such files are not read"])
    if "<" not in text:
        raise ConfigurationError([f"{name}: not a subscription list: it is plain text without any XML"])
    text, outlines = mended(_REFERENCE.sub(_reference, text))
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root: etree._Element | None = etree.fromstring(f"<lists>{text}</lists>".encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ConfigurationError([f"{name}: the XML is broken beyond reading: {error}"]) from None
    if root is None or not len(root):
        raise ConfigurationError([f"{name}: not a subscription list: no XML element could be read"])
    _check_bounds(root, name)
    return root, outlines


def _check_bounds(root: etree._Element, name: str) -> None:
    depth = elements = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        elements += event == "start"
        if depth > DEPTH + 1:
            raise ConfigurationError([f"{name}: nested deeper than {DEPTH} elements; such files are not read"])
        if elements > ELEMENTS:
            raise ConfigurationError([f"{name}: more than {ELEMENTS:,} elements; split the list"])


def _reference(found: re.Match[str]) -> str:
    """HTML's named characters as what they name; an `&` that begins no reference as a plain one."""
    name = found[1]
    if found[0] == "&" or (name and name not in _XML_NAMES and f"{name};" not in html5):
        return f"&amp;{found[0][1:]}"
    return html.escape(html5[f"{name};"]) if name and name not in _XML_NAMES else found[0]


def _local(element: etree._Element) -> str:
    """The name in lower case without namespace or prefix."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()


def _attributes(element: etree._Element) -> dict[str, str]:
    """By name in lower case without namespace; values with their white space collapsed."""
    found: dict[str, str] = {}
    for name, value in element.attrib.items():
        found.setdefault(str(name).rpartition("}")[2].rpartition(":")[2].lower(), " ".join(str(value).split()))
    return found


def _what_else(root: etree._Element) -> str:
    outermost = _local(root[0])
    if outermost in {"rss", "feed", "channel"}:
        return "it is a feed itself; 'syndicator sources add' takes its address"
    if outermost in {"html", "head", "body"}:
        return "it is a web page"
    return f"its outermost element is <{outermost[:40]}>, where <opml> or <rdf:RDF> was expected"


# ---------------------------------------------------------------- OPML


def _outlines(root: etree._Element) -> Iterator[Subscription | Refusal]:
    for element in root.iter(etree.Element):
        if _local(element) != "outline":
            continue
        given = _attributes(element)
        title = given.get("text") or given.get("title") or ""
        address, kind = _feed_address(given), given.get("type", "").lower()
        other = address or without_feed_scheme(given.get("url", ""))
        named_list = other.partition("?")[0].lower().endswith(".opml")
        if other and (named_list or (kind in _LISTS and (not address or kind != "link"))):
            yield Refusal(url=other, title=title, why=ANOTHER_LIST)
        elif other:
            yield _subscription(element, given, title, mended_address(other))
        elif given.get("htmlurl") and not any(_local(child) == "outline" for child in element):
            yield Refusal(url=given["htmlurl"], title=title, why=NO_FEED)


def _feed_address(given: dict[str, str]) -> str:
    """What a line calls its feed, by the right name or by one of those that people take for it."""
    return without_feed_scheme(next((found for name in _NAMES_OF_FEEDS if (found := given.get(name))), ""))


def _nameless(root: etree._Element) -> Iterator[str]:
    for element in root.iter(etree.Element):
        given = _attributes(element)
        says_feed = _local(element) == "outline" and given.get("type", "").lower() in _FEED_TYPES
        if says_feed and not (len(element) or _feed_address(given) or given.get("url") or given.get("htmlurl")):
            yield given.get("text") or given.get("title") or ""


def _subscription(element: etree._Element, given: dict[str, str], title: str, url: str) -> Subscription:
    """A feed; what stands in our own namespace is believed only if it could have been written by us."""
    parent = element.getparent()
    around = parent if parent is not None else element
    publisher = _own(around, "publisher")
    name, kind = _own(element, "name"), _own(element, "kind")
    folder = _attributes(around) if publisher else {}
    return Subscription(
        url=url,
        title=title,
        homepage=_page(given.get("htmlurl")),
        language=tag(given.get("language")),
        kind=kind if kind in KINDS else "jsonfeed" if "json" in given.get("type", "").lower() else "feed",
        publisher=publisher if publisher and NAME.fullmatch(publisher) else None,
        publisher_title=folder.get("text"),
        publisher_homepage=_page(folder.get("htmlurl")),
        name=name if name and NAME.fullmatch(name) else None,
    )


def _own(element: etree._Element, name: str) -> str | None:
    return element.get(f"{{{NAMESPACE}}}{name}")


def _page(written: str | None) -> str | None:
    return written if written and canonical(written) is not None else None


# ---------------------------------------------------------------- RDF


def _rdf(root: etree._Element) -> Iterator[Subscription | Refusal]:
    """FOAF: `rss:channel` and `ya:feed` of an agent, and whom it knows. OCS: descriptions that have a format."""
    for element in root.iter(etree.Element):
        local, given = _local(element), _attributes(element)
        about = without_feed_scheme(given.get("about", ""))
        if local == "channel":
            page = _above(element, "document")
            homepage = _attributes(page).get("about") if page is not None else None
            title = _named(element) or (_child(page, "title") if page is not None else "")
            if about:
                yield Subscription(url=about, title=title, homepage=_page(homepage))
            elif homepage:
                yield Refusal(url=homepage, title=title, why=NO_FEED)
        elif local == "feed" and given.get("resource"):
            yield Subscription(url=without_feed_scheme(given["resource"]), title=_named(element))
        elif local == "seealso" and given.get("resource"):
            yield Refusal(url=given["resource"], title=_named(element), why=ANOTHER_LIST)
        elif local == "description" and about and _child(element, "format"):
            channel = _above(element, "description")
            around = _attributes(channel).get("about") if channel is not None else None
            title = _child(element, "title") or (_child(channel, "title") if channel is not None else "")
            yield Subscription(
                url=about, title=title, homepage=_page(around), language=tag(_child(element, "language"))
            )


def _above(element: etree._Element, *names: str) -> etree._Element | None:
    return next((above for above in element.iterancestors() if _local(above) in names), None)


def _child(element: etree._Element, *names: str) -> str:
    """The text of the first child of one of these names, its white space collapsed."""
    return next(
        (" ".join("".join(map(str, child.itertext())).split()) for child in element if _local(child) in names), ""
    )


def _named(element: etree._Element) -> str:
    """The name of the person or agent to whom an element belongs."""
    agent = _above(element, "agent", "person", "organization")
    return _child(agent, "name", "member_name") if agent is not None else ""
