"""Mends the outlines of a subscription list, so that one broken line costs neither itself nor its neighbours.

Lists are edited by hand. Quotes are missing, typographic, doubled or stand inside a title; two attributes have no space
between them; a tag never ends. A parser that recovers drops such a line without a word, or swallows the next one.
"""

import re

_START = re.compile(r"<(outline)(?=[\s/>\"'A-Za-z])|<(?=/?(?:outline|body|opml|head)\b)|<!--", re.IGNORECASE)
_WHOLE = re.compile(
    r"""<outline(?:\s++[A-Za-z_:][\w:.-]*+\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*+\s*+/?>""",
    re.IGNORECASE,
)
_NAME = (
    r"text|title|type|xml_?-?url|html_?-?url|url|feed_?url|rss_?url|atom_?url|feed|href|language|description|version"
    r"|category|created|isComment|isBreakpoint|[A-Za-z_][\w.-]*:[A-Za-z]\w*"
)
_ATTRIBUTE = re.compile(rf"""(?:^|(?<=[\s"'“”«»]))({_NAME}|[A-Za-z_][\w.-]*(?=\s*=\s*["'“”«]))\s*=\s*""", re.IGNORECASE)
_QUOTES = "\"'“”„«»"
_FEED_SCHEME = re.compile(r"h*t{1,3}p(s?)\s*(?::|;)?\s*/{1,3}(?=[\w-]+\.)", re.IGNORECASE)
_BARE_HOST = re.compile(
    r"(?://)?[\w-]+(?:\.[\w-]+)*\.(?!opml|xml|rss|html?|json|php|aspx?)[^\W\d_]{2,}(?::\d+)?(?:[/?].*)?"
)
_LONGEST = 8_192


def mended(text: str) -> tuple[str, int]:
    """The text with every outline's attributes well-formed, and how many outlines it has outside comments."""
    out: list[str] = []
    place = count = 0
    closes = True
    leaves = "</outline" not in text.lower()
    starts = list(_START.finditer(text))
    ends = [*(start.start() for start in starts[1:]), len(text)][: len(starts)]
    for start, end in zip(starts, ends, strict=True):
        if start.start() < place:
            continue
        if start[0] == "<!--":
            closed = text.find("-->", start.end()) if closes else -1
            closes = closed >= 0
            if closes:
                out.append(text[place : closed + 3])
                place = closed + 3
            continue
        if not start[1]:
            continue
        count += 1
        whole = _WHOLE.match(text, start.start())
        if whole is None:
            out += (text[place : start.start()], _written_anew(text[start.end() : end], leaf=leaves))
            place = end
        elif leaves and not whole[0].endswith("/>") and "url" in whole[0].lower():
            out += (text[place : whole.end() - 1], "/>")
            place = whole.end()
    return "".join((*out, text[place:])), count


def _written_anew(inside: str, *, leaf: bool) -> str:
    """One outline from all that stands between its name and the next tag; `leaf`: no outline of the list is closed."""
    close = inside.rfind(">")
    attributes, behind = (inside[:close], inside[close + 1 :]) if close >= 0 else (inside, "")
    closed = attributes.rstrip().endswith("/") or close < 0 or (leaf and "url" in attributes.lower())
    attributes = attributes.rstrip().removesuffix("/")[:_LONGEST]
    found = list(_ATTRIBUTE.finditer(attributes))
    ends = [*(one.start() for one in found[1:]), len(attributes)][: len(found)]
    pairs: dict[str, str] = {}
    for one, end in zip(found, ends, strict=True):
        value = attributes[one.end() : end].strip()
        if value and value[0] in "\"'" and value[-1] not in _QUOTES and value.rfind(value[0]) > 0:
            value = value[: value.rfind(value[0])]
        value = value.strip(_QUOTES).strip()
        pairs.setdefault(one[1], value.replace("<", "&lt;").replace('"', "&quot;"))
    written = "".join(f' {name}="{value}"' for name, value in pairs.items())
    return f"<outline{written}{'/' if closed else ''}>{behind}"


def mended_address(written: str) -> str:
    """An address without quotes around it and gaps at its slashes, with the scheme that it lacks or misspells."""
    text = re.sub(r"(?<=/)\s+|\s+(?=/)", "", written.strip().strip(_QUOTES + "<>"))
    if text.lower().startswith(("http://", "https://")):
        return text
    if scheme := _FEED_SCHEME.match(text):
        return f"http{scheme[1].lower()}://{text[scheme.end() :]}"
    return f"http://{text.removeprefix('//')}" if _BARE_HOST.fullmatch(text) else text
