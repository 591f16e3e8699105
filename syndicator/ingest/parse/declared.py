"""The entities that a document declares for itself, as plain text. No parser ever sees a declaration.

An entity can open files and multiply without bound. So only a short value that is text is used, once for each
reference, up to a bound for the whole document. Every other declared entity is nothing: its references vanish.
"""

import html
import re
from collections.abc import Callable
from html.entities import html5

_DECLARATION = re.compile(
    r"""<!ENTITY\s+([^\s%"'<>&;]{1,64})\s+(?:"([^"]{0,1000})"|'([^']{0,1000})')?""", re.IGNORECASE
)
_REFERENCE = re.compile(r"&(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[^\s&;]{1,64});")
_MARKUP = re.compile(r"<[^<>]*>")
_MOST = 256
_LONGEST = 256
"""Characters of a value."""
_IN_ALL = 1 << 16
"""Characters that all values together may add to one document."""
_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


def expander(prolog: str) -> Callable[[str], str] | None:
    """A function that puts the text of the entities declared in `prolog` where they are named; None: there are none."""
    if "<!ENTITY" not in prolog.upper():
        return None
    values: dict[str, str] = {}
    for name, double, single in _DECLARATION.findall(prolog):
        if len(values) < _MOST and name not in _XML:
            values.setdefault(name, _plain(double or single, name))
    if not values:
        return None
    names = re.compile(f"&({'|'.join(map(re.escape, sorted(values, key=len, reverse=True)))});")
    left = _IN_ALL

    def value(found: re.Match[str]) -> str:
        nonlocal left
        text = values[found[1]]
        left -= len(text)
        return text if left >= 0 else ""

    return lambda text: names.sub(value, text) if "&" in text else text


def _plain(written: str, name: str) -> str:
    """A value as escaped text; empty when it is none, refers to another entity or is too long."""
    if not written:
        return html.escape(html5.get(f"{name};", ""), quote=False)
    if len(written) > _LONGEST or "%" in written:
        return ""
    for reference in _REFERENCE.findall(written):
        if not reference.startswith("#") and f"{reference};" not in html5:
            return ""
    text = _MARKUP.sub("", html.unescape(_MARKUP.sub("", written)))
    return html.escape("".join(one for one in text if one.isprintable() or one in "\n\u00a0"), quote=False)
