"""Readers' comments taken out of a page: they can be ten times as long as the story, and pass for it."""

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from syndicator.ingest.extract.blocks import flatten
from syndicator.ingest.extract.furniture import heads_comments
from syndicator.ingest.extract.marks import is_prose

_LEAST = 140
"""Characters of a story that stands beside the comments."""
_COMMENTS = re.compile(
    r"(?:^|\s)(?:comments|comments?[-_]?(?:area|section|list|wrap(?:per)?|container|block|thread)|disqus_thread"
    r"|fb-comments|commentlist|respond)(?:$|\s)",
    re.I,
)
_COMMENT_PARTS = re.compile(
    r"(?:^|[\s_-])comment[-_]?(?:author|meta|body|content|text|item|form|reply|date|list)|(?:^|\s)(?:vcard|comment)(?:$|\s)",
    re.I,
)
_HEADINGS = frozenset(("h2", "h3", "h4", "h5"))


def without_comments(root: HtmlElement) -> None:
    """Take the readers' comments out of the tree: they can be longer than the story, and pass for one.

    An element that is named so goes only if it holds signs of comments, or if a story stands outside of all of them.
    """
    marked = [
        node
        for node in root.iter("section", "div", "aside", "ol", "ul")
        if (
            _COMMENTS.search(f"{node.get('class', '')} {node.get('id', '')}")
            or heads_comments(node.get("aria-label", ""))
        )
        and _may_go(node)
    ]
    if marked:
        told = _holds_story_beside(root, marked)
        for node in marked:
            if told or _shows_comments(node):
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


def _holds_story_beside(root: HtmlElement, marked: Sequence[HtmlElement]) -> bool:
    """Whether there are sentences outside of the elements and of what is beside every story."""
    body = next(root.iter("body"), root)
    beside = set(body.iter("aside", "footer", "nav", "header"))
    blocks = flatten(body, {}, beside | set(marked))
    return sum(len(block.text) for block in blocks if is_prose(block)) >= _LEAST


def _shows_comments(node: HtmlElement) -> bool:
    """Signs inside of comments: a form to write one, elements for their authors, a heading."""
    if next(node.iter("textarea", "form"), None) is not None:
        return True
    return any(
        _COMMENT_PARTS.search(one.get("class", ""))
        or (one.tag in _HEADINGS and heads_comments(one.text_content().strip()))
        for one in node.iterdescendants()
        if isinstance(one.tag, str)
    )


def _may_go(node: HtmlElement) -> bool:
    return node.getparent() is not None and next(node.iterdescendants("h1"), None) is None
