"""CDATA sections and comments of an XML text, each closed where it was meant to be.

By the letter a CDATA section ends at the first `]]>`. Publishers nest them, and leave them open: then the first `]]>`
is that of another section, and all items between the two are text. A section that holds the beginning of another one
and the end of an item was never closed.
"""

import re

_OPENING = re.compile(r"<!\[CDATA\[|<!--")
_CDATA = "<![CDATA["
_BOUNDARY = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>\s*<", re.IGNORECASE)
_HOLDER_END = re.compile(
    r"</(?:\w+:)?(?:title|description|encoded|summary|content|link|guid|id|category|creator|author|name|body|text|subtitle"
    r"|pubdate|published|updated|source|comments|item|entry)\s*>",
    re.IGNORECASE,
)


def sections(text: str) -> list[tuple[str, bool]]:
    """The text in pieces: True for CDATA sections and comments, which are kept as they are."""
    pieces: list[tuple[str, bool]] = []
    place = 0
    finder = _Finder(text)
    opening = _OPENING.search(text)
    while opening is not None:
        pieces.append((text[place : opening.start()], False))
        place, piece = _section(text, opening, finder)
        if piece is not None:
            pieces.append((piece, True))
        elif opening[0] == _CDATA:
            place = opening.start()
            break
        opening = _OPENING.search(text, place)
    pieces.append((text[place:], False))
    return pieces


class _Finder:
    """Searches from left to right that are not done again before the place that they found is passed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = {"]]>": 0, "-->": 0}
        self._boundary: re.Match[str] | None = None
        self._searched = -1

    def end(self, closing: str, start: int) -> int:
        if 0 <= self._ends[closing] < start:
            self._ends[closing] = self._text.find(closing, start)
        return self._ends[closing]

    def boundary(self, start: int) -> re.Match[str] | None:
        """The next end of an item that something follows."""
        if self._searched < 0 or (self._boundary is not None and self._boundary.start() < start):
            self._boundary, self._searched = _BOUNDARY.search(self._text, start), start
        return self._boundary


def _section(text: str, opening: re.Match[str], finder: _Finder) -> tuple[int, str | None]:
    """Where to go on behind a section, and the section as it should be; None: it is none."""
    start, mark = opening.end(), opening[0]
    end = finder.end("]]>" if mark == _CDATA else "-->", start)
    if end >= 0 and (again := text.find(mark, start, end)) < 0:
        return end + 3, text[opening.start() : end + 3]
    boundary = finder.boundary(start)
    if boundary and (end < 0 or boundary.start() < again):
        if mark != _CDATA:
            return start, None
        holder = _HOLDER_END.search(text, start, boundary.end())
        stop = holder.start() if holder else boundary.start()
        return stop, f"{_CDATA}{text[start:stop]}]]>"
    if end < 0:
        return start, None
    return (end + 3, text[opening.start() : end + 3]) if mark != _CDATA else _nested(text, opening, end)


def _nested(text: str, opening: re.Match[str], end: int) -> tuple[int, str]:
    """One section of a section with others in it: as many more ends as there are beginnings, if they come at once."""
    start, last = opening.end(), end
    for _ in range(text.count(_CDATA, start, end)):
        further = text.find("]]>", last + 3)
        if further < 0 or "<" in text[last + 3 : further]:
            break
        last = further
    if last == end:
        return end + 3, text[opening.start() : end + 3]
    inner = text[start:last].replace(_CDATA, "").replace("]]>", "")
    return last + 3, f"{_CDATA}{inner}]]>"
