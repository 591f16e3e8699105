"""What XML elements are called, where they stand and what they hold, whichever dialect their feed is written in.

A name here is `family:local` in lower case, or `local` alone for RSS, RDF and Atom themselves: those three are told
apart by what elements they have, never by namespace, because feeds mix them. Namespaces are recognised without regard
to case and trailing slash; a prefix that nobody declared counts by its usual meaning.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from lxml import etree

URL_LENGTH = 2048
XML = "{http://www.w3.org/XML/1998/namespace}"

_FAMILIES = {
    "": (
        "http://backend.userland.com/rss", "http://backend.userland.com/rss2", "http://backend.userland.com/rss091",
        "http://blogs.law.harvard.edu/tech/rss", "http://purl.org/rss/1.0", "http://my.netscape.com/rdf/simple/0.9",
        "http://example.com/newformat", "http://example.com/necho", "http://purl.org/echo", "http://purl.org/net/rss1.1",
        "uri/of/echo/namespace", "http://purl.org/pie", "http://purl.org/atom/ns", "http://www.w3.org/2005/atom",
        "http://purl.org/rss/1.0/modules/rss091", "http://my.netscape.com/publish/formats/rss-0.91.dtd",
        "http://channel.netscape.com/rdf/simple/0.9", "http://purl.org/rss/2.0", "http://www.rssboard.org/rss-specification",
    ),
    "at": ("http://purl.org/atompub/tombstones/1.0",),
    "content": ("http://purl.org/rss/1.0/modules/content",),
    "dc": ("http://purl.org/dc/elements/1.1", "http://purl.org/dc/elements/1.0"),
    "dcterms": ("http://purl.org/dc/terms",),
    "feedburner": ("http://rssnamespace.org/feedburner/ext/1.0",),
    "geo": ("http://www.w3.org/2003/01/geo/wgs84_pos",),
    "georss": ("http://www.georss.org/georss",),
    "gml": ("http://www.opengis.net/gml",),
    "itunes": ("http://www.itunes.com/dtds/podcast-1.0.dtd", "http://example.com/dtds/podcast-1.0.dtd"),
    "media": ("http://search.yahoo.com/mrss", "http://search.yahoo.com/rss", "http://tools.search.yahoo.com/mrss"),
    "rdf": ("http://www.w3.org/1999/02/22-rdf-syntax-ns",),
    "slash": ("http://purl.org/rss/1.0/modules/slash",),
    "sy": ("http://purl.org/rss/1.0/modules/syndication",),
    "xhtml": ("http://www.w3.org/1999/xhtml",),
    "yandex": ("http://news.yandex.ru",),
    "sitemap": (
        "http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.google.com/schemas/sitemap/0.84",
        "https://www.sitemaps.org/schemas/sitemap/0.9",
    ),
    "news": ("http://www.google.com/schemas/sitemap-news/0.9", "https://www.google.com/schemas/sitemap-news/0.9"),
    "image": ("http://www.google.com/schemas/sitemap-image/1.1", "https://www.google.com/schemas/sitemap-image/1.1"),
    "video": ("http://www.google.com/schemas/sitemap-video/1.1", "https://www.google.com/schemas/sitemap-video/1.1"),
}  # fmt: skip
_FAMILY = {uri: family for family, uris in _FAMILIES.items() for uri in uris}
_PREFIXES = {family: family for family in _FAMILIES} | {"atom": "", "a10": "", "rss": "", "m": "media"}
NAMESPACE = {family: uris[0] for family, uris in _FAMILIES.items()} | {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_RELATIVE = ("/", "?", "#", "./", "../")
_NO_ADDRESS = re.compile(
    r"[^\w/?#.]*|n\s?/\s?a|none|null|nil|undefined|false|true|unknown|empty|https?:?/*|link|url"
    r"|لا\s?يوجد|بدون|غير متوفر",
    re.IGNORECASE,
)
"""What people and programs write where an address is missing."""
_NOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\s")
_FILE = re.compile(r"\S/\S|\.\w{2,5}$")
_WORD = re.compile(r"[\w\u064b-\u0652!.،؛:؟]+")
_WWW = re.compile(r"www\.[\w-]+\.\w", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


def name(element: etree._Element) -> str:
    """`family:local` in lower case; a family that is not known becomes `?`."""
    tag = str(element.tag)
    uri, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    if uri:
        family = _FAMILY.get(uri.lower().rstrip("/#"), "?")
    elif ":" in local:
        prefix, _, local = local.partition(":")
        family = _PREFIXES.get(prefix.lower(), "?")
    else:
        family = ""
    return f"{family}:{local.lower()}" if family else local.lower()


def named(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The children that have one of these names, in the order of the document."""
    return (child for child in element if name(child) in names)


def text(element: etree._Element | None) -> str | None:
    """All text inside, its white space collapsed; None when there is none."""
    if element is None:
        return None
    return " ".join("".join(map(str, element.itertext())).split()) or None


def first_text(element: etree._Element, *names: str) -> str | None:
    """The text of the first child, by the order of `names`, that has any."""
    children = [(name(child), child) for child in element]
    for wanted in names:
        for found, child in children:
            if found == wanted and (value := text(child)):
                return value
    return None


def attribute(element: etree._Element, wanted: str) -> str | None:
    """An attribute by its local name in any case and namespace, stripped; None when absent or empty."""
    value = element.get(wanted)
    if value is None:
        value = next((str(found) for key, found in element.items() if _local(str(key)) == wanted), None)
    return (value.strip() or None) if value else None


def _local(key: str) -> str:
    return key.rpartition("}")[2].rpartition(":")[2].lower()


def number(written: str | None) -> int | None:
    """A size in bytes, pixels or seconds; None when it is no whole number from 0 to 2^53."""
    digits = (written or "").strip().removesuffix("px")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 16:
        return None
    return int(digits)


def lines(element: etree._Element | None) -> str | None:
    """As `text`, but line ends stay: white space is collapsed within each line."""
    if element is None:
        return None
    written = "".join(map(str, element.itertext())).replace("\r\n", "\n").replace("\r", "\n").strip()
    return "\n".join(" ".join(line.split()) for line in written.split("\n")) or None


def url(written: str | None) -> str | None:
    """An address as written, without white space around it or line breaks in it.

    None when it is empty or too long, or when it is words: "لا تعليقات بعد", "N/A", "none".
    """
    if not written:
        return None
    written = "".join(written.split("\n")).strip()
    if not written or len(written) > URL_LENGTH or _NO_ADDRESS.fullmatch(written):
        return None
    if is_absolute(written):
        return None if _NOTE.match(written) else written
    if not _reads_as_address(written):
        return None
    return f"http://{written}" if _WWW.match(written) else written


def _reads_as_address(written: str) -> bool:
    """Whether a text without a scheme may be a relative address, and is not words."""
    if written.startswith(_RELATIVE):
        return True
    if len(written.split()) > 1:
        return written.isascii() and _FILE.search(written) is not None
    return written.isascii() or not _WORD.fullmatch(written)


def xml_base(element: etree._Element, document: str) -> str:
    """What addresses in this element are relative to: `xml:base` from the outside in, then the document's address."""
    base = document
    for outer in [*reversed(list(element.iterancestors())), element]:
        if written := outer.get(f"{XML}base"):
            base = join(base, written.strip())
    return base


def xml_lang(element: etree._Element) -> str | None:
    """The nearest `xml:lang`."""
    for outer in (element, *element.iterancestors()):
        if (written := outer.get(f"{XML}lang")) is not None:
            return written.strip() or None
    return None


def join(base: str, address: str) -> str:
    """`urljoin` that gives the address back when it makes no sense with this base."""
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def is_absolute(address: str) -> bool:
    return _SCHEME.match(address) is not None


def is_rss_link(link: etree._Element) -> bool:
    """A `link` that is not Atom's. An item has one; where it has more, the last counts, as other readers have it."""
    tag = str(link.tag).lower()
    return "atom" not in tag and "a10:" not in tag


def distinct(values: Iterable[str | None]) -> list[str]:
    """Those that say something, each once, in order."""
    return list(dict.fromkeys(value for value in values if value))
