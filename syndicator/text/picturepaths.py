"""The path of a picture's address without what says a size, a crop or a format: folders, numbers and names stay.

A bare number is a size only beside a name that is long enough to be nobody else's.
"""

import re
from functools import lru_cache

_ROUNDS = 8
"""Marks of size and format behind one name."""
_TAIL = 80
"""Characters at the end of a name in which such a mark is looked for."""
FORMAT = re.compile(r"\.(?:jpe?g|jfif|pjpe?g|png|webp|avif|heic|jxl|bmp|tiff?|img)$|-(?:jpe?g|png)$", re.I)

_RATIO = r"(?:16x9|9x16|4x3|3x4|3x2|2x3|1x1|2x1|21x9|4x5|5x4|5x3)"
_PIXELS = r"(?:[1-9]\d{2,3}|[2-9]\d|1[6-9])"
_BY = rf"(?:{_PIXELS}x(?:{_PIXELS}|auto|0|-1)?|(?:auto|0)?x[1-9]\d{{2,3}})"
_TRANSFORM = re.compile(
    rf"{_BY}(?:[!^<>+-][\d+-]*|n|px)?|{_RATIO}|[whp]:[\w:]+|[wh]-?\d{{3,4}}(?:-[a-z]{{1,4}}\d{{0,4}})*|size"
    r"|(?:w|h|c|q|f|g|ar|dpr|fl)_[\w.:!-]+(?:,[a-z]{1,3}_[\w.:!-]+)*|\$s_![^/]*"
    r"|(?:width|height|quality|fit|format|w|h|q|f|dpr|gravity)=[^/]*|(?:tr|rs|resize|filters):[^/]*"
    r"|[\w-]{6,}=|unsafe|fit-in|smart|cdn-cgi|resiz\w+|resize|\d+x\d+:\d+x\d+|\d+:\d+:\d+:\d+|\d{1,4}_\d{1,4}_\d{3,5}_\d{3,5}"
    r"|thumb(?:s|nails?)?|small|medium|large|[xml]{1,2}large|big|full|originals?|orig|normal|previews?"
    r"|alternates|binary|(?:landscape|portrait|square|wide|free)_\w*\d{2,4}",
    re.I,
)
"""A segment that says a size or a crop, whatever stands around it."""
_SINGLE = re.compile(r"[xml]{0,3}[sml]|xxs|xs|lg|md|sm|xl|xxl|article|master|crop(?:ped)?|resized", re.I)
"""A segment that says a size beside a name that is one picture's."""
_NUMBER = re.compile(r"\d{2,4}")
_SUFFIX = re.compile(
    rf"[-_.]{{1,2}}(?:{_BY}(?:[-_]?(?:crop(?:ped)?|c))?|{_RATIO})$|[-_](?:scaled|rotated|e\d{{9,14}})$|@\dx$"
    r"|[-_](?:\d{3,4}(?:w|px)|[wh]\d{3,4})$"
    r"|(?:_tv)?(?:_c[xywh]\d+)*_[wh]\d{2,4}(?:_[whrqn]\d+)*(?:_[a-z]{1,2})?$"
    r"|[-_](?:thumb(?:nail)?|small|medium|large|xlarge|original)$"
    r"|-(?:super|exlarge|large|full|horizontal|overlay|medium-plus|medium|small-plus|small|alt-small)-(?:169|43|11"
    r"|gallery|tease|video)$"
    r"|_\d+:\d+:\d+:\d+_\d+x\d+(?:_[0-9a-f]+)*$",
    re.I,
)
_PREFIX = re.compile(
    rf"(?:thumbs?(?:_[a-z]\d?)*|thumbnail|small|medium|large|resized|csm|{_BY})_(?=\w)|thumb-(?=\w)|\d{{2,4}}px-(?=\w)",
    re.I,
)
_HASH = re.compile(r"(?:[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$", re.I)
_ONLY_SIZE = re.compile(rf"(?:image|img|photo|pic|thumb)?[-_]?{_BY}(?:crop(?:ped)?)?", re.I)
_ONLY_WIDTH = re.compile(r"w?\d{3,4}w?", re.I)
"""Names that are a size and no name; of a width alone only below a folder whose name is a hash."""
_LETTER_SIZE = re.compile(r"[-_](?:[xml]{0,2}[sml]|xs|generic)$", re.I)
_STYLES = re.compile(r"/styles/[^/]+/(?:public|private|s3)(?=/)")
"""Drupal's derivatives."""
_CROPPED = re.compile(r"(/(?:19|20)\d\d/\d\d?/\d\d?)(?:/\d{1,4}){4,}(?=/)")
"""Crop and size as a row of numbers behind a date: Le Monde."""
_STILL = re.compile(r"\.(?:gif|svg)$", re.I)


def without_sizes(path: str) -> str:
    """The path without formats, sizes and crops."""
    folders, _, name = path.rpartition("/")
    ending = found[0].lower() if (found := _STILL.search(name)) else ""
    stem = stem_of(name.removesuffix(found[0]) if found else name)
    kept = _folders(folders, is_distinct(stem))
    if kept and (
        _ONLY_SIZE.fullmatch(stem) or (_HASH.search(kept, max(0, len(kept) - _TAIL)) and _ONLY_WIDTH.fullmatch(stem))
    ):
        stem = ""
    return f"{kept}/{stem}{ending}"


@lru_cache(maxsize=1024)  # the pictures of one publisher lie in a few folders
def _folders(path: str, distinct: bool) -> str:
    folders = _CROPPED.sub(r"\1", _STYLES.sub("", path + "/")).split("/")[1:-1]
    kept = [one for one in _without_pair(folders, distinct=distinct) if one and not _is_size(one, distinct=distinct)]
    return "".join(f"/{one}" for one in kept)


def stem_of(name: str) -> str:
    """A file's name without format, size, crop and WordPress's marks of editing."""
    for _ in range(_ROUNDS):
        name, before = FORMAT.sub("", name), name
        if (found := _SUFFIX.search(name, max(1, len(name) - _TAIL))) is not None:
            name = name[: found.start()]
        if (found := _LETTER_SIZE.search(name, max(1, len(name) - _TAIL))) and _HASH.match(name, 0, found.start()):
            name = name[: found.start()]
        if name == before:
            break
    bare = _PREFIX.sub("", name, count=1) if _PREFIX.match(name) else name
    return re.sub(r"_[0-9a-f]{10}$", "", bare) if name.startswith("csm_") else bare


def is_distinct(stem: str) -> bool:
    """Whether a name is long enough to be one picture's: numbers of six digits, hashes, sixteen letters."""
    return len(stem) >= 16 or re.search(r"\d{6}|[0-9a-f]{10}", stem, re.I) is not None


def _is_size(segment: str, *, distinct: bool) -> bool:
    if _TRANSFORM.fullmatch(segment):
        return True
    return distinct and (_SINGLE.fullmatch(segment) is not None or (segment.isdecimal() and is_width(int(segment))))


_ODD_WIDTHS = frozenset(
    (144, 225, 375, 414, 424, 464, 512, 576, 624, 768, 828, 976, 1024, 1152, 1248, 1366, 1536, 2048)
)


def is_width(number: int) -> bool:
    """Whether a number alone is a usual width, and no year."""
    return (100 <= number <= 2560 and number % 10 == 0 and not 1990 <= number <= 2039) or number in _ODD_WIDTHS


def _without_pair(folders: list[str], *, distinct: bool) -> list[str]:
    """Without width and height as two numbers just before a name that is one picture's: `/1200/630/1-1594161.jpg`."""
    if distinct and len(folders) > 2 and all(_NUMBER.fullmatch(one) for one in folders[-2:]):
        width, height = (int(one) for one in folders[-2:])
        is_date = 1990 <= width <= 2039 and 101 <= height <= 1231
        if not is_date and is_width(width) and height >= 100 and height <= width <= 3 * height:
            return folders[:-2]
    return folders
