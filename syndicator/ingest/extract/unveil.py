"""Text that a page holds back until its scripts have run.

React and Next.js stream a page: a place is kept by `<template id="B:1">`, and its content comes later in
`<div hidden id="S:1">`, which a script moves there. `unveil` does what the script does. Other hidden text - for a
button "read on", for a page that shows itself only when it has loaded - is shown by `reveal`, which is for pages
that have no story without it.
"""

import re

from lxml.html import HtmlElement

from syndicator.ingest.extract.marks import Marks, words_of

_SEGMENT = re.compile(r"S:([0-9a-fA-F]{1,8})")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_LEAST = 140
"""Characters of hidden text that may be a story."""


_UNSEEN = frozenset(("hidden", "hide", "visuallyhidden"))
"""Words in the names of an element that say only that it is hidden."""


def unveil(root: HtmlElement) -> None:
    """Put what was streamed into its place, and open shadow roots that stand in the page."""
    templates = list(root.iter("template"))
    places = {node.get("id"): node for node in templates if node.get("id")}
    for node in root.xpath("//*[@hidden and @id]"):
        found = _SEGMENT.fullmatch(node.get("id", ""))
        if found is None:
            continue
        del node.attrib["hidden"]
        place = places.get(f"B:{found[1]}")
        if place is None:
            place = places.get(f"P:{found[1]}")
        if place is not None and place.getparent() is not None and node not in place.iterancestors():
            tail, node.tail = node.tail, None
            parent = node.getparent()
            if tail and parent is not None:
                _add_text(node, tail)
            node.tail = place.tail
            place.getparent().replace(place, node)
    for node in templates:
        if node.get("shadowrootmode") or node.get("shadowroot"):
            node.tag = "div"


def _add_text(node: HtmlElement, tail: str) -> None:
    """Leave the text behind an element where it stands when the element moves away."""
    previous = node.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + tail
    else:
        parent = node.getparent()
        parent.text = (parent.text or "") + tail


def reveal(root: HtmlElement, marks: Marks) -> bool:
    """Show hidden elements that hold as much text as a story; whether there were any."""
    shown = False
    for node in root.xpath("//*[@hidden]|//*[@style]|//template|//noscript"):
        hidden = node.get("hidden") is not None or _HIDDEN.search(node.get("style", "")) is not None
        if not (hidden or node.tag in ("template", "noscript")) or len(node.text_content()) < _LEAST:
            continue
        if marks.is_furniture(node) and not words_of(node) <= _UNSEEN:
            continue
        node.attrib.pop("hidden", None)
        node.attrib.pop("style", None)
        if node.tag in ("template", "noscript"):
            node.tag = "div"
        shown = True
    return shown
