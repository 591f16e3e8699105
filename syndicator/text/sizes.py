"""The width that an address itself tells: `-300x200`, `?w=640`, `/s1600/`, `hqdefault`, `thumb`."""

import re
from functools import lru_cache

from syndicator.text.picturepaths import is_distinct, is_width
from syndicator.text.renditions import LIMIT, address_parts, parameters

_SMALLEST = 8
_IN_PATH = re.compile(
    r"(?<![\da-z])(?!16x9|21x9)(\d{2,4})x(?:\d{1,4}|auto|n)?(?![\da-z])"
    r"|(?<![a-z0-9])w(?:idth)?[_:=/-]?(\d{2,4})(?![\d])"
    r"|(?<![a-z0-9])(\d{2,4})(?:w|px)(?![a-z0-9])"
    r"|resize:[a-z]+:(\d{2,4})",
    re.I,
)
_GOOGLE = re.compile(r"(?<=[/=])[sw](\d{2,4})(?=[-/]|$)")
_IN_QUERY = re.compile(r"(?:max[-_]?|im)?w(?:id|idth)?", re.I)
_PAIRS = frozenset(("resize", "fit", "crop", "size"))
_STILLS = {
    "default": 120,
    "mqdefault": 320,
    "hqdefault": 480,
    "0": 480,
    "sddefault": 640,
    "hq": 1280,
    "maxresdefault": 1280,
}
_WORDS = {
    "thumb": 150,
    "thumbs": 150,
    "thumbnail": 150,
    "thumbnails": 150,
    "preview": 300,
    "xs": 100,
    "sm": 200,
    "small": 300,
    "md": 500,
    "medium": 600,
    "normal": 640,
    "lg": 1000,
    "large": 1024,
    "xlarge": 1400,
    "xl": 1400,
    "scaled": 2560,
}
_STYLE = 800
"""Pixels that a named image style is taken for when its name tells none."""
_GOOGLES = ("bp.blogspot.com", "googleusercontent.com", "ggpht.com")


@lru_cache(maxsize=2048)
def stated_width(url: str) -> int | None:
    """Return the width in pixels that an address tells, by a number or a word; None: it has no mark of a size.

    Of several numbers the smallest holds: what was cut to 300 and asked for at 1,200 pixels has 300.
    """
    host, path, query = address_parts(url) if len(url) <= LIMIT else (None, "", "")
    if host is None:
        return None
    numbers = [number for number in _numbers(host, path, query) if number >= _SMALLEST]
    if numbers:
        return min(numbers)
    folders = path.lower().split("/")
    name = folders.pop()
    if host.endswith(("ytimg.com", "youtube.com")):
        found = re.match(r"[a-z]*\d?", name)
        return _STILLS.get(found[0]) or _STILLS.get(found[0].rstrip("0123456789")) if found else None
    first, *marks = name.replace("_", "-").replace(".", "-").split("-")
    word = next((word for word in (*marks, first, *folders) if word in _WORDS), None)
    if word is not None:
        return _WORDS[word]
    return _STYLE if "/styles/" in path else None


def _numbers(host: str, path: str, query: str) -> list[int]:
    found = [int(next(filter(None, one))) for one in _IN_PATH.findall(path)]
    if host.endswith(_GOOGLES):
        found += [int(one) for one in _GOOGLE.findall(path)]
    for name, value in parameters(query) if query else ():
        if _IN_QUERY.fullmatch(name) or name in _PAIRS:
            digits = re.match(r"(?:w_)?(\d{2,4})(?:[,x*:/].*|px)?$", value)
            found += [int(digits[1])] if digits else []
        elif name == "q" and (digits := re.search(r"\bw_(\d{2,4})", value)):
            found.append(int(digits[1]))
    folders = path.split("/")[1:]
    if is_distinct(folders.pop()) and folders:
        numbers = [int(one) for one in folders if one.isdecimal() and len(one) <= 4]
        found += [number for number in numbers if is_width(number)]
    if host.endswith("dw.com") and (code := re.search(r"_(\d{3,4})\.\w+$", path)):
        found.append(int(code[1]))
    return found
