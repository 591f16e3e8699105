"""The story of a page: which of its blocks, in order, with links and pictures.

trafilatura says which lines are the story; the tree says what they are. Its answer is only text, and it leaves out
short paragraphs, headings and lists: so its lines are looked up in the tree, the smallest element that holds nine
tenths of them is taken for the story's container, and the container's blocks are the story, without the furniture
that the container holds (marked by class, role or element) and without what stands before the first and behind the
last line that was found. A page's own `articleBody` (JSON-LD) is a second witness, and when the tree does not have
it, its text is the story.

On bare pages (`<div>` or `<br>` and nothing else) trafilatura finds little or nothing. Then the lines of sentence
length outside of furniture are the witness, and a container with one line in it is widened to the element whose
children are all alike and say sentences.

Readers' comments are taken out before anything is measured: they can be ten times as long as the story.

`deduplicate` is never used: trafilatura remembers across pages what it has seen.
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from html import escape

from lxml.html import HtmlElement

from syndicator.ingest.extract.blocks import Block, flatten, key
from syndicator.ingest.extract.embedded import embedded
from syndicator.ingest.extract.furniture import reason
from syndicator.ingest.extract.marks import SENTENCE, WHOLE, Marks, furniture, is_pointer, is_prose
from syndicator.ingest.extract.unveil import reveal
from syndicator.ingest.extract.witness import Beside, lines_of
from syndicator.text.figures import Placed, parsed

_HELD = 0.9
"""Part of the story's characters that its container must hold."""
_SHORTEST = 20
"""Characters of a line that is looked up: shorter ones are found anywhere."""
_FEW = 2
"""Lines found: with no more, the container may have been found too small."""
_LEAST = 140
"""Characters of a story; with less, the page has none."""
_TEASER = 1200
"""Characters of a text that may be only the story's beginning."""
_MORE = 1.3
"""How much longer another text must be to take a text's place."""
_AGREED = 0.7
"""Part of the main group that trafilatura must find to be believed alone."""
_ABOUT = 0.3
"""Part of the headline's words that text must have which a page hides."""

_STANDFIRST = re.compile(
    r"(?:^|[\s_-])(?:standfirst|lead|lede|intro|chapo|dek|kicker-text|subtitle|sub-title|excerpt|summary|deck)(?:$"
    r"|[\s_-])",
    re.I,
)
_CONTAINER_CLASSES = (
    "entry-content article-body article__body articleBody story-body post-content article-content"
    " field--name-body wysiwyg"
)
_CONTAINERS = (
    "//*[@itemprop='articleBody']",
    *(f"//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]" for name in _CONTAINER_CLASSES.split()),
    "//article",
    "//main",
)


@dataclass(frozen=True, slots=True)
class Story:
    """The story's blocks and the element that holds them (None: the text is not in the tree)."""

    blocks: list[Block]
    container: HtmlElement | None
    marks: Marks | None = None
    """The names on the page, weighed."""

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks if block.text)

    def is_furniture(self, node: HtmlElement) -> bool:
        """Whether an element of the page is no part of the story."""
        return self.marks is not None and self.marks.is_furniture(node)


def find_story(root: HtmlElement, placed: Sequence[Placed], *, title: str = "", witness: str | None = None) -> Story:
    """The story on a page; `witness` is the text that the page's JSON-LD gives.

    Text that the page hides is read when nothing else is there; text of its scripts when that has much more.
    """
    seen = _Seen(root, placed, title)
    found = seen.story(witness)
    if (len(found.text) < _LEAST or seen.hides) and reveal(root, seen.marks):
        hidden = _Seen(root, placed, title)
        shown = hidden.story(witness)
        if len(found.text) < _LEAST:
            found = shown if _overlap(title, shown.text) >= _ABOUT else found
        elif _says_more(shown.text, found.text):
            found = shown
    if witness and len(witness) >= _LEAST and _says_more(witness, found.text):
        found = Story(_paragraphs(witness), None)
    if len(found.text) < _TEASER and (html := embedded(root, title)):
        inside = parsed(html)
        blocks = flatten(inside) if inside is not None else []
        text = "\n".join(block.text for block in blocks)
        if (
            _says_more(text, found.text)
            and _overlap(found.text if len(found.text) >= _LEAST else title, text) >= _ABOUT
        ):
            found = Story(blocks, None)
    if not found.blocks:
        found = _gallery(seen)
    return found if found.blocks else _all_there_is(seen, title)


def _says_more(text: str, than: str) -> bool:
    """Whether a text is the same story with much more in it, or one where the page shows none."""
    if len(text) < _LEAST or len(text) < _MORE * len(than):
        return False
    return len(than) < _LEAST or _overlap(than, text) >= 0.5 or _overlap(text, than) < 0.5


def selected(containers: Sequence[HtmlElement], placed: Sequence[Placed], *, title: str = "") -> Story:
    """The story in the elements that the publisher's own selector names."""
    pictures = {one.picture: one.figure for one in placed}
    words = {word for one in placed for word in one.words}
    outer = [
        one for one in containers if not any(other is not one and other in one.iterancestors() for other in containers)
    ]
    marks = Marks([block for one in outer for block in flatten(one, {}, words)], title)
    blocks = [block for one in outer for block in flatten(one, pictures, words | furniture(one, marks))]
    return Story(blocks, outer[0] if outer else None, marks)


class _Seen:
    """One page as it is seen: its blocks, its names weighed, its pictures."""

    def __init__(self, root: HtmlElement, placed: Sequence[Placed], title: str) -> None:
        self.root = root
        self.pictures = {one.picture: one.figure for one in placed}
        self.words = {word for one in placed for word in one.words}
        self.marks = Marks(flatten(root, {}, self.words), title)
        self.keys = [key(block.text) for block in self.marks.blocks]
        self.hides = False
        """Whether trafilatura found much that the page hides: the slides of a show."""

    def story(self, witness: str | None) -> Story:
        """The story by what the witnesses claim, or by the names that publishing systems give it."""
        lines = lines_of(self.root)
        claimed = self._claimed(lines)
        if witness and len(witness) >= _LEAST:
            haystack = key(witness)
            claimed |= {at for at, line in enumerate(self.keys) if len(line) >= _SHORTEST and line in haystack}
        self.marks.believe(claimed)
        found = self._mapped(claimed) if claimed else None
        found = found or self._by_name() or Story([], None, self.marks)
        if not found.blocks:
            return found
        beside = Beside(self.root, self.pictures, self.words, self.marks, self.keys)
        blocks = beside.completed(found.blocks, found.container, lines)
        self.hides = beside.hides
        return replace(found, blocks=blocks)

    def _claimed(self, lines: str) -> set[int]:
        """The blocks that are the story's: trafilatura's lines, the main group, or both where they agree."""
        haystack = key(lines)
        claimed = {at for at, line in enumerate(self.keys) if len(line) >= _SHORTEST and line in haystack}
        claimed = {at for at in claimed if not self._stands_in(at, self.marks.cards)}
        main = self.marks.main
        if self.marks.article is not None:
            claimed = (
                {at for at in claimed if self._stands_in(at, {self.marks.article})} if self._articles() > 1 else claimed
            )
        claimed, main = self._below_headline(claimed), sorted(self._below_headline(set(main)))
        agreed = self._size(claimed & set(main))
        if agreed >= _AGREED * self._size(main):
            return claimed
        if agreed or self._stand_together(claimed, main):
            return claimed | set(main)
        if self.marks.doubtful and self._size(claimed) >= _LEAST / 2:
            return claimed
        return claimed if self.marks.score(sorted(claimed)) > self.marks.score(main) else set(main)

    def _below_headline(self, places: set[int]) -> set[int]:
        """The places below the page's headline, when most of them are: what stands above is about the site."""
        heads = [
            at for at, block in enumerate(self.marks.blocks) if block.element is not None and block.element.tag == "h1"
        ]
        below = {at for at in places if heads and at > heads[0]}
        return below if len(heads) == 1 and self._size(below) >= 0.5 * self._size(places) else places

    def _stand_together(self, claimed: Set[int], main: Sequence[int]) -> bool:
        """Whether hardly any other prose stands in the smallest element that holds both: a text in two parts."""
        both = claimed | set(main)
        elements = [element for at in both if (element := self.marks.blocks[at].element) is not None]
        if not claimed or not elements:
            return False
        shared = set.intersection(*({one, *one.iterancestors()} for one in elements))
        prose = {at for at, block in enumerate(self.marks.blocks) if is_prose(block)}
        nearest = max(shared, key=lambda element: sum(1 for _ in element.iterancestors()), default=None)
        if nearest is None or nearest.tag in ("body", "html"):
            return False
        return self._size(at for at in prose if self._stands_in(at, {nearest})) <= _MORE * self._size(both)

    def _articles(self) -> int:
        """Articles with a headline of their own: pages that never end show one below the other."""
        return sum(next(one.iter("h1"), None) is not None for one in self.root.iter("article"))

    def _stands_in(self, at: int, nodes: Set[HtmlElement]) -> bool:
        element = self.marks.blocks[at].element
        return element is not None and (element in nodes or any(one in nodes for one in element.iterancestors()))

    def _size(self, places: Iterable[int]) -> int:
        return sum(len(self.keys[at]) for at in places)

    def _mapped(self, claimed: Set[int]) -> Story | None:
        """The container of the blocks that are claimed, and its blocks."""
        weights: dict[HtmlElement, int] = {}
        hits: set[HtmlElement] = set()
        total = self._size(claimed)
        for at in claimed:
            element = self.marks.blocks[at].element
            if element is not None:
                hits.add(element)
                for ancestor in (element, *element.iterancestors()):
                    weights[ancestor] = weights.get(ancestor, 0) + len(self.keys[at])
        if total < _LEAST / 2:
            return None
        holding = [element for element, weight in weights.items() if weight >= _HELD * total]
        container = max(holding, key=lambda element: sum(1 for _ in element.iterancestors()))
        if container in hits and container.tag in ("p", "li", "h2", "h3") and container.getparent() is not None:
            container = container.getparent()
        wider = _widened(container) if len(hits) <= _FEW else None
        container = container if wider is None else wider
        blocks = flatten(container, self.pictures, furniture(container, self.marks) | self.words)
        if wider is None:
            blocks = _trimmed(blocks, {self.keys[at] for at in claimed}, container)
        return Story(_standfirst(container, blocks) + blocks, container, self.marks) if blocks else None

    def _by_name(self) -> Story | None:
        """The container by the names that publishing systems give it, when nothing is claimed."""
        for path in _CONTAINERS:
            for container in self.root.xpath(path)[:5]:
                blocks = flatten(container, self.pictures, self.words | furniture(container, self.marks))
                text = sum(len(block.text) for block in blocks)
                if text >= _LEAST and sum(block.linked for block in blocks) < text / 2:
                    return Story(blocks, container, self.marks)
        return None


def _gallery(seen: _Seen) -> Story:
    """Pictures with captions where they are all that the page tells."""
    told = [picture for picture, figure in seen.pictures.items() if figure.caption]
    if len(told) < _FEW + 1:
        return Story([], None, seen.marks)
    counts: dict[HtmlElement, int] = {}
    for picture in told:
        for ancestor in picture.iterancestors():
            counts[ancestor] = counts.get(ancestor, 0) + 1
    holding = [element for element, count in counts.items() if count >= _HELD * len(told)]
    container = max(holding, key=lambda element: sum(1 for _ in element.iterancestors()))
    kept = {ancestor for picture in told for ancestor in picture.iterancestors()}
    blocks = flatten(container, seen.pictures, furniture(container, seen.marks, kept) | seen.words)
    return Story([block for block in blocks if block.kind == "figure"], container, seen.marks)


def _all_there_is(seen: _Seen, title: str) -> Story:
    """The whole page where it is a few lines without a link: a flash of one sentence."""
    blocks = seen.marks.blocks
    body = next(seen.root.iter("body"), None)
    links = next(seen.root.iter("a", "form", "script"), None)
    said = "\n".join(block.text for block in blocks)
    if (
        body is None
        or links is not None
        or len(said) > _TEASER
        or _overlap(said, title) >= _HELD
        or any(reason(block, place=0.5) for block in blocks)
    ):
        return Story([], None, seen.marks)
    shown = {block.text for block in blocks}
    blocks = [one for one in flatten(body, seen.pictures, seen.words) if one.figure is not None or one.text in shown]
    return Story(blocks, body, seen.marks)


def _widened(container: HtmlElement) -> HtmlElement | None:
    """The element whose children are alike and all say sentences, when only one of them was found: bare `<div>`s."""
    for node in (container, *container.iterancestors()):
        parent = node.getparent()
        if parent is None or node.tag in WHOLE:
            return None
        alike = [one for one in parent.iterchildren(node.tag) if one.get("class") == node.get("class")]
        told = [one for one in alike if next(one.iter("a"), None) is None and len(one.text_content()) >= SENTENCE]
        if len(told) > _FEW:
            return parent
    return None


def _trimmed(blocks: list[Block], claims: Set[str], container: HtmlElement) -> list[Block]:
    """Without what stands before the first and behind the last line that was found, but for whole paragraphs there."""

    def claimed(block: Block) -> bool:
        return key(block.text) in claims

    hits = [at for at, block in enumerate(blocks) if claimed(block)]
    if not hits:
        return []
    first, last = hits[0], hits[-1]
    homes = {
        _home(ancestor) for at in hits if (one := blocks[at].element) is not None for ancestor in _up_to(one, container)
    }

    first_part = _part(blocks[first], container)
    shared = any(_part(blocks[at], container) not in (None, first_part) for at in hits)

    def belongs(block: Block) -> bool:
        if block.kind == "figure":
            return True
        home = block.element.getparent() if block.element is not None else None
        return home is not None and _home(home) in homes and block.link_share < 0.5

    pointers = sum(map(is_pointer, blocks[first : last + 1])) > 1
    middle = [
        block
        for at, block in enumerate(blocks[first : last + 1])
        if at + first in hits
        or not ((block.kind == "ul" and block.link_share >= 0.8) or (pointers and is_pointer(block)))
    ]
    return (
        [
            block
            for block in blocks[:first]
            if belongs(block) or (shared and block.link_share < 0.5 and _part(block, container) is first_part)
        ]
        + middle
        + [block for block in blocks[last + 1 :] if belongs(block)]
    )


def _part(block: Block, container: HtmlElement) -> HtmlElement | None:
    """The child of the container that a block stands in."""
    node = block.element
    while node is not None and node.getparent() is not container:
        node = node.getparent()
    return node


def _up_to(element: HtmlElement, container: HtmlElement) -> Iterator[HtmlElement]:
    """What an element stands in, up to the container."""
    for ancestor in element.iterancestors():
        yield ancestor
        if ancestor is container:
            return


def _home(element: HtmlElement) -> tuple[str, str] | int:
    """What makes two holders of blocks alike: the same name and class (numbered ones apart), or being the same."""
    written = element.get("class", "")
    names = " ".join(name for name in written.split() if not any(map(str.isdigit, name))) or written
    return (element.tag, names) if names else id(element)


def _standfirst(container: HtmlElement, blocks: list[Block]) -> list[Block]:
    """The standfirst above the container, when the page marks one."""
    scope = next((one for one in container.iterancestors() if one.tag in ("article", "main")), None)
    if scope is None:
        return []
    for node in scope.iterdescendants("p", "div", "h2", "h3"):
        if node is container:
            return []
        if node in container.iterancestors() or not _STANDFIRST.search(node.get("class", "")):
            continue
        found = [block for block in flatten(node) if len(block.text) >= 60 and block.link_share < 0.5]
        if found and key(found[0].text) not in {key(block.text) for block in blocks}:
            return found[:2]
    return []


def _overlap(witness: str, text: str) -> float:
    """The part of the witness's words that the text has, 0 to 1."""
    wanted, had = set(key(witness).split()), set(key(text).split())
    return len(wanted & had) / len(wanted) if wanted else 0.0


def _paragraphs(text: str) -> list[Block]:
    return [
        Block(kind="p", html=f"<p>{escape(line, quote=False)}</p>", text=line)
        for line in map(str.strip, text.splitlines())
        if line
    ]
