"""What a page or feed says around the story, taken out of the story: repeats, pointers elsewhere, furniture.

The same lines are named the same way wherever they stand: the slogan above the headline, the headline itself, the
caption below a picture, "اقرأ أيضا", share buttons, tags, newsletters, rights, comments, a feed's "appeared first on".

**Whole lines only.** A line goes when it is nothing but such a thing; a sentence that mentions one stays. What goes
is reported as a `Cut` with the reason, so that an operator can see what was taken.

**The head.** Above the story a page repeats itself, so there a line may go for where it stands: before the last
headline at the top only captions, pictures and short lines are expected, and only those go. A paragraph among them
stays.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from lxml.etree import tostring
from lxml.html import HtmlElement

from syndicator.ingest.extract import furniture
from syndicator.ingest.extract.blocks import Block, flatten, key, together
from syndicator.ingest.extract.doubles import without_doubles
from syndicator.ingest.extract.inserts import MOST_SKIPPED, is_dateline, promises_letters, skipped_until, skips
from syndicator.model import Image
from syndicator.text.credits import reads_as_caption, split_credit
from syndicator.text.figures import parsed, place
from syndicator.text.html import SafeHtml, sanitise

_HEAD = 12
"""Blocks at the top in which the headline may be repeated."""
_SHORT = 90
_PARAGRAPH = 120
_ALIKE = 0.9
_BOX = 6
"""Blocks that a box of furniture may have behind its first line."""
_BOX_TEXT = 700
_BOXED = frozenset(("related", "newsletter", "consent", "embed", "author", "follow", "share"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A line that was taken out of a body: the text and why, in one or two words."""

    what: str
    why: str


def clean_body(html: SafeHtml, *, title: str, images: tuple[Image, ...]) -> tuple[SafeHtml, tuple[Cut, ...]]:
    """A body without what repeats its title and captions and without furniture; unchanged when there is none."""
    html, addresses = without_doubles(html)
    doubles = tuple(Cut(what=address, why="repeated picture") for address in addresses)
    root = parsed(html)
    if root is None:
        return html, doubles
    placed = place(root, None)
    pictures = {one.picture: one.figure for one in placed}
    blocks = flatten(root, pictures, {word for one in placed for word in one.words})
    words = [
        *((image.caption, image.credit) for image in images),
        *((one.figure.caption, one.figure.credit) for one in placed),
    ]
    kept, cuts = without_repeats(blocks, title=title, captions=words)
    if not cuts:
        return html, doubles
    written = _as_written(root, blocks, kept)
    return sanitise(together(kept) if written is None else written), doubles + cuts


def _as_written(root: HtmlElement, blocks: Sequence[Block], kept: Sequence[Block]) -> str | None:
    """The body without the elements of the blocks that were cut, all else as its publisher wrote it.

    None when a cut block is only a part of its element, or its element holds one that is kept.
    """
    staying = {id(block) for block in kept}
    gone = [block for block in blocks if id(block) not in staying]
    needed = {
        above
        for block in kept
        if block.element is not None
        for above in (block.element, *block.element.iterancestors())
    }
    elements = [block.element for block in gone if block.text.strip()]
    for block, element in zip([one for one in gone if one.text.strip()], elements, strict=True):
        if element is None or element in needed or key(element.text_content()) != key(block.text):
            return None
    for element in elements:
        if element is not None and element.getparent() is not None:
            element.drop_tree()
    body = next(root.iter("body"), root)
    return (body.text or "") + "".join(tostring(child, encoding="unicode", method="html") for child in body)


def without_repeats(
    blocks: Sequence[Block], *, title: str, captions: Iterable[tuple[str | None, str | None]]
) -> tuple[list[Block], tuple[Cut, ...]]:
    """The blocks that are the story, and what was cut in the order in which it stood."""
    reasons: dict[int, str] = {}
    known = _caption_keys(captions)
    _name_the_head(blocks, title, known, reasons)
    _name_what_is_skipped(blocks, reasons)
    for at, block in enumerate(blocks):
        if at in reasons or block.kind == "figure":
            continue
        line = key(block.text)
        if line in known or _is_caption_of(block, known):
            reasons[at] = "caption"
        elif why := furniture.reason(block, place=at / len(blocks)):
            reasons[at] = why
    _name_what_follows(blocks, reasons)
    kept = [block for at, block in enumerate(blocks) if at not in reasons]
    cuts = tuple(
        Cut(what=" ".join(blocks[at].text.split())[:300], why=why)
        for at, why in sorted(reasons.items())
        if blocks[at].text.strip()
    )
    return kept, cuts


def headline(blocks: Sequence[Block]) -> str | None:
    """The line that a page repeats at its top like a headline; None when there is none."""
    seen: set[str] = set()
    for block in blocks[:_HEAD]:
        line = key(block.text)
        if line in seen and 15 <= len(block.text) <= 200 and not reads_as_caption(block.text):
            return block.text
        seen.add(line)
    return next(
        (
            block.text
            for block in blocks[:3]
            if block.kind == "h2" and block.element is not None and block.element.tag == "h1"
        ),
        None,
    )


def same_headline(line: str, title: str) -> bool:
    """Whether a line is the headline, give or take punctuation, the site's name behind it, or a typing error."""
    one, other = key(line), key(title)
    if not one or not other:
        return False
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    if (
        len(shorter) >= 15
        and longer.startswith(shorter + " ")
        and len(longer) - len(shorter) <= 40
        and re.search(r"[|–—-]", line + title)
    ):
        return True
    if len(shorter) < 20 or len(longer) > 300 or len(shorter) < _ALIKE * len(longer):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE + 0.04


def _caption_keys(captions: Iterable[tuple[str | None, str | None]]) -> set[str]:
    """Keys of caption, credit, and both in the orders in which pages write them."""
    keys: set[str] = set()
    for caption, credit in captions:
        if caption and len(key(caption)) >= 8:
            keys.add(key(caption))
        if caption and credit:
            keys |= {key(f"{caption} {credit}"), key(f"{credit} {caption}")}
    return keys - {""}


def _is_caption_of(block: Block, known: set[str]) -> bool:
    """A paragraph that is a known caption with a credit behind it, whatever the cue."""
    if block.kind != "p" or len(block.text) > 600:
        return False
    caption, credit = split_credit(block.text)
    return credit is not None and caption is not None and key(caption) in known


def _name_the_head(blocks: Sequence[Block], title: str, known: set[str], reasons: dict[int, str]) -> None:
    """Reasons for the lines above and between the headlines at the top."""
    headlines = [
        at for at, block in enumerate(blocks[:_HEAD]) if block.kind != "figure" and same_headline(block.text, title)
    ]
    for at in headlines:
        reasons[at] = "headline"
    for at in range(headlines[-1] if headlines else 0):
        block = blocks[at]
        if at in reasons or block.kind == "figure":
            continue
        if len(block.text) >= _PARAGRAPH and not reads_as_caption(block.text):
            break
        if reads_as_caption(block.text) or key(block.text) in known:
            reasons[at] = "caption"
        elif len(block.text) < _SHORT and not re.search(r"[.!?؟…:]$", block.text.strip()):
            reasons[at] = "slogan" if at < headlines[0] else "byline"
    _name_captions_at_the_top(blocks, reasons)
    _name_datelines(blocks, reasons)
    _name_doubles(blocks, reasons)


def _name_captions_at_the_top(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """A caption that stands alone above the first paragraph; never the only text there is."""
    if not any(at not in reasons and len(block.text) >= _PARAGRAPH for at, block in enumerate(blocks[1:], 1)):
        return
    lines = [key(block.text) for block in blocks[:_HEAD]]
    for at, block in enumerate(blocks[:_HEAD]):
        if at in reasons or block.kind == "figure":
            continue
        if block.kind != "p" or not reads_as_caption(block.text):
            return
        if len(block.text) < _PARAGRAPH or lines.count(lines[at]) > 1:
            reasons[at] = "caption"


def _name_datelines(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """A date that stands alone above the first paragraph."""
    for at, block in enumerate(blocks[:_HEAD]):
        if len(block.text) >= _PARAGRAPH:
            return
        if at not in reasons and block.kind in ("p", "ul", "ol") and _is_dateline(block):
            reasons[at] = "byline"


def _is_dateline(block: Block) -> bool:
    """A date, or a list of a date and other short things: the author, how long the story takes to read."""
    lines = block.text.strip().split("\n")
    return any(map(is_dateline, lines)) and all(len(line) < _SHORT // 2 for line in lines if not is_dateline(line))


def _name_doubles(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """A block that says the same as the one before it, and a second copy of the whole text.

    A line that stands three times or more in one element is the author's: a refrain, a text that fills a space.
    """
    lines = [key(block.text) for block in blocks]
    places: dict[str, list[int]] = {}
    previous: dict[int, int] = {}
    last = -1
    for at, line in enumerate(lines):
        if line:
            places.setdefault(line, []).append(at)
            last, previous[at] = at, last
    copies: list[int] = []
    for line, found in places.items():
        if len(found) < 2 or len(line) < 15:
            continue
        holders = {_holder(blocks[at]) for at in found}
        if len(found) > 2 and len(holders) == 1:
            continue
        for before, at in pairwise(found):
            if previous[at] == before and at not in reasons:
                reasons[at] = "repeat"
            elif len(line) >= _SHORT:
                copies.append(at)
    if len(copies) >= 3 and 3 * len(copies) >= sum(len(block.text) >= _SHORT for block in blocks):
        reasons |= {at: "repeat" for at in copies if at not in reasons}


def _holder(block: Block) -> HtmlElement | None:
    """The element that holds a block with its like: what a paragraph stands in, or the element that lines stand in."""
    element = block.element
    return element.getparent() if element is not None and element.tag in ("p", "li", "blockquote", "pre") else element


def _name_what_is_skipped(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """An offer to skip something, and what it skips when its end is marked."""
    for at, block in enumerate(blocks):
        if at not in reasons and skips(block.text.strip()):
            count = skipped_until([later.text.strip() for later in blocks[at + 1 : at + 1 + MOST_SKIPPED]])
            reasons |= {place: "insert" for place in range(at, at + count + 1) if place not in reasons}


def _name_the_box(blocks: Sequence[Block], at: int, reasons: dict[int, str], whole: int) -> None:
    """The rest of an element that begins with a line of furniture, when it is a small part of the text."""
    element = blocks[at].element
    box = element.getparent() if element is not None else None
    if box is None or (at and _stands_in(blocks[at - 1], box)):
        return
    rest = []
    for later in range(at + 1, min(at + _BOX + 2, len(blocks))):
        if not _stands_in(blocks[later], box):
            break
        rest.append(later)
    if len(rest) <= _BOX and sum(len(blocks[one].text) for one in rest) < min(_BOX_TEXT, whole * 0.3):
        for one in rest:
            reasons.setdefault(one, reasons[at])


def _stands_in(block: Block, box: HtmlElement) -> bool:
    return block.element is not None and box in block.element.iterancestors()


def _name_what_follows(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """What goes with a line that goes: links below "read also", the rest of a box, comments, words on an author."""
    whole = sum(len(block.text) for block in blocks)
    for at in sorted(reasons):
        why = reasons[at]
        if why in _BOXED:
            _name_the_box(blocks, at, reasons, whole)
        if why == "related":
            _name_links_behind(blocks, at, reasons)
        elif why in ("newsletter", "author") and blocks[at].kind != "p" and at + 1 < len(blocks):
            promise = blocks[at + 1]
            if promise.kind == "p" and len(promise.text) < _PARAGRAPH and promises_letters(promise.text):
                reasons.setdefault(at + 1, why)
    for why, is_end in (("author", _ends_with_author), ("comments", _ends_with_comments)):
        first = next((at for at in sorted(reasons) if reasons[at] == why and is_end(blocks, at)), None)
        if first is not None:
            for later in range(first + 1, len(blocks)):
                reasons.setdefault(later, why)


def _name_links_behind(blocks: Sequence[Block], at: int, reasons: dict[int, str]) -> None:
    """The links that follow a line such as "read also"."""
    for later in range(at + 1, len(blocks)):
        block = blocks[later]
        if later in reasons or block.kind == "figure" or not block.text or block.link_share < 0.8:
            return
        reasons[later] = "related"


def _ends_with_author(blocks: Sequence[Block], at: int) -> bool:
    """Whether hardly anything stands behind the words "about the author"."""
    behind = blocks[at + 1 : at + 2 + _BOX]
    return at >= len(blocks) * 0.6 and len(behind) <= _BOX and sum(len(block.text) for block in behind) < _BOX_TEXT


def _ends_with_comments(blocks: Sequence[Block], at: int) -> bool:
    """Whether a heading of comments begins the readers' comments, and not a section of the story with headings."""
    if at < len(blocks) * 0.4 and (blocks[at].kind == "p" or at == 0):
        return False
    return sum(block.kind in ("h2", "h3") for block in blocks[at + 1 : at + 200]) <= 1
