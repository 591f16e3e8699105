"""Makes `syndicator/text/datewords.json` from CLDR (babel): `python tools/make_datewords.py`.

By language: the names of months (twelve), of weekdays (seven, Monday first), and of the halves of the day, every
spelling of all of its locales, joined by bars. Names that are one letter, that hold digits, or that a language only
borrows from English are left out. Arabic, English and French stand in `calendars.py`; here they are as CLDR has them.
"""

import json
import re
from collections import defaultdict
from pathlib import Path

from babel import Locale, UnknownLocaleError, localedata

from syndicator.text.calendars import plain

TARGET = Path(__file__).resolve().parents[1] / "syndicator" / "text" / "datewords.json"
LICENCE = "Unicode CLDR, Unicode License v3 (https://www.unicode.org/license.txt)."
HALVES = {
    "am": "am", "morning1": "am", "morning2": "am",
    "pm": "pm", "afternoon1": "pm", "afternoon2": "pm", "evening1": "pm", "evening2": "pm",
}  # fmt: skip
HEBREW_IN = "ב"
"""Dates are written "5 in October", in one word."""

Names = dict[str, dict[int | str, dict[str, None]]]


def spelt(name: str) -> str | None:
    """A name in the spelling in which it is looked up; None for what is no name."""
    found = re.sub(r"^(?:de |di |d')", "", plain(name)).strip(" .")
    return found if len(found) > 1 and not re.search(r"[\d#]", found) else None


def of_locale(locale: Locale) -> Names:
    """The names of one locale: months, days and halves by their number or sign."""
    found: Names = defaultdict(lambda: defaultdict(dict))
    for kind, table in (("months", locale.months), ("days", locale.days), ("halves", locale.day_periods)):
        for widths in table.values():
            for width, names in widths.items():
                for value, name in names.items() if width != "narrow" else ():
                    meant = HALVES.get(value) if kind == "halves" else value
                    if meant is not None and (name := spelt(name)):
                        found[kind][meant][name] = None
    return found


def main() -> None:
    """Write the table."""
    english = of_locale(Locale("en"))
    made: dict[str, Names] = {}
    for identifier in sorted(localedata.locale_identifiers()):
        try:
            locale = Locale.parse(identifier)
        except (UnknownLocaleError, ValueError):
            continue
        names = made.setdefault(locale.language, defaultdict(lambda: defaultdict(dict)))
        for kind, table in of_locale(locale).items():
            if kind == "months" and locale.language == "he":
                table = {
                    month: spellings | {f"{HEBREW_IN}{name}": None for name in spellings}
                    for month, spellings in table.items()
                }
            for value, spellings in table.items():
                names[kind][value] |= {
                    name: None for name in spellings if locale.language == "en" or name not in english[kind][value]
                }
    rows = {
        language: {
            "months": ["|".join(names["months"][month]) for month in range(1, 13)],
            "days": ["|".join(names["days"][day]) for day in range(7)],
            "halves": ["|".join(names["halves"][half]) for half in ("am", "pm")],
        }
        for language, names in made.items()
    }
    kept = {language: row for language, row in rows.items() if any(map(any, row.values()))}
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(row, ensure_ascii=False)}" for key, row in kept.items())
    TARGET.write_text(f'{{"": {json.dumps(LICENCE)},\n{lines}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
