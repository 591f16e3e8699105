"""What the names of elements say about them, weighed against what stands in them.

Sites name the parts of a page: `related`, `share`, `newsletter`. But page builders give such names to everything
(`elementor-widget`, `card-body`), and themes name a whole page by what is beside the story (`has-sidebar`). A name is
evidence, never a verdict.

**The main group.** Blocks of sentence length that have the same elements around them and the same words in their
names are one group. The group with the most text is the story's; words of furniture and elements beside the story
(`<aside>`, `<footer>`) lower its weight, words of the headline in its text raise it. The words in the names around
the main group say nothing on this page.

**What goes.** An element that is named as furniture, unless it holds a part of the main group. One whose words say
nothing on this page goes only if it is mostly links, holds a line that is nothing but a link, or begins with a line
such as "read also". One with a word of layout stays between paragraphs of the story if it holds sentences without
links.
"""

import re
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache

from lxml.html import HtmlElement

from syndicator.ingest.extract.blocks import Block, flatten, key
from syndicator.ingest.extract.furniture import reason

SENTENCE = 60
"""Characters of a line that is taken for a sentence."""
_CARD = 1200
"""Characters that a group of pointers to other articles may have."""
_TEASER = 0.3
"""Weight of a paragraph behind the linked headline of another article."""
_LABEL = 25
"""Characters that may stand above the link of a card: a section, a date."""
_HOLDS = 0.3
"""Part of the main group that makes an element one that holds the story."""

_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:related|recirc\w*|recommend\w*|shar(?:e|ing|er)\w*|social\w*|newsletter\w*|subscri\w+|signup"
    r"|comments?|disqus\w*|respond|replies|tags?|taglist|tagcloud|breadcrumbs?|navbar|navigation|nav|menu"
    r"|sidebar|side|footer|foot|promo\w*|advert\w*|ads?|adsbygoogle|adslot|dfp|sponsor\w*|cookies?|consent|gdpr"
    r"|cmp|popup|modal|overlay|banner|masthead|author(?:box|bio|info|card)|bio|byline|meta|postmeta|dateline"
    r"|readmore|readalso|seealso|moreon|trending|popular|mostread|mostviewed|latest|outbrain|taboola|widgets?"
    r"|toolbar|tools|print|skip\w*|pagination|pager|rating|ratings|votes?|login|register|paywall\w*|regwall"
    r"|copyright|slogan|sitename|tagline"
    r"|search|player|hidden|hide|visuallyhidden|sronly|ticker|breaking|app|apps|follow|feedback|correction-form"
    r"|carousel|teasers?|cards?|topics?|keywords|hashtags?|toc|contents-list|jp-relatedposts|sharedaddy|yarpp\w*"
    r"|addtoany\w*|addthis\w*)(?=$|[\s_-])"
    r"|read[-_]?(?:more|also|next)|see[-_]also|more[-_](?:on|from|stories|news)|most[-_](?:read|viewed|popular)"
    r"|author[-_](?:box|bio|info|card)|entry[-_](?:meta|footer)|post[-_](?:meta|tags|nav\w*|footer)|sr[-_]only",
    re.I,
)
_LAYOUT = frozenset(
    str.split(
        """widget widgets card cards side sidebar foot menu banner overlay modal popup meta print tools skip search
        player app apps topic topics carousel teaser teasers latest breaking tag tags nav navigation toolbar"""
    )
)
_ROLES = frozenset(("navigation", "complementary", "contentinfo", "search", "dialog", "banner", "menu", "alertdialog"))
_ELEMENTS = frozenset(("aside", "footer", "nav", "dialog"))
WHOLE = frozenset(("html", "body", "main", "article"))
_NEVER = WHOLE | {"p", "h1", "img", "picture", "figure", "figcaption", "source", "amp-img"}
_BESIDE = frozenset(str.split("sidebar foot menu nav navbar navigation breadcrumb breadcrumbs teaser teasers"))
_REPLIES = re.compile(r"comments?|disqus\w*|respond|replies")
_WEIGHTS = {"layout": 0.85, "furniture": 0.35, "beside": 0.25, "replies": 0.1}


_Path = tuple[tuple[str, ...], frozenset[str], HtmlElement | None]
"""Elements around a block, words of furniture in their names, and the `<article>` with a headline of its own."""


@lru_cache(maxsize=4096)
def _words(names: str) -> frozenset[str]:
    """The words of furniture in the names of an element."""
    return frozenset(found[0].strip(" \t\r\n\f_-").lower() for found in _FURNITURE.finditer(names))


def words_of(node: HtmlElement) -> frozenset[str]:
    """The words of furniture that mark an element; `<aside>` and its like for elements and roles beside the story."""
    if node.tag in _NEVER:
        return frozenset()
    names = f"{node.get('class', '')} {node.get('id', '')}"
    words = _words(names) if names != " " and len(names) < 2000 else frozenset[str]()
    if node.tag in _ELEMENTS:
        words |= {f"<{node.tag}>"}
    if (role := node.get("role")) in _ROLES:
        words |= {f"<{role}>"}
    return words


def is_prose(block: Block) -> bool:
    """Whether a block says sentences and not links."""
    return len(block.text) >= SENTENCE and block.link_share < 0.3 and block.kind not in ("figure", "pre", "table")


class Marks:
    """The names on one page, weighed: `blocks` are those of the whole page, `main` the story's main group.

    `title` may hold several headlines, a line each: the feed's and the page's.
    """

    def __init__(self, blocks: Sequence[Block], title: str) -> None:
        self.blocks = blocks
        self.main: list[int] = []
        """Places of the main group's blocks."""
        self.void: frozenset[str] = frozenset()
        """Words that say nothing on this page."""
        self.article: HtmlElement | None = None
        """The `<article>` with a headline of its own that holds the main group."""
        self._everywhere: frozenset[str] = frozenset()
        """Words around all prose of the page."""
        self._elements: set[HtmlElement | None] = set()
        self._places: frozenset[int] = frozenset()
        self._size = self._first = self._last = 0
        self._said: dict[HtmlElement, frozenset[str]] = {}
        self._paths: dict[HtmlElement, _Path] = {}
        self._under: dict[HtmlElement, list[int]] = {}
        self.cards: frozenset[HtmlElement] = frozenset()
        """Elements beside the main group that begin with a link to another article and say what that is about."""
        self._verdicts: dict[HtmlElement, bool] = {}
        self._titles = [
            words for line in title.split("\n") if (words := {word for word in key(line).split() if len(word) > 2})
        ]
        self._weigh()

    def _words(self, node: HtmlElement) -> frozenset[str]:
        found = self._said.get(node)
        if found is None:
            found = self._said[node] = words_of(node)
        return found

    def _path(self, node: HtmlElement) -> _Path:
        """What is around an element."""
        chain = []
        at: HtmlElement | None = node
        while at is not None and at not in self._paths:
            chain.append(at)
            at = at.getparent()
        tags, words, article = self._paths[at] if at is not None else ((), frozenset[str](), None)
        for one in reversed(chain):
            if one.tag == "article" and next(one.iter("h1"), None) is not None:
                article = one
            tags, words = (*tags, one.tag), words | self._words(one)
            self._paths[one] = tags, words, article
        return tags, words, article

    def _weigh(self) -> None:
        groups: dict[_Path, list[int]] = {}
        for at, block in enumerate(self.blocks):
            if block.element is None:
                continue
            for node in (block.element, *block.element.iterancestors()):
                if self._words(node):
                    self._under.setdefault(node, []).append(at)
            if is_prose(block):
                groups.setdefault(self._path(block.element), []).append(at)
        self._everywhere = frozenset.intersection(*(words for _, words, _ in groups)) if groups else frozenset()
        scores = {path: self.score(places) for path, places in groups.items()}
        best = max(scores, key=lambda path: scores[path], default=None)
        if best is None:
            return
        tags, words, self.article = best
        family = [path for path in groups if (path[0], path[2]) == (tags, self.article)]
        if scores[best] < 0.5 * sum(scores[path] for path in family):  # a word of its own on each paragraph
            words = frozenset(word for path in family for word in path[1])
            self.main = sorted(at for path in family for at in groups[path])
        else:
            self.main = groups[best]
        self.void = words
        self._hold(self.main)

    def believe(self, places: Set[int]) -> None:
        """Take these blocks for the story; words around a good part of them say nothing."""
        sizes: dict[frozenset[str], int] = {}
        for at in places:
            if (element := self.blocks[at].element) is not None:
                words = self._path(element)[1]
                sizes[words] = sizes.get(words, 0) + len(self.blocks[at].text)
        total = sum(sizes.values())
        self.void = self.void.union(*(words for words, size in sizes.items() if size >= _HOLDS * total))
        self._hold(sorted(places))

    def _hold(self, places: Sequence[int]) -> None:
        self._first, self._last = (places[0], places[-1]) if places else (0, 0)
        self._places = frozenset(places)
        self._elements = {self.blocks[at].element for at in places}
        self._size = sum(len(self.blocks[at].text) for at in places)
        self.cards = frozenset(self._cards())

    def _cards(self) -> Iterator[HtmlElement]:
        around = {node for one in self._elements if one is not None for node in (one, *one.iterancestors())}
        around |= {block.element for block in self.blocks if block.element is not None and not block.linked}
        before: HtmlElement | None = None
        tried: set[HtmlElement] = set()
        for block in self.blocks if self._places else ():
            card = block.element
            if card is None or not is_pointer(block):
                before = card if card is not None and len(block.text) > _LABEL else before
                continue
            above = {before, *before.iterancestors()} if before is not None else set()
            while (
                (parent := card.getparent()) is not None
                and parent not in around
                and parent not in above
                and parent.tag not in WHOLE - {"article"}
            ):
                card = parent
            if card is not block.element and card not in tried and len(card.text_content()) < _CARD:
                yield card
            tried.add(card)

    def score(self, places: Sequence[int]) -> float:
        """How much these blocks look like the story: characters, weighed by names around and words of the headline."""
        size = 0.0
        said: set[str] = set()
        for at in places:
            block = self.blocks[at]
            if block.element is not None:
                teaser = at > 0 and is_pointer(self.blocks[at - 1])
                size += (
                    len(block.text)
                    * _weight(self._path(block.element)[1] - self._everywhere)
                    * (_TEASER if teaser else 1)
                )
            if len(said) < 4000:
                said.update(key(block.text).split())
        share = max((len(words & said) / len(words) for words in self._titles), default=0.0)
        return size * (1 + share)

    @property
    def doubtful(self) -> bool:
        """Whether the words around the main group are those of furniture."""
        return bool(self.main) and _weight(self.void - self._everywhere) < 0.5

    def is_furniture(self, node: HtmlElement) -> bool:
        """Whether an element is no part of the story, by its names and what stands in it."""
        words = self._words(node)
        if not words:
            return False
        found = self._verdicts.get(node)
        if found is None:
            found = self._verdicts[node] = self._judge(node, words)
        return found

    def _judge(self, node: HtmlElement, words: frozenset[str]) -> bool:
        under = self._under.get(node, [])
        if not under and any(one in self._elements for one in node.iterancestors("ul", "ol", "blockquote")):
            return _points_elsewhere(flatten(node))
        held = sum(len(self.blocks[at].text) for at in under if at in self._places)
        if held and held >= _HOLDS * self._size:
            return False
        if words <= self.void:
            return _points_elsewhere([self.blocks[at] for at in under])
        if not (words - self.void) <= _LAYOUT or not under or not self._places:
            return True
        blocks = [self.blocks[at] for at in under]
        between = self._first < under[0] and under[-1] < self._last
        said = between and any(map(is_prose, blocks)) and not any(block.linked for block in blocks)
        return not said or _points_elsewhere(blocks)


def is_pointer(block: Block) -> bool:
    """Whether a line is the linked headline of another article."""
    if block.link_share < 0.9 or len(block.text) < 15 or block.kind in ("ul", "ol"):
        return False
    return 'href="#' not in block.html and block.text.count(" ") >= 2 and not block.text.endswith(".")


def _points_elsewhere(blocks: Sequence[Block]) -> bool:
    """Whether blocks are mostly links, have one that is nothing else, or begin with a line such as "read also"."""
    size, linked = sum(len(block.text) for block in blocks), sum(block.linked for block in blocks)
    if not size:
        return False
    if linked > 0.3 * size or any(map(is_pointer, blocks)):
        return True
    return reason(blocks[0], place=0.5) is not None


def _weight(words: Set[str]) -> float:
    """How far the words around a block speak for the story, from 0 to 1."""
    if not words:
        return 1.0
    if any(word.startswith("<") for word in words):
        return _WEIGHTS["beside"]
    if any(map(_REPLIES.fullmatch, words)):
        return _WEIGHTS["replies"]
    if words & _BESIDE:
        return _WEIGHTS["furniture"]
    return _WEIGHTS["layout" if words <= _LAYOUT else "furniture"]


def furniture(container: HtmlElement, marks: Marks, keep: Set[HtmlElement] = frozenset()) -> set[HtmlElement]:
    """The outermost elements below a container that are furniture, but for those in `keep`."""
    whole = len(container.text_content()) or 1
    found: set[HtmlElement] = set()
    inside: set[HtmlElement] = set()
    for node in container.iterdescendants():
        if not isinstance(node.tag, str) or node in inside or node in keep:
            continue
        if (node in marks.cards or marks.is_furniture(node)) and len(node.text_content()) < whole / 2:
            found.add(node)
            inside.update(node.iterdescendants())
    return found
