"""The first sentences of a text, to stand for it where nobody wrote a summary.

Whole sentences as far as they fit, over the borders of paragraphs. Pictures' captions, headings, tables and code are no
running text and are passed over, unless there is nothing else. A full stop after a single letter ends no sentence
("د. أحمد", "U.S."). Where the first sentence is too long, or the whole ones are next to nothing, the text is cut
between two words and says so with an ellipsis.
"""

import re
from collections.abc import Iterator

from syndicator.text.html import SafeHtml, text_of

LENGTH = 300
"""Characters, at most."""
_SPARE = 20
"""Times as much text as there is room for is looked at."""
_ENOUGH = 60
"""Characters of whole sentences that pass for a summary."""

_ASIDE = re.compile(r"<(figure|picture|table|pre|audio|video|h[1-6])(?: [^>]*)?>")
_END = re.compile(r"(?<![.!?؟۔…])[.!?؟۔…]++[»”’\"')\]]*+(?=\s|$)")
_INITIAL = re.compile(r"(?:^|\W)[^\W\d_]$")


def lead(body: SafeHtml, length: int = LENGTH) -> str:
    """The first sentences of a body as one line of plain text; empty when it has no text."""
    text = text_of(_without_asides(body)) or text_of(body)
    whole = ""
    for sentence in _sentences(text[: _SPARE * length]):
        longer = f"{whole} {sentence}".strip()
        if len(longer) > length:
            return whole if len(whole) >= _ENOUGH else shorten(longer, length)
        whole = longer
    return whole


def _without_asides(html: str) -> str:
    """The HTML without what is no running text. The end of each kind of element is missed once at most."""
    kept: list[str] = []
    at, open_ = 0, _ASIDE.search(html)
    endless: set[str] = set()
    while open_ is not None:
        name = open_[1]
        end = -1 if name in endless else html.find(f"</{name}>", open_.end())
        if end < 0:
            endless.add(name)
            end = open_.end()
        else:
            kept += html[at : open_.start()], " "
            at = end = end + len(f"</{name}>")
        open_ = _ASIDE.search(html, end)
    return "".join([*kept, html[at:]])


def shorten(text: str, length: int) -> str:
    """A line that is cut between two words when it is longer than `length` characters."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ،,.:؛-") + "…"


def _sentences(text: str) -> Iterator[str]:
    """One after the other, without line ends; a paragraph's end is a sentence's end."""
    for paragraph in text.split("\n\n"):
        line = " ".join(paragraph.split())
        start = 0
        for end in _END.finditer(line):
            if end[0] == "." and _INITIAL.search(line[start : end.start()][-3:]):
                continue
            yield line[start : end.end()].strip()
            start = end.end()
        if rest := line[start:].strip():
            yield rest
