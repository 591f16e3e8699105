"""A picture that a text shows twice, in one size or in two, shown once.

Feeds put a small copy of the lead picture above a text that holds it already. The one with a caption stays, else the
widest, else the first. Pictures with captions of their own all stay, and so does furniture: a bullet or an emoji may
come as often as it likes.
"""

import re
from html import unescape

from syndicator.text.html import SafeHtml, sanitise
from syndicator.text.pictures import is_furniture, picture_key
from syndicator.text.sizes import stated_width

_PICTURE = re.compile(r'<img(?: [a-z]+="[^"]*")*? src="([^"]*)"[^>]*>')
_WIDTH = re.compile(r' width="(\d+)"')
_NEAR = 2000
"""Characters of a `<figure>` before and behind its picture."""
_ICON = 50
"""Pixels: a picture that is no wider may be a sign that stands in a text again and again."""


def without_doubles(html: SafeHtml) -> tuple[SafeHtml, tuple[str, ...]]:
    """Return a text that shows each picture once, and the addresses of those that were taken out."""
    if html.count("<img ") < 2:
        return html, ()
    groups: dict[str, list[re.Match[str]]] = {}
    for found in _PICTURE.finditer(html):
        address = unescape(found[1])
        if not is_furniture(address) and _width(found) > _ICON:
            groups.setdefault(picture_key(address), []).append(found)
    doubles = [found for group in groups.values() if len(group) > 1 for found in _besides_the_best(html, group)]
    if not doubles:
        return html, ()
    kept, at = [], 0
    for found in sorted(doubles, key=lambda one: one.start()):
        kept.append(html[at : found.start()])
        at = found.end()
    return sanitise("".join((*kept, html[at:]))), tuple(unescape(found[1]) for found in doubles)


def _besides_the_best(html: str, group: list[re.Match[str]]) -> list[re.Match[str]]:
    told = [(found, _has_caption(html, found)) for found in group]
    if any(captioned for _, captioned in told):
        return [found for found, captioned in told if not captioned]
    best = max(group, key=_width)
    return [found for found in group if found is not best]


def _width(found: re.Match[str]) -> int:
    """The width that attribute or address tell; a picture that tells none is taken for a wide one."""
    declared = int(width[1]) if (width := _WIDTH.search(found[0])) else None
    told = [one for one in (declared, stated_width(unescape(found[1]))) if one is not None]
    return min(told, default=2000)


def _has_caption(html: str, found: re.Match[str]) -> bool:
    """Whether a picture stands in a `<figure>` with words."""
    before = html[max(0, found.start() - _NEAR) : found.start()]
    after = html[found.end() : found.end() + _NEAR].partition("</figure>")[0]
    _, figure, inside = before.rpartition("<figure")
    return bool(figure) and "</figure>" not in inside and "<figcaption" in inside + after
