"""What trafilatura finds on a page that a story lacks.

It is a witness, and believed where it says much that the story does not: then its lines are looked up on the page and
join the story's blocks in the order of the page. Lines that are furniture by sure signs do not: those that say so
themselves, links to other articles, lists of links outside of the story's container.

A precise reading comes first. Where the story is little of the page's prose, a second one asks for more: of a thread
in a forum the precise one finds nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from copy import deepcopy

from lxml import etree
from lxml.html import HtmlElement

from syndicator.ingest.extract.blocks import Block, flatten, key
from syndicator.ingest.extract.furniture import reason
from syndicator.ingest.extract.marks import Marks, is_pointer, is_prose
from syndicator.text.figures import Figure

_SHORTEST = 20
"""Characters of a line that is looked up: shorter ones are found anywhere."""
_MOST = 0.7
"""Part of a list or table that must be told."""
_LOST = 0.2
"""Part of trafilatura's words that a story may lack."""
_HIDDEN = 0.5
"""Part of trafilatura's words that are nowhere on a page that hides them."""
_PROSE = 0.6
"""Part of the page's prose that a story has; with less, trafilatura is asked for more."""
_FEW = 2
"""Paragraphs that may stand between the headline and the story's container."""


def lines_of(root: HtmlElement, *, precise: bool = True) -> str:
    """What trafilatura takes for the story, a line each; `precise` leaves out what may be furniture."""
    from trafilatura.core import bare_extraction  # only here: pages are read in a box, and nobody else waits for it

    try:
        document = bare_extraction(
            deepcopy(root),
            favor_precision=precise,
            include_comments=False,
            include_formatting=False,
            include_links=False,
            with_metadata=False,
            deduplicate=False,
            fast=True,
        )
    except (etree.LxmlError, ValueError, TypeError, AttributeError, RecursionError):
        return ""
    text = getattr(document, "text", None) if document is not None else None
    return text or ""


class Told:
    """The lines that trafilatura took for the story."""

    def __init__(self, lines: str) -> None:
        self._lines = set(map(key, lines.split("\n")))
        self._text = key(lines)

    def says(self, block: Block) -> bool:
        """Whether the block is told; of a list, a table or a short line each line, in any order."""
        line = key(block.text)
        if len(line) >= _SHORTEST and line in self._text:
            return True
        parts = [part for part in map(key, block.text.split("\n")) if part]
        known = [part for part in parts if part in self._lines or (len(part) >= _SHORTEST and part in self._text)]
        return bool(parts) and sum(map(len, known)) >= _MOST * sum(map(len, parts))


class Beside:
    """One page, and what its story lacks."""

    def __init__(
        self,
        root: HtmlElement,
        pictures: Mapping[HtmlElement, Figure],
        words: Set[HtmlElement],
        marks: Marks,
        keys: Sequence[str],
    ) -> None:
        self._root, self._pictures, self._words, self._marks, self._keys = root, pictures, words, marks, keys
        self.hides = False
        """Whether trafilatura found much that the page hides: the slides of a show."""

    def completed(self, blocks: list[Block], container: HtmlElement | None, lines: str) -> list[Block]:
        """A story's blocks with what trafilatura (`lines`) finds beside them."""
        prose = sum(len(block.text) for block in self._marks.blocks if is_prose(block))
        blocks = self._lead(blocks, container, Told(lines)) + blocks
        blocks = self._with_lost(blocks, container, lines)
        if sum(len(block.text) for block in blocks) < _PROSE * prose:
            blocks = self._with_lost(blocks, container, lines_of(self._root, precise=False))
        return blocks

    def _lead(self, blocks: Sequence[Block], container: HtmlElement | None, told: Told) -> list[Block]:
        """The paragraphs that trafilatura finds between the page's headline and the story's beginning."""
        elements = [block.element for block in self._marks.blocks]
        first = next((block.element for block in blocks if block.element is not None and block.text), None)
        begin = elements.index(first) if first is not None and first in elements else 0
        heads = [at for at in range(begin) if (one := elements[at]) is not None and one.tag == "h1"]
        if not heads:
            return []
        had = {key(block.text) for block in blocks}
        lead = [
            block
            for at, block in enumerate(self._marks.blocks[heads[-1] + 1 : begin], heads[-1] + 1)
            if is_prose(block)
            and self._keys[at] not in had
            and told.says(block)
            and self._may_be_story(block, container)
        ]
        return lead if len(lead) <= _FEW else []

    def _with_lost(self, blocks: list[Block], container: HtmlElement | None, lines: str) -> list[Block]:
        """The blocks and, in the order of the page, those told that they lack; the blocks alone if few are lost."""
        said = Counter(key(lines).split())
        had = {key(block.text) for block in blocks}
        lost = said - Counter(word for block in blocks for word in key(block.text).split())
        if not said or lost.total() < _LOST * said.total():
            return blocks
        shown = Counter(word for line in self._keys for word in line.split())
        self.hides = self.hides or (said - shown).total() >= _HIDDEN * said.total()
        told = Told(lines)
        kept = {(block.element, block.text) for block in blocks}
        both: list[Block] = []
        for block in flatten(self._root, self._pictures, self._words):
            line = key(block.text)
            if (block.element, block.text) in kept:
                both.append(block)
            elif line not in had and told.says(block) and self._may_be_story(block, container):
                both.append(block)
                had.add(line)
        is_more = sum(len(one.text) for one in both) > sum(len(one.text) for one in blocks)
        return both if is_more else blocks

    def _may_be_story(self, block: Block, container: HtmlElement | None) -> bool:
        """Whether a block is no furniture by sure signs: links, cards of other articles, lines known for it."""
        if block.element is None or reason(block, place=0.5) is not None or is_pointer(block):
            return False
        above = (block.element, *block.element.iterancestors())
        if block.link_share >= 0.5 and (container is None or container.tag == "body" or container not in above):
            return False
        return not any(node in self._marks.cards for node in above)
