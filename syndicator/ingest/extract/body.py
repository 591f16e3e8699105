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
from collections.abc import Iterator, Mapping, Sequence, Set
from copy import deepcopy
from dataclasses import dataclass
from html import escape

from lxml import etree
from lxml.html import HtmlElement

from syndicator.ingest.extract.blocks import Block, flatten, key
from syndicator.ingest.extract.furniture import heads_comments
from syndicator.text.figures import Figure, Placed

_HELD = 0.9
"""Part of the story's characters that its container must hold."""
_SHORTEST = 20
"""Characters of a line that is looked up: shorter ones are found anywhere."""
_SENTENCE = 60
"""Characters of a line that is taken for a sentence where no element says what it is."""
_FEW = 2
"""Lines found: with no more, the container may have been found too small."""
_LEAST = 140
"""Characters of a story; with less, the page has none."""

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
    r"|addtoany\w*|addthis\w*)(?:$|[\s_-])"
    r"|read[-_]?(?:more|also|next)|see[-_]also|more[-_](?:on|from|stories|news)|most[-_](?:read|viewed|popular)"
    r"|author[-_](?:box|bio|info|card)|entry[-_](?:meta|footer)|post[-_](?:meta|tags|nav\w*|footer)|sr[-_]only",
    re.I,
)
_COMMENTS = re.compile(
    r"(?:^|\s)(?:comments|comments?[-_]?(?:area|section|list|wrap(?:per)?|container|block|thread)|disqus_thread"
    r"|fb-comments|commentlist|respond)(?:$|\s)",
    re.I,
)
_ROLES = frozenset(("navigation", "complementary", "contentinfo", "search", "dialog", "banner", "menu", "alertdialog"))
_ELEMENTS = frozenset(("aside", "footer", "nav", "dialog"))
_WHOLE = frozenset(("html", "body", "main", "article"))
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
    """The story's blocks and the element that holds them (None: the text is `articleBody` alone)."""

    blocks: list[Block]
    container: HtmlElement | None

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks if block.text)


def find_story(root: HtmlElement, placed: Sequence[Placed], *, witness: str | None = None) -> Story:
    """The story on a page; `witness` is the text that the page's JSON-LD gives."""
    pictures = {one.picture: one.figure for one in placed}
    words = {word for one in placed for word in one.words}
    lines = lines_of(root)
    if len(lines) < _LEAST:
        lines = _sentences(root, words)
    claimed = "\n".join(filter(None, (lines, witness if witness and len(witness) >= _LEAST else None)))
    found = _mapped(root, claimed, pictures, words) if claimed else None
    if found is None:
        found = _by_name(root, pictures, words)
    if witness and len(witness) >= _LEAST and (found is None or _overlap(witness, found.text) < 0.5):
        return Story(_paragraphs(witness), None)
    return found or Story([], None)


def selected(containers: Sequence[HtmlElement], placed: Sequence[Placed]) -> Story:
    """The story in the elements that the publisher's own selector names."""
    pictures = {one.picture: one.figure for one in placed}
    words = {word for one in placed for word in one.words}
    outer = [
        one for one in containers if not any(other is not one and other in one.iterancestors() for other in containers)
    ]
    blocks = [block for one in outer for block in flatten(one, pictures, words | furniture(one))]
    return Story(blocks, outer[0] if outer else None)


def without_comments(root: HtmlElement) -> None:
    """Take the readers' comments out of the tree: they can be longer than the story, and pass for one."""
    for node in list(root.iter("section", "div", "aside", "ol", "ul")):
        marks = f"{node.get('class', '')} {node.get('id', '')}"
        if (_COMMENTS.search(marks) or heads_comments(node.get("aria-label", ""))) and _may_go(node):
            node.drop_tree()
    for heading in list(root.iter("h2", "h3", "h4", "h5")):
        parent = heading.getparent()
        if parent is None or not heads_comments(" ".join(heading.text_content().split())):
            continue
        if parent.tag in ("section", "aside", "div") and heading.getprevious() is None and _may_go(parent):
            parent.drop_tree()
            continue
        for later in list(heading.itersiblings()):
            later.drop_tree()
        heading.drop_tree()


def _may_go(node: HtmlElement) -> bool:
    return node.getparent() is not None and next(node.iterdescendants("h1"), None) is None


def lines_of(root: HtmlElement) -> str:
    """What trafilatura takes for the story, a line each."""
    from trafilatura.core import bare_extraction  # only here: pages are read in a box, and nobody else waits for it

    try:
        document = bare_extraction(
            deepcopy(root),
            favor_precision=True,
            include_comments=False,
            include_formatting=False,
            include_links=False,
            with_metadata=False,
            deduplicate=False,
        )
    except (etree.LxmlError, ValueError, TypeError, AttributeError, RecursionError):
        return ""
    text = getattr(document, "text", None) if document is not None else None
    return text or ""


def _sentences(root: HtmlElement, words: Set[HtmlElement]) -> str:
    """The lines of sentence length outside of furniture and links: a second opinion when trafilatura has none."""
    body = next(root.iter("body"), root)
    blocks = flatten(body, {}, furniture(body) | words)
    return "\n".join(block.text for block in blocks if len(block.text) >= _SENTENCE and block.link_share < 0.3)


def furniture(container: HtmlElement, keep: Set[HtmlElement] = frozenset()) -> set[HtmlElement]:
    """The outermost elements below a container that are marked as something else than story."""
    whole = len(container.text_content()) or 1
    found: set[HtmlElement] = set()
    inside: set[HtmlElement] = set()
    for node in container.iterdescendants():
        if not isinstance(node.tag, str) or node in inside:
            continue
        if node not in keep and is_furniture(node) and len(node.text_content()) < whole / 2:
            found.add(node)
            inside.update(node.iterdescendants())
    return found


def is_furniture(node: HtmlElement) -> bool:
    """Whether an element's name, role or class says that it is no part of the story."""
    if node.tag in _WHOLE or node.tag in ("p", "h1", "img", "picture", "figure", "figcaption", "source"):
        return False
    marks = f"{node.get('class', '')} {node.get('id', '')}"
    return node.tag in _ELEMENTS or node.get("role") in _ROLES or bool(_FURNITURE.search(marks))


def _mapped(
    root: HtmlElement, claimed: str, pictures: Mapping[HtmlElement, Figure], words: Set[HtmlElement]
) -> Story | None:
    """The container of the lines that the witnesses claim, and its blocks."""
    haystack = key(claimed)
    weights: dict[HtmlElement, int] = {}
    hits: set[HtmlElement] = set()
    total = 0
    for block in flatten(root, {}, words):
        line = key(block.text)
        if len(line) < _SHORTEST or line not in haystack or block.element is None:
            continue
        hits.add(block.element)
        total += len(line)
        for ancestor in (block.element, *block.element.iterancestors()):
            weights[ancestor] = weights.get(ancestor, 0) + len(line)
    if total < _LEAST / 2:
        return None
    holding = [element for element, weight in weights.items() if weight >= _HELD * total]
    container = max(holding, key=lambda element: sum(1 for _ in element.iterancestors()))
    if container in hits and container.tag in ("p", "li", "h2", "h3") and container.getparent() is not None:
        container = container.getparent()
    wider = _widened(container) if len(hits) <= _FEW else None
    container = container if wider is None else wider
    blocks = flatten(container, pictures, furniture(container) | words)
    if wider is None:
        blocks = _trimmed(blocks, haystack, container)
    return Story(_standfirst(container, blocks) + blocks, container) if blocks else None


def _widened(container: HtmlElement) -> HtmlElement | None:
    """The element whose children are alike and all say sentences, when only one of them was found: bare `<div>`s."""
    for node in (container, *container.iterancestors()):
        parent = node.getparent()
        if parent is None or node.tag in _WHOLE:
            return None
        alike = [one for one in parent.iterchildren(node.tag) if one.get("class") == node.get("class")]
        told = [one for one in alike if next(one.iter("a"), None) is None and len(one.text_content()) >= _SENTENCE]
        if len(told) > _FEW:
            return parent
    return None


def _trimmed(blocks: list[Block], haystack: str, container: HtmlElement) -> list[Block]:
    """Without what stands before the first and behind the last line that was found, but for whole paragraphs there."""

    def claimed(block: Block) -> bool:
        line = key(block.text)
        return len(line) >= _SHORTEST and line in haystack

    hits = [at for at, block in enumerate(blocks) if claimed(block)]
    if not hits:
        return []
    first, last = hits[0], hits[-1]
    homes = {
        _home(ancestor) for at in hits if (one := blocks[at].element) is not None for ancestor in _up_to(one, container)
    }

    def belongs(block: Block) -> bool:
        if block.kind == "figure":
            return True
        home = block.element.getparent() if block.element is not None else None
        return home is not None and _home(home) in homes and block.link_share < 0.5

    middle = [
        block
        for at, block in enumerate(blocks[first : last + 1])
        if at + first in hits or block.kind != "ul" or block.link_share < 0.8
    ]
    return (
        [block for block in blocks[:first] if belongs(block)]
        + middle
        + [block for block in blocks[last + 1 :] if belongs(block)]
    )


def _up_to(element: HtmlElement, container: HtmlElement) -> Iterator[HtmlElement]:
    """What an element stands in, up to the container."""
    for ancestor in element.iterancestors():
        yield ancestor
        if ancestor is container:
            return


def _home(element: HtmlElement) -> tuple[str, str] | int:
    """What makes two holders of blocks alike: the same name and class, or being the same element."""
    return (element.tag, element.get("class", "")) if element.get("class") else id(element)


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


def _by_name(root: HtmlElement, pictures: Mapping[HtmlElement, Figure], words: Set[HtmlElement]) -> Story | None:
    """The container by the names that publishing systems give it, when trafilatura found nothing."""
    for path in _CONTAINERS:
        for container in root.xpath(path)[:5]:
            blocks = flatten(container, pictures, words | furniture(container))
            text = sum(len(block.text) for block in blocks)
            if text >= _LEAST and sum(block.linked for block in blocks) < text / 2:
                return Story(blocks, container)
    return None


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
