"""Turns bytes into text, whatever they claim to be: our own decoding, before any parser sees a document.

Labels lie more often than bytes do. Publishers send windows-1256 and call it UTF-8, servers add their default
charset to everything, and one broken byte makes parsers decode a whole UTF-8 feed as something Western. So the order
is by what is hardest to fake:

1. a byte order mark;
2. the operator's word (`Source.encoding`);
3. NUL bytes in the rhythm of UTF-16 or UTF-32;
4. bytes that are UTF-8 throughout: no other encoding produces them by accident;
5. bytes that are UTF-8 in some fields and not in others: publishers paste old texts into new feeds, and new ones into
   old. A field that is UTF-8, or is it for the most part, is read so, its bad bytes becoming U+FFFD, one each; all
   others together are read by what follows;
6. the document's own label, then the server's - unless it names a Unicode encoding that the bytes have just been
   shown not to be in, or a Western one for bytes that come in words, as Arabic does;
7. the language that the document names, or the look of Arabic: windows-1256 or ISO-8859-6, told apart by how
   they spell the article and the letter yeh;
8. charset-normalizer on a sample, if the bytes come in words;
9. windows-1252.

The same function reads web pages, whose label stands in a `meta` element. Text that its publisher decoded wrongly
before us is repaired where that is certain (`mojibake`).
"""

import codecs
import re

from charset_normalizer import from_bytes

from syndicator.text.mojibake import repaired

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ALIASES = {
    "arabic": "cp1256",
    "ascii": "cp1252",
    "big5-hkscs": "big5hkscs",
    "cp-1256": "cp1256",
    "euc-kr": "cp949",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-6": "iso-8859-6",
    "iso-8859-6-e": "iso-8859-6",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "iso_8859-1": "cp1252",
    "ks_c_5601-1987": "cp949",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "unicode": "utf-16",
    "us-ascii": "cp1252",
    "utf8": "utf-8",
    "windows1256": "cp1256",
    "x-cp1256": "cp1256",
    "x-sjis": "cp932",
    "x-windows-1256": "cp1256",
}
"""Labels as the WHATWG Encoding Standard reads them, where Python reads them otherwise or not at all."""
_NEVER = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})
_WESTERN = frozenset({"cp1252", "iso8859-15", "mac-roman", "cp850", "cp437"})
_BY_LANGUAGE = {
    "ar": "arabic", "fa": "cp1256", "ur": "cp1256", "ckb": "cp1256", "ps": "cp1256",
    "be": "cp1251", "bg": "cp1251", "mk": "cp1251", "ru": "cp1251", "uk": "cp1251",
    "el": "cp1253", "tr": "cp1254", "he": "cp1255",
}  # fmt: skip
"""What publishers used before UTF-8, by language. `arabic`: one of two, told apart by the bytes."""

_HEAD = 4096
_SAMPLE = 1 << 17
_XML_LABEL = re.compile(rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_META_LABEL = re.compile(rb"""<meta\s[^>]{0,400}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_LANGUAGE = re.compile(
    rb"""<(?:dc:)?language>\s*([A-Za-z]{2,3})\b|<[^>]{0,400}?\s(?:xml:)?lang\s*=\s*["']\s*([A-Za-z]{2,3})\b""",
    re.IGNORECASE,
)
_WORD = re.compile(rb"[\x80-\xff]{2,}")
_TAG = re.compile(rb"<[^<>]{0,500}>")
_FIELD_ENDS = re.compile(rb"(?<=[<>\n\"])")
_SEAM = b"\n<\x1e>\n"
"""Between fields that are read together: no encoding that they may be in reads it otherwise."""
_ARABIC_UTF8 = re.compile(rb"(?:[\xd8-\xdb][\x80-\xbf]){2}")
_ALL_ARABIC = bytes(
    [
        *range(128),
        *(byte for byte in range(128, 256) if not "a" <= bytes([byte]).decode("cp1256").lower()[0] <= "\u024f"),
    ]
)
"""ASCII, and what is no Western letter in windows-1256."""
_SLIPS = 4
_LAM = "ل".encode()
_LEAST = 3
"""Bytes by which the UTF-8 of one field is longer than its characters: no other text is UTF-8 by chance so long."""
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")


def decode(body: bytes, *, override: str | None = None, http_charset: str | None = None) -> str:
    """The text of an XML or HTML document, without byte order mark and without characters that XML 1.0 forbids.

    `override` is the operator's encoding, `http_charset` the server's; an unknown name counts as none.
    Never raises: what cannot be read becomes U+FFFD, at most one for a bad byte.
    """
    return repaired(_ILLEGAL.sub("", _text(body, override, http_charset))).lstrip("\ufeff")


def codec(label: str | None) -> str | None:
    """Python's name for an encoding label, or None when there is no such encoding or it must not be used."""
    if not label:
        return None
    label = label.strip().lower()
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
        b"a".decode(name, "ignore")
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if name.replace("_", "-") in _NEVER else name


def _text(body: bytes, override: str | None, http_charset: str | None) -> str:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if chosen := codec(override) or _by_nuls(body):
        return body.decode(chosen, "replace")
    labels = [name for name in (_label_within(body), codec(http_charset)) if name]
    if b"\x1b" in body and body.isascii():  # ISO-2022: seven bits, so it would pass for UTF-8
        labels_with_escapes = [name for name in labels if name.startswith("iso2022")]
        if labels_with_escapes:
            return body.decode(labels_with_escapes[0], "replace")
    return _utf8(body) or _field_by_field(body, labels) or _legacy(body, body, labels)


def _legacy(body: bytes, whole: bytes, labels: list[str]) -> str:
    """Bytes that are not UTF-8; `whole` is the document that they stand in."""
    return _by_label(body, labels) or _by_language(body, whole) or _by_guess(body)


def _by_nuls(body: bytes) -> str | None:
    """The Unicode encoding without a mark that these bytes are in, from where the NULs are; None: stray ones."""
    head = body[:_HEAD]
    head = head[: len(head) // 4 * 4]
    if head.count(0) * 5 < len(head) or not head:
        return None
    places = [head[start::4].count(0) for start in range(4)]
    quarter = len(head) // 4
    if places[0] > quarter * 0.9 and places[1] > quarter * 0.9:
        return "utf-32-be"
    if places[2] > quarter * 0.9 and places[3] > quarter * 0.9:
        return "utf-32-le"
    return "utf-16-be" if places[0] + places[2] > places[1] + places[3] else "utf-16-le"


def _label_within(body: bytes) -> str | None:
    head = body[:_HEAD]
    found = _XML_LABEL.search(head) or _META_LABEL.search(head)
    return codec(found[1].decode("ascii")) if found else None


def _utf8(body: bytes) -> str | None:
    """The text if all the bytes are UTF-8."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _field_by_field(body: bytes, labels: list[str]) -> str | None:
    """The text of a document with UTF-8 in it that is not all UTF-8; None when there is none to speak of."""
    fields = _FIELD_ENDS.split(body)
    read: list[str | None] = [_mostly_utf8(field) for field in fields]
    surest = max(
        (len(field) - len(text) for text, field in zip(read, fields, strict=True) if text is not None), default=0
    )
    if surest < _LEAST:  # each character beyond ASCII is shorter than its bytes
        return None
    others = [field for text, field in zip(read, fields, strict=True) if text is None]
    rest = iter(_legacy(_SEAM.join(others), body, labels).split(_SEAM.decode()) if others else ())
    return "".join(next(rest, "") if text is None else text for text in read)


def _mostly_utf8(field: bytes) -> str | None:
    """The text of one field: three good characters beyond ASCII for each bad byte, which becomes U+FFFD.

    A few bad bytes are also forgiven where Arabic in UTF-8 stands beside them, which nothing else looks like.
    """
    if field.isascii():
        return field.decode("ascii")
    text = field.decode("utf-8", "replace")
    replaced = text.count("\ufffd") - field.count(b"\xef\xbf\xbd")
    ascii_only = len(field.translate(None, bytes(range(128, 256))))
    if len(text) - ascii_only - replaced >= 3 * replaced or (replaced <= _SLIPS and _ARABIC_UTF8.search(field)):
        return text
    return None


def _by_label(body: bytes, labels: list[str]) -> str | None:
    in_words = _in_words(body)
    for name in labels:
        if name.startswith(("utf", "iso2022")) or (name in _WESTERN and in_words):
            continue
        if name in ("cp1256", "iso8859-6") and in_words:
            name = _arabic(body, name)
        try:
            return body.decode(name)
        except UnicodeDecodeError as error:
            text = body.decode(name, "replace")
            if text.count("\ufffd") <= max(2, len(body) // 2000) or error.start > len(body) - 4:
                return text
    return None


def _in_words(body: bytes) -> bool:
    """Whether most bytes beyond ASCII stand side by side, as in a script of its own, not alone as Western ones do."""
    sample = body[:_SAMPLE]
    high = len(sample) - len(sample.translate(None, bytes(range(128, 256))))
    words: list[bytes] = _WORD.findall(sample)
    return sum(map(len, words)) * 5 > high * 3


def _by_language(body: bytes, whole: bytes) -> str | None:
    found = _LANGUAGE.search(whole[: 4 * _HEAD])
    name = _BY_LANGUAGE.get((found[1] or found[2]).decode("ascii").lower()) if found else None
    beside_arabic = whole is not body and _LAM in whole
    if _in_words(body) and (name == "arabic" or (name is None and (beside_arabic or _looks_arabic(body)))):
        name = _arabic(body)
    return body.decode(name, "replace") if name and name != "arabic" else None


def _looks_arabic(body: bytes) -> bool:
    """Whether the article is as frequent among the words as it is in Arabic (about one in four), or all is Arabic.

    Bytes of other scripts, read as windows-1256, have Western letters among them.
    """
    sample = body[:_SAMPLE]
    words: list[bytes] = _WORD.findall(sample)
    if not sample.translate(None, _ALL_ARABIC):
        return True
    return sum(word.startswith((b"\xc7\xe1", b"\xc7\xe4")) for word in words) * 12 > len(words)


def _arabic(body: bytes, label: str = "") -> str:
    """Windows-1256 or ISO-8859-6: they agree up to sad, and differ in lam and yeh. A label yields to clear counts."""
    sample = body[:_SAMPLE]
    windows = sample.count(b"\xc7\xe1") + sample.count(b"\xed")
    iso = sample.count(b"\xc7\xe4") + sample.count(b"\xea")
    if label:
        mine, other = (iso, windows) if label == "iso8859-6" else (windows, iso)
        if other <= 2 * mine + 1:
            return label
    return "iso8859-6" if iso > windows else "cp1256"


def _by_guess(body: bytes) -> str:
    best = from_bytes(_TAG.sub(b" ", body[:_SAMPLE])).best() if _in_words(body) else None
    if best is not None and (name := codec(best.encoding)) and not name.startswith("utf"):
        return body.decode(name, "replace")
    return body.decode("cp1252", "replace")
