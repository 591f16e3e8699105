"""The objects of a page's JSON-LD, also where the script is broken.

Repaired: HTML and CDATA comments around it, raw line ends in strings, a comma or semicolon too many, HTML entities in
place of quotation marks. A script of which nothing can be read counts as none.
"""

import html
import json
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

_SCRIPTS, _NODES, _DEEPEST = 32, 5_000, 20
"""As many scripts, objects in one, and levels of them, as are looked at."""
_WRAPPING = re.compile(
    r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)"
    r"|(?:-->|/\*\s*\]\]>\s*\*/|//\s*\]\]>|\]\]>)\s*$"
)
_CONTROLS = re.compile(r"[\x00-\x1f]+")
_COMMA = re.compile(r",\s*([}\]])")


def nodes(root: HtmlElement) -> list[dict[str, Any]]:
    """Every object of the page's JSON-LD, outer before inner."""
    return [node for script in scripts(root) for node in _nodes(loaded(script))]


def scripts(root: HtmlElement) -> list[str]:
    """The texts of the page's JSON-LD scripts."""
    typed = root.xpath("//script[@type]")
    found = [script.text for script in typed if "ld+json" in script.get("type").lower() and script.text]
    return found[:_SCRIPTS]


def loaded(text: str) -> Any:
    """JSON-LD as Python's values; None when it cannot be read."""
    text = _WRAPPING.sub("", text).strip().rstrip(";")
    for repair in (_as_it_is, _repaired, _unescaped):
        try:
            return json.loads(repair(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _as_it_is(text: str) -> str:
    return text


def _repaired(text: str) -> str:
    return _COMMA.sub(r"\1", _CONTROLS.sub(" ", text))


def _unescaped(text: str) -> str:
    return _repaired(html.unescape(text) if "&quot;" in text or "&#34;" in text else text)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    waiting: deque[tuple[Any, int]] = deque([(value, 0)])
    seen = 0
    while waiting and seen < _NODES:
        one, depth = waiting.popleft()
        if isinstance(one, dict):
            seen += 1
            yield one
        inner = one.values() if isinstance(one, dict) else one[:_NODES] if isinstance(one, list) else ()
        if depth < _DEEPEST:
            waiting.extend((value, depth + 1) for value in inner if isinstance(value, dict | list))


def types(node: dict[str, Any]) -> list[str]:
    """The local names of an object's types."""
    written = node.get("@type")
    named = written if isinstance(written, list) else [written]
    return [re.split(r"[/#:]", kind)[-1] for kind in named if isinstance(kind, str)]
