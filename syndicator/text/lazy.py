"""Pictures that load late: their real address, out of the attributes where scripts look for it.

**Which attributes.** `data-src`, `data-lazy-src`, `data-original` and all that are named like them; `srcset` and
`data-srcset`; the `<source>` elements of a `<picture>`; WordPress's `data-orig-file`; an `<img>` in the `<noscript>`
beside. Words, JSON and patterns with a gap (`{width}`) in such an attribute are no addresses.

**In a text** a picture keeps its `src` when that is a picture and no other address says that it loads late. Else the
real address takes its place, before the text is made safe (`text.html`): so what is written here is as untrusted as
what was read. **As a picture of the article** the widest address counts (`addresses`).

**Once.** A `<noscript>` is the same picture again for readers without scripts. It is shown when nothing else shows
its picture, and only then.

**Linear.** A search for an end fails once only; then the rest stays as it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape, unescape

from syndicator.text.pictures import (
    WIDEST,
    is_furniture,
    is_invisible,
    is_picture_file,
    is_pixel,
    is_placeholder,
    is_tracker,
    picture_key,
)
from syndicator.text.sizes import stated_width
from syndicator.text.tags import TAG

IMAGES = ("img", "amp-img", "amp-anim")
"""Elements that show a picture."""

_LATE = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-original-src",
    "data-orig-src",
    "data-actualsrc",
    "data-lazy",
    "data-lazyload",
    "data-echo",
    "data-img-src",
    "data-hi-res-src",
)
"""Where scripts that load late look first."""
_LATE_LIKE = re.compile(r"data-[\w-]*(?:src|lazy|original|deferred|delayed)[\w-]*", re.I)
_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_FULL_SIZE = ("data-large-file", "data-full-src", "data-full-url", "data-orig-file")
_NO_ADDRESS = re.compile(r"[{}<>]|%7b|^[#\[(\"]|^[a-z][\w+.-]*:(?!//)", re.I)
_CANDIDATE = re.compile(r"[\s,]*+(\S+)")
_WIDTH = re.compile(r"(?<=\s)(\d{1,5})(?:\.\d*)?w\b")
_SMALL_NUMBER = re.compile(
    r"(?<!\d)\d\d?x\d|[?&/,_=.-](?:w|s|width|resize|fit|size|imwidth)[=_:/-]?\d\d?(?!\d)|(?<!\d)\d\d(?:w|px)(?![a-z0-9])"
)
"""Where an address may tell a width of two digits; most do not."""
_TINY = 80
"""Pixels: what is no wider stands there until the real picture comes."""


Attributes = Mapping[str, str]
"""Of one element, by lower-case name."""


def addresses(image: Attributes, sources: Iterable[Attributes] = ()) -> list[tuple[str, int | None]]:
    """Return the addresses of a picture as written, best first, with the width that a `srcset` told.

    The widest of a `srcset` that is no wider than `WIDEST` comes first. Left out is what cannot show the picture.
    """
    sized = [one for element in (image, *sources) for one in _sets(element) if _names_picture(one[0])]
    plain = [value for value in (*_full_size(image), *late(image)) if _names_picture(value)]
    if (shown := image.get("src", "").strip()) and _names_picture(shown) and not _NO_ADDRESS.search(shown):
        plain.append(shown)
    within = [one for one in sized if one[1] is not None and one[1] <= WIDEST]
    beyond = [one for one in sized if one[1] is not None and one[1] > WIDEST] if not plain else []
    ordered = sorted(within, key=lambda one: -(one[1] or 0)) + sorted(beyond, key=lambda one: one[1] or 0)
    ordered += [(url, None) for url in plain] + [one for one in sized if one[1] is None]
    return ordered or [(value, None) for value in _any_file(image) if _names_picture(value)]


def late(image: Attributes) -> list[str]:
    """Return the addresses that scripts would put in the place of `src`, as written, the likeliest first."""
    if not any(name.startswith("data-") for name in image):
        return []
    named = [image[name].strip() for name in _LATE if name in image]
    like = [
        value.strip()
        for name, value in image.items()
        if _LATE_LIKE.fullmatch(name) and name not in (*_LATE, *_SETS, *_FULL_SIZE) and is_picture_file(value)
    ]
    return [value for value in (*named, *like) if _is_address(value) and not is_placeholder(value)]


def _full_size(image: Attributes) -> list[str]:
    return [value for name in _FULL_SIZE if name in image and _is_address(value := image[name].strip())]


def jpeg_first(sources: Iterable[Attributes]) -> list[Attributes]:
    """Return `<source>` elements so that what every browser shows comes before new formats."""
    return sorted(sources, key=lambda one: "avif" in one.get("type", "") or "webp" in one.get("type", ""))


def srcset(value: str) -> Iterator[tuple[str, int | None]]:
    """Yield addresses and widths of a `srcset` (WHATWG HTML, 4.8.4.2.1); a density has no width."""
    at, value = 0, value[:20_000]
    while (found := _CANDIDATE.match(value, at)) is not None:
        url, at = found[1].rstrip(","), found.end()
        width = None
        if url == found[1]:
            end = value.find(",", at)
            described = _WIDTH.search(value, at, end if end >= 0 else len(value))
            width, at = int(described[1]) if described else None, end + 1 if end >= 0 else len(value)
        yield url, width


def _sets(element: Attributes) -> Iterator[tuple[str, int | None]]:
    for name in _SETS:
        if value := element.get(name, ""):
            yield from srcset(value)


def _is_address(value: str) -> bool:
    """Whether an attribute's value can be an address: it has a path, and no gap to be filled."""
    if not value or len(value) > 4096 or _NO_ADDRESS.search(value):
        return False
    return is_picture_file(value) or ("/" in value and not re.search(r"\s", value))


def _names_picture(value: str) -> bool:
    return not (is_placeholder(value) or is_furniture(value))


def _any_file(image: Attributes) -> list[str]:
    """Any `data-` attribute that names a picture's file, where nothing else does."""
    return [
        value.strip()
        for name, value in image.items()
        if name.startswith("data-") and is_picture_file(value.strip()) and _is_address(value.strip())
    ]


# ---------------------------------------------------------------- in a text

_MARKS = ("data-", "srcset", "<noscript", "<amp-", "DATA-", "SRCSET", "<NOSCRIPT", "<AMP-")
"""One of them stands in every text with a picture that loads late."""
_START = re.compile(
    r"<(?P<name>img|amp-img|amp-anim|source|picture|noscript|script|style|textarea|title|xmp|iframe|template|object|svg"
    r"|math|select)(?=[\s/>])|</picture(?=[\s/>])|<!--",
    re.I,
)
_SHOWN_IN = frozenset((*IMAGES, "source", "picture"))
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")
_BETWEEN = re.compile(r"(?:\s|<[^<>]*>|&nbsp;)*")
_NEAR = 400
"""Characters of mere tags between a picture and the `<noscript>` that repeats it."""
_KEPT = ("alt", "title", "width", "height", "dir", "lang")


@dataclass(slots=True)
class _Seen:
    """A picture in a text: where it stands, its attributes, and what is to be written for it (None: as it is)."""

    start: int
    end: int
    address: str | None
    """What it shows, as far as that is a picture; None: nothing."""
    written: str | None = None
    fallback: list["_Seen"] = field(default_factory=list)
    """Of a `<noscript>`: the pictures in it."""


def with_addresses(html: str) -> str:
    """Return HTML in which each picture that loads late has its real address in `src`; everything else as it was.

    The result is no safer than what came in.
    """
    if not any(mark in html for mark in _MARKS):
        return html
    seen = list(_pictures(html))
    _settle_fallbacks(html, seen)
    out: list[str] = []
    at = 0
    for one in seen:
        if one.written is not None:
            out += (html[at : one.start], one.written)
            at = one.end
    return "".join((*out, html[at:])) if out else html


def _pictures(html: str) -> Iterator[_Seen]:
    """The pictures and `<noscript>` elements of a text in order."""
    at = 0
    sources: list[dict[str, str]] = []
    fallbacks = "<noscript" in html or "<NOSCRIPT" in html
    while (found := _START.search(html, at)) is not None:
        name = (found["name"] or "").lower()
        tag = TAG.match(html, found.start()) if name else None
        if not name:
            at, sources = (_after_comment(html, found.end()), sources) if found[0] == "<!--" else (found.end(), [])
        elif tag is None:
            return
        elif name not in _SHOWN_IN:
            end = _end_of(name).search(html, tag.end())
            if end is None:
                return
            if name == "noscript":
                inner = [one for one in _pictures_within(html[tag.end() : end.start()]) if one.address]
                yield _Seen(found.start(), end.end(), None, None, inner)
            at = end.end()
        else:
            at = tag.end()
            if name == "source":
                sources.append(_attributes(tag[0]))
            elif name == "picture":
                sources = []
            elif (fallbacks or not _is_plain(tag[0])) and not _in_a_tag(html, found.start()):
                yield _picture(tag.start(), tag.end(), name, _attributes(tag[0]), sources)
                sources = []


_SHOWS = re.compile(r"""\ssrc\s*=\s*["']?([^"'\s>]+)""", re.I)


def _is_plain(tag: str) -> bool:
    """Whether a tag has nothing but a `src` that is a picture: most are so and need no closer look."""
    if "data-" in tag or "DATA-" in tag or tag[:4] != "<img":
        return False
    shown = _SHOWS.search(tag)
    return shown is not None and not ("srcset" in tag and _stands_in(shown[1])) and not is_placeholder(shown[1])


def _end_of(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[\s/>])[^>]*>?", re.I)


def _pictures_within(html: str) -> Iterator[_Seen]:
    """The pictures in a `<noscript>`."""
    for found in re.finditer(r"<(img|amp-img)(?=[\s/>])", html, re.I):
        tag = TAG.match(html, found.start())
        if tag is None:
            return
        seen = _picture(tag.start(), tag.end(), found[1].lower(), _attributes(tag[0]), [])
        seen.written = seen.written or tag[0]
        yield seen


def _after_comment(html: str, at: int) -> int:
    end = html.find("-->", at)
    return end + 3 if end >= 0 else len(html)


def _in_a_tag(html: str, at: int) -> bool:
    """Whether a picture's tag stands in another tag's attribute."""
    opened = html.rfind("<", max(0, at - _NEAR), at)
    return opened > html.rfind(">", max(0, at - _NEAR), at) and html[opened + 1].isalpha()


def _attributes(tag: str) -> dict[str, str]:
    """The attributes of a start tag; of two with one name the first counts (HTML, 13.2.5.33)."""
    found: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(tag, re.match(r"<[^\s/>]+", tag).end()):  # type: ignore[union-attr]
        value = one[2] if one[2] is not None else one[3] if one[3] is not None else one[4] or ""
        found.setdefault(one[1].lower(), unescape(value) if "&" in value else value)
    return found


def _picture(start: int, end: int, name: str, attributes: dict[str, str], sources: list[dict[str, str]]) -> _Seen:
    """What a picture shows, and how it is written when that is not its `src`."""
    shown = attributes.get("src", "").strip()
    real = next(iter(late(attributes)), None)
    if real is None and not _is_late(attributes):
        stands_in = _stands_in(shown)
        real = _of_sets((attributes, *jpeg_first(sources))) if stands_in else None
        if real is None and stands_in:
            real = next((one for one, _ in addresses(attributes) if one != shown), None)
    elif real is None:
        real = _of_sets((attributes, *jpeg_first(sources)))
    if real is not None:
        kept = "".join(f' {each}="{escape(attributes[each])}"' for each in _KEPT if each in attributes)
        return _Seen(start, end, real, f'<img src="{escape(real)}"{kept}>')
    hidden = is_invisible(attributes.get("style", "")) or "hidden" in attributes
    sized = is_pixel(_number(attributes.get("width")), _number(attributes.get("height")))
    usable = bool(shown) and not (hidden or sized or is_placeholder(shown) or is_tracker(shown))
    written = None
    if name != "img":
        kept = "".join(f' {each}="{escape(attributes[each])}"' for each in ("src", *_KEPT) if each in attributes)
        written = f"<img{kept}>"
    return _Seen(start, end, shown if usable else None, written)


def _is_late(attributes: dict[str, str]) -> bool:
    return "data-srcset" in attributes or "data-lazy-srcset" in attributes


def _of_sets(elements: Iterable[Attributes]) -> str | None:
    """The widest address within reason that a `srcset` names."""
    given = [one for each in elements for one in _sets(each) if _is_address(one[0]) and not is_placeholder(one[0])]
    within = [one for one in given if (one[1] or 0) <= WIDEST] or given
    return max(within, key=lambda one: one[1] or 0)[0] if within else None


def _stands_in(shown: str) -> bool:
    """Whether a `src` is none, a placeholder, or a picture of a few pixels that stands in for the real one."""
    if not shown or is_placeholder(shown):
        return True
    return _SMALL_NUMBER.search(shown) is not None and (stated_width(shown) or WIDEST) <= _TINY


def _number(value: str | None) -> int | None:
    found = re.match(r"\s*(\d{1,5})(?!\s*%|\d)", value or "")
    return int(found[1]) if found else None


def _settle_fallbacks(html: str, seen: list[_Seen]) -> None:
    """Write the pictures of a `<noscript>` in its place, when no picture beside it and none elsewhere is the same."""
    if not any(one.fallback for one in seen):
        return
    known = {picture_key(one.address) for one in seen if one.address}
    for at, one in enumerate(seen):
        if not one.fallback:
            continue
        before = seen[at - 1] if at and _next_to(html, seen[at - 1].end, one.start) else None
        after = seen[at + 1] if at + 1 < len(seen) and _next_to(html, one.end, seen[at + 1].start) else None
        repeats = (before is not None and before.address) or (after is not None and after.address and after.written)
        lone = before is None and after is None
        shown: list[str] = []
        for inner in one.fallback:
            key = picture_key(inner.address or "")
            if repeats or key in known or (lone and not is_picture_file(inner.address or "")):
                continue
            known.add(key)
            shown.append(inner.written or "")
        if shown:
            one.written = "".join(shown)
            one.address = one.fallback[0].address


def _next_to(html: str, end: int, start: int) -> bool:
    return start - end <= _NEAR and _BETWEEN.fullmatch(html, end, start) is not None
