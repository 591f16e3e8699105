"""Unicode normalisation form C in linear time.

The library sorts the marks behind a letter by insertion, which takes quadratic time for a letter with thousands of
them: 250 KB of two marks in turn take 17 seconds. So behind every `STACKED` marks a U+034F is set, as the stream-safe
text process has it (UAX #15, section 13). No language stacks so many.
"""

import re
import unicodedata
from functools import cache

STACKED = 30
"""Marks behind one letter (UAX #15, 13)."""
SHORT = 128
"""Characters that the library normalises fast, whatever they are."""
_JOINER = "\u034f"
"""Combining grapheme joiner: it is not seen, and no mark is moved across it."""


def nfc(text: str) -> str:
    """The text in NFC, in linear time. In a long text U+034F stands behind every 30 marks where more follow."""
    if len(text) > SHORT and not text.isascii():
        text = _stacks().sub(_broken, text)
    return unicodedata.normalize("NFC", text)


def _broken(found: re.Match[str]) -> str:
    marks = found[0]
    return _JOINER.join(marks[start : start + STACKED] for start in range(0, len(marks), STACKED))


@cache
def _stacks() -> re.Pattern[str]:
    """More marks in a row than are left as they are. Made when the first long text is met: it takes milliseconds."""
    marks = filter(_moves, map(chr, range(0x300, 0x20000)))
    return re.compile(f"[{''.join(map(re.escape, marks))}]{{{STACKED + 1},}}")


def _moves(character: str) -> bool:
    """Whether a character is sorted among its neighbours, itself or once it is taken apart."""
    return unicodedata.combining(unicodedata.normalize("NFD", character)[0]) != 0
