"""Repairs text that was decoded wrongly and written again, where that is certain.

UTF-8 read as windows-1252 turns "قافلة" into "Ù‚Ø§Ù..."; read as windows-1256 into "ظ‚ط§ظپ...". The way back is exact:
each character is the byte that it stands for in that encoding, and the bytes are UTF-8. It is certain when a whole
field goes back: every character beyond ASCII belongs to a sequence of UTF-8, and what comes out is Arabic, or the
accents and quotation marks of a European language. Nobody writes two such sequences by chance, and a right text does
not go back: "قال" is no UTF-8 in windows-1256. A field that is partly right stays as it is.

Text that was ruined twice goes back twice. Bytes that were lost on the way do not come back.

`repaired` looks first for the letters that begin misread Arabic. A text without them costs a few searches for one or
two characters.
"""

import re
from functools import cache
from html import unescape

_LEADS = {
    "cp1252": "ØÙÃâÂ", "latin-1": "ØÙÃâÂ", "cp1251": "ШЩ", "cp1250": "ŘŮ", "mac-roman": "ÿŸ",
    "cp1256": ("ط§", "ظ„", "ط·", "أ™"),
}  # fmt: skip
"""What servers and databases take UTF-8 for, and how it misreads the first byte of Arabic, and of a text ruined twice.

In windows-1256 these are letters of Arabic; so alef and lam are looked for as wholes.
"""
_ROUNDS = 3
_FIELD = re.compile(r"[^<>\"]+")
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")
_ADDED_LATER = frozenset("\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u00ab\u00bb\u00a0")
"""Typography that another program may have added to a text that was ruined before."""
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_REFERENCE = re.compile(r"&(?:#(?:\d{3,5}|x[0-9a-f]{2,4})|[a-z]{2,8});", re.IGNORECASE)
_REFERRED = ("&#216;", "&#217;", "&Oslash;", "&Ugrave;", "&#xD8;", "&#xd8;")


def repaired(text: str) -> str:
    """A text of any length, field by field: a field ends at `<`, `>` and `"`, so that JSON has fields too."""
    for _ in range(_ROUNDS):
        before = text
        if "&" in text and any(reference in text for reference in _REFERRED):
            text = _FIELD.sub(_without_references, text)
        for codec, leads in _LEADS.items():
            if any(lead in text for lead in leads) and _certain(codec).search(text):
                text = _field_by_field(text, codec)
        if text == before:
            break
    return text


def _field_by_field(text: str, codec: str) -> str:
    """All fields that go back; once one has, also those of one letter."""
    made = _FIELD.sub(lambda found: _back(found[0], codec, least=2), text)
    return _FIELD.sub(lambda found: _back(found[0], codec, least=1), made) if made != text else text


def _without_references(found: re.Match[str]) -> str:
    """A field that is ruined in references, if it goes back without them; else as it is."""
    if not any(reference in found[0] for reference in _REFERRED):
        return found[0]
    plain = _REFERENCE.sub(lambda one: one[0] if unescape(one[0]).isascii() else unescape(one[0]), found[0])
    return plain if _back(plain, "cp1252", least=2) != plain else found[0]


def _back(text: str, codec: str, *, least: int) -> str:
    """A field gone back one step, or as it is where that is not certain; `least` sequences make it so."""
    if text.isascii() or not _certain(codec).search(text):
        return text
    letters = _bytes_of(codec)
    out: list[str] = []
    sequences = 0
    for run in _runs(codec).split(text):
        if not run or run[0] not in letters:
            if _ARABIC.search(run):
                return text
            out.append(run)
            continue
        back = _sequences(run, bytes(letters[character] for character in run))
        if back is None:
            return text
        out.append(back[0])
        sequences += back[1]
    return "".join(out) if sequences >= least else text


def _sequences(run: str, raw: bytes) -> tuple[str, int] | None:
    """A run of characters beyond ASCII as the UTF-8 that its bytes are, and the count of sequences; None: no UTF-8."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return text, len(text)
    out: list[str] = []
    count = at = 0
    while at < len(raw):
        found = _SEQUENCE.match(raw, at)
        if found is None:
            if run[at] not in _ADDED_LATER:
                return None
            out.append(run[at])
            at += 1
            continue
        try:
            out.append(found[0].decode("utf-8"))
        except UnicodeDecodeError:
            return None
        count += 1
        at = found.end()
    return "".join(out), count


@cache
def _bytes_of(codec: str) -> dict[str, int]:
    """The byte of every character beyond ASCII; a byte that the encoding lacks is the control of its number."""
    found: dict[str, int] = {}
    for byte in range(128, 256):
        try:
            found[bytes([byte]).decode(codec)] = byte
        except UnicodeDecodeError:
            found[chr(byte)] = byte
    return found


def _class(codec: str, bytes_: range) -> str:
    return "".join(re.escape(character) for character, byte in _bytes_of(codec).items() if byte in bytes_)


@cache
def _runs(codec: str) -> re.Pattern[str]:
    """Splits a text into runs of the encoding's characters beyond ASCII and the rest."""
    return re.compile(f"([{_class(codec, range(128, 256))}]+)")


@cache
def _certain(codec: str) -> re.Pattern[str]:
    """One sequence of UTF-8 as the encoding misreads it."""
    leads, following = _class(codec, range(0xC2, 0xF5)), _class(codec, range(0x80, 0xC0))
    return re.compile(f"[{leads}][{following}]")
