"""Strangers' HTML made safe, and turned into plain text.

**One sanitiser.** nh3 parses as a browser does and writes what its list of elements and attributes allows; nothing
else makes `SafeHtml`. The list holds what news is written with. Addresses are made absolute or removed in the same
pass, so that nothing is fetched from where a reader happens to be.

**A fixed point.** What nh3 writes may be read differently a second time (HTML is like that), so it is read again
until it stays as it is: `sanitise(sanitise(x)) == sanitise(x)` holds by construction, and what never settles becomes
plain text.

**Limits.** nh3 needs quadratic time for deep nesting and for very long runs of text. More than 256 KiB or a depth of
more than 200 keeps its words and loses its markup: `tags.depth` tells beforehand.

**Readers are not counted.** Pictures of a pixel or two, invisible pictures, trackers and placeholders are dropped;
`text.pictures` says what they are. A picture that loads late is first given its real address (`text.lazy`).

**Titles and authors are text** that may carry markup by mistake, once or twice escaped. `plain` takes only the names
of HTML's own elements for markup, so that "1 < 2", "<ali@example.org>" and "AT&T" stay what they are.
"""

import html as entities
import re
from collections.abc import Iterator
from typing import NewType

import nh3

from syndicator.text.composed import nfc
from syndicator.text.lazy import with_addresses
from syndicator.text.pictures import is_invisible, is_placeholder, is_tracker
from syndicator.text.tags import UNREAD, depth, tokens
from syndicator.text.url import absolute

SafeHtml = NewType("SafeHtml", str)
EMPTY = SafeHtml("")

LIMIT = 256 * 1024
"""The most bytes of UTF-8 that are kept as markup."""
DEPTH = 200
_ROUNDS = 8


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PLAIN_ELEMENTS = _names(
    """p h1 h2 h3 h4 h5 h6 ul dl dt dd figure figcaption br hr pre code kbd samp var strong em b i u s sub sup small
    mark bdi bdo span div section article main nav header footer aside address cite ruby rt rp wbr picture table
    caption thead tbody tfoot tr details summary"""
)
_GLOBAL = {"dir", "lang"}
_CELL = {"colspan", "rowspan", "headers", "scope"}
_ALLOWED: dict[str, set[str]] = {
    **{name: set() for name in _PLAIN_ELEMENTS},
    "abbr": {"title"},
    "dfn": {"title"},
    "a": {"href", "title", "hreflang"},
    "img": {"src", "alt", "title", "width", "height", "style", "hidden"},
    "audio": {"src", "controls"},
    "video": {"src", "poster", "controls", "width", "height"},
    "source": {"src", "type"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "del": {"cite", "datetime"},
    "ins": {"cite", "datetime"},
    "time": {"datetime"},
    "ol": {"start", "type", "reversed"},
    "li": {"value"},
    "th": _CELL,
    "td": _CELL,
    "col": {"span"},
    "colgroup": {"span"},
}
_ADDRESSES = {"href", "src", "poster", "cite"}
_NUMBERS = {"width", "height", "colspan", "rowspan", "span", "start", "value"}

_NUMBER = re.compile(r"-?\d{1,5}%?")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,5}")
_IMAGE = re.compile(r'<(img|source)(?: [a-z]+="[^"]*")*>')
_PIXEL = re.compile(r' (?:width|height)="[0-2]"| (?:style|hidden)="')
_INLINE_FILES = re.compile(r"""\s[a-z-]+\s*=\s*(?:"\s*data:[^"<>]*"|'\s*data:[^'<>]*')""", re.I)
"""Attributes that hold a whole file: one picture written so is larger than the markup that is kept."""
_EMPTY = re.compile(
    r"<(p|div|span|figure|section|ul|ol|strong|em|b|i|u|a|picture|audio|video)(?: (?!src=)[^<> ]*)*>(?:\s|&nbsp;)*</\1>"
)
_MAILTO = re.compile(r"mailto:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~@,;:-]{3,500}", re.I)

_PLANES = "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
_ILLEGAL = re.compile(f"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANES}]")


def sanitise(raw: str, base: str | None = None) -> SafeHtml:
    """Strangers' HTML with only what news needs; relative addresses are resolved against `base`, or removed.

    Idempotent. Beyond 256 KiB of UTF-8 or a depth of 200 only the words stay, in paragraphs:
    262,144 characters of them at most.
    """
    current = legal(raw)
    if len(current) > LIMIT:
        current = _INLINE_FILES.sub("", current)
    if len(current) <= LIMIT:
        current = with_addresses(current)
    for _ in range(_ROUNDS):
        if len(current) > LIMIT or len(current.encode()) > LIMIT or depth(current, DEPTH) > DEPTH:
            break
        cleaned = _clean(current, base)
        if cleaned == current:
            return SafeHtml(cleaned)
        current = cleaned
    return from_text(text_of(current)[:LIMIT])


def plain(raw: str) -> str:
    """One line of text for display, from text or markup, escaped or not: titles, authors, captions.

    NFC, white space folded, without bidi embeddings and zero-width characters (ZWNJ stays: Persian needs it).
    """
    text = raw
    for _ in range(_ROUNDS):
        before, text = text, _line(text)
        if text == before:
            break
    return text


def text_of(html: str) -> str:
    """The visible text: paragraphs separated by a blank line, `<br>` as a newline. Linear in time."""
    out: list[str] = []
    preformatted = 0
    for kind, name, raw in tokens(html):
        if kind == "text":
            text = entities.unescape(raw)
            out.append(text if preformatted else _evenly(text))
        elif kind == "skipped":
            continue
        elif name == "br":
            out.append("\n")
        elif name in _BLOCKS:
            out.append("\n\n" if name not in _LINES else "\n" if kind == "open" else "")
            if name == "pre":
                preformatted = max(0, preformatted + (1 if kind == "open" else -1))
        elif name in ("td", "th"):
            out.append(" ")
    return _paragraphs("".join(out))


def from_text(text: str) -> SafeHtml:
    """Plain text as HTML: a blank line begins a paragraph, a newline is a `<br>`."""
    lines = (_evenly(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    paragraphs = _paragraphs("\n".join(lines)).split("\n\n")
    return SafeHtml("".join(f"<p>{_escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs if part))


def legal(text: str) -> str:
    """Without the characters that XML 1.0 forbids or advises against (2.2): controls, surrogates, noncharacters."""
    if text.replace("\n", " ").isprintable():  # none of those is: most texts are done at a twentieth of the cost
        return text
    return _ILLEGAL.sub("", text)


def stored(text: str) -> SafeHtml:
    """What `sanitise` made, read back from the store. Never for what strangers sent."""
    return SafeHtml(text)


# ---------------------------------------------------------------- sanitising


def _clean(html: str, base: str | None) -> str:
    def attribute(tag: str, name: str, value: str) -> str | None:
        return _attribute(tag, name, value, base)

    cleaned = nh3.clean(
        html,
        tags=set(_ALLOWED),
        clean_content_tags=set(UNREAD),
        attributes={**_ALLOWED, "*": _GLOBAL},
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto"},
        url_relative="pass_through",
        link_rel="noopener noreferrer",
    )
    cleaned = legal(_IMAGE.sub(_image, cleaned))
    found = 1
    while found:
        cleaned, found = _EMPTY.subn("", cleaned)
    return cleaned


def _attribute(tag: str, name: str, value: str, base: str | None) -> str | None:
    """The value that an allowed attribute may keep, or None to drop it."""
    if name in _ADDRESSES:
        if tag == "a" and value.strip()[:7].lower() == "mailto:":
            return value.strip() if _MAILTO.fullmatch(value.strip()) else None
        address = absolute(value, base)
        hides = tag == "img" and address is not None and (is_tracker(address) or is_placeholder(value.strip()))
        return None if hides else address
    if name in _NUMBERS:
        if tag == "img":
            value = value.strip().removesuffix("px")
        return value if _NUMBER.fullmatch(value) else None
    if name == "dir":
        return value.lower() if value.lower() in ("rtl", "ltr", "auto") else None
    if name == "lang":
        return value if _LANGUAGE.fullmatch(value) else None
    if name == "style":
        return "hidden" if value == "hidden" or is_invisible(value) else None
    return value


def _image(found: re.Match[str]) -> str:
    """A picture that loads late and tells nobody who reads, or nothing: no address, or made not to be seen.

    Written here and not by nh3, which sets attributes in an order that differs from call to call.
    """
    if ' src="' not in found[0] or _PIXEL.search(found[0]):
        return ""
    if found[1] == "source":
        return found[0]
    return f'{found[0][:-1]} loading="lazy" referrerpolicy="no-referrer">'


# ---------------------------------------------------------------- text

_SPACES = re.compile(r"[ \t\n\r\f\v\u00a0\u2028\u2029]+")
_UNEVEN = re.compile(r"[\t\n\r\f\v\u00a0\u2028\u2029]")
_BLOCKS = _names(
    """p h1 h2 h3 h4 h5 h6 ul ol dl dt dd li figure figcaption hr blockquote div section article header footer aside
    address table caption pre thead tbody tfoot tr details summary main nav form fieldset center body html head"""
)
_LINES = frozenset({"li", "tr", "dt", "dd"})
_JUNK = re.compile(
    "[\u00ad\u200b\u2060-\u2064\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb]|\u200d(?![\u2600-\u27bf\U0001f000-\U0001faff])"
)
_BLANK = re.compile(r"\n{3,}")
_SCRIPTS = frozenset({"script", "style"})
_MARKS = " \u200c\u200d\u200e\u200f\u061c"
_AMPERSANDS = re.compile(r"&(?:(?:amp|#0*38|#[xX]0*26);)+")
_ENTITY = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|&(?:amp|lt|gt|quot|nbsp)(?![\w=;])"
)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_OTHER_ELEMENTS = _names(
    """acronym area base bgsound big body button canvas center command data datalist dialog dir embed fieldset font form
    frame frameset head hgroup html image input isindex keygen label layer legend link map marquee menu meta meter nobr
    optgroup option output param plaintext portal progress rb rtc search slot strike track tt"""
)
ELEMENTS = _OTHER_ELEMENTS | UNREAD | _ALLOWED.keys()
_ATTRIBUTES = re.compile(r"""[\s/](?:on\w+|[\w:-]*(?:href|src|action|icon|style))\s*=|=\s*["']""", re.I)
"""In what is no element's tag: a browser runs `<x onclick=...>` all the same."""


def _line(text: str) -> str:
    """One round of `plain`: markup off, entities decoded once."""
    if "<" in text:
        text = "".join(_words(_CDATA.sub("", text)))
    if "&" in text:
        text = _ENTITY.sub(lambda found: entities.unescape(found[0]), _AMPERSANDS.sub("&", text))
    text = nfc(_JUNK.sub("", legal(text)))
    return " ".join(text.split()).strip(_MARKS)


def _words(text: str) -> Iterator[str]:
    """The text between HTML's own tags; a tag that ends or begins a block or line leaves a space."""
    for kind, name, raw in tokens(text, _SCRIPTS):
        if kind == "text" or (kind != "skipped" and not _is_markup(name, raw)):
            yield raw
        elif name in _BLOCKS or name in ("br", "td", "th"):
            yield " "


def _is_markup(name: str, raw: str) -> bool:
    """Whether what looks like a tag is one, and not "<ali@example.org>" or "<x = y>"."""
    return name in ELEMENTS or bool({"-", ":"} & set(name)) or _ATTRIBUTES.search(raw) is not None


def _evenly(text: str) -> str:
    """Every run of white space as one space; most texts are so and need no new string."""
    return _SPACES.sub(" ", text) if "  " in text or _UNEVEN.search(text) else text


def _paragraphs(text: str) -> str:
    """Lines without space around them, one blank line between paragraphs, none at the ends."""
    lines = [line.strip() for line in legal(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    joined = "\n".join(lines)
    return (_BLANK.sub("\n\n", joined) if "\n\n\n" in joined else joined).strip("\n")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\u00a0", "&nbsp;")
