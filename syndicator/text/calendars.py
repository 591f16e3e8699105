"""The words of dates: months, weekdays, units and numbers in Arabic, Persian, French and English, in one spelling.

Tables are written as people write; `plain` brings both them and what is read to the spelling in which they meet. The
names of other languages are in `datewords`, zones in `zones`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

_ZEROS = (0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20,
          0x1040, 0x17E0, 0x1810, 0x11136, 0x1E950)  # fmt: skip
"""The zeros of the scripts whose languages write dates with digits of their own."""
_DIGITS = {zero + value: str(value) for zero in _ZEROS for value in range(10)}
_LETTERS = {ord("ٱ"): "ا", ord("ى"): "ي", ord("ی"): "ي", ord("ة"): "ه", ord("ک"): "ك", ord("ھ"): "ه", ord("ہ"): "ه"}
_SIGNS = {
    ord("ـ"): "",
    ord("،"): ",",
    ord("؛"): ";",
    ord("٫"): ".",
    ord("’"): "'",
    **dict.fromkeys(map(ord, "‐‑‒–—−"), "-"),
}
_TABLE: dict[int, str] = {**_DIGITS, **_LETTERS, **_SIGNS}
_GONE = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def plain(text: str) -> str:
    """Lower case, ASCII digits, bare letters, single spaces: what the tables and patterns of dates are written in."""
    bare = _GONE.sub("", unicodedata.normalize("NFKD", text)) if not text.isascii() else text
    return " ".join(bare.translate(_TABLE).lower().split())


def alternatives(*tables: Iterable[str]) -> str:
    """A pattern that matches any of these names as a whole word, the longest first."""
    words = sorted({name for table in tables for name in table}, key=len, reverse=True)
    return rf"(?<![^\W\d_])(?:{'|'.join(re.escape(word).replace(chr(92) + ' ', ' ') for word in words)})(?![^\W\d_])"


def _table(rows: Mapping[int, str]) -> dict[str, int]:
    return {plain(name): value for value, names in rows.items() for name in names.split("|")}


MONTHS = _table(
    {
        1: "يناير|كانون الثاني|كانون ثاني|ك2|جانفي|ينايير|january|jan|janvier|janv",
        2: "فبراير|شباط|فيفري|february|feb|fevrier|fevr|fev",
        3: "مارس|آذار|اذار|march|mar|mars",
        4: "أبريل|إبريل|نيسان|أفريل|ابريل|april|apr|avril|avr",
        5: "مايو|أيار|ايار|ماي|may|mai",
        6: "يونيو|يونية|يونيه|حزيران|جوان|june|jun|juin",
        7: "يوليو|يولية|يوليه|يوليوز|تموز|جويلية|july|jul|juillet|juil",
        8: "أغسطس|آب|اب|أوت|غشت|اغسطس|august|aug|aout",
        9: "سبتمبر|أيلول|ايلول|شتنبر|september|sept|sep|septembre",
        10: "أكتوبر|تشرين الأول|تشرين أول|ت1|اكتوبر|october|oct|octobre",
        11: "نوفمبر|تشرين الثاني|تشرين ثاني|ت2|نونبر|november|nov|novembre",
        12: "ديسمبر|كانون الأول|كانون أول|ك1|دجنبر|december|dec|decembre",
    }
)
"""Gregorian months: Egypt and the Gulf, the Levant and Iraq, Tunisia and Algeria, Morocco, English, French."""

HIJRI_MONTHS = _table(
    {
        1: "محرم|محرم الحرام|المحرم",
        2: "صفر",
        3: "ربيع الأول|ربيع أول",
        4: "ربيع الآخر|ربيع الثاني|ربيع ثاني|ربيع آخر",
        5: "جمادى الأولى|جمادى الأول|جمادى أول|جمادى الاولى",
        6: "جمادى الآخرة|جمادى الثانية|جمادى الثاني|جمادى الآخر",
        7: "رجب",
        8: "شعبان",
        9: "رمضان",
        10: "شوال",
        11: "ذو القعدة|ذي القعدة|ذوالقعدة|ذي القعده",
        12: "ذو الحجة|ذي الحجة|ذوالحجة",
    }
)

SOLAR_MONTHS = _table(
    {
        1: "فروردین|حمل",
        2: "اردیبهشت|ثور",
        3: "خرداد|جوزا",
        4: "تیر|سرطان",
        5: "مرداد|امرداد|اسد",
        6: "شهریور|سنبله",
        7: "مهر|میزان",
        8: "آبان|عقرب",
        9: "آذر|قوس",
        10: "دی|جدی",
        11: "بهمن|دلو",
        12: "اسفند|حوت",
    }
)
"""Of the Solar Hijri calendar, in Iran and in Afghanistan."""

WEEKDAYS = _table(
    {
        0: "الاثنين|الإثنين|اثنين|monday|mon|lundi|lun|دوشنبه|دو شنبه",
        1: "الثلاثاء|الثلثاء|ثلاثاء|tuesday|tue|tues|mardi|mar|سه‌شنبه|سه شنبه",
        2: "الأربعاء|أربعاء|wednesday|wed|mercredi|mer|چهارشنبه|چهار شنبه",
        3: "الخميس|خميس|thursday|thu|thur|thurs|jeudi|jeu|پنجشنبه|پنج شنبه",
        4: "الجمعة|جمعة|friday|fri|vendredi|ven|جمعه",
        5: "السبت|سبت|saturday|sat|samedi|sam|شنبه",
        6: "الأحد|أحد|sunday|sun|dimanche|dim|یکشنبه|یک شنبه",
    }
)
"""As `date.weekday` counts them."""


def solar(year: int, month: int, day: int) -> date:
    """The Gregorian day of a Solar Hijri date of 1178 to 1633; raises ValueError for a day that does not exist.

    Leap years follow the 33-year cycle, which agrees with the official calendar in these years.
    """
    longest = 31 if month <= 6 else 30 if month < 12 or (25 * year + 11) % 33 < 8 else 29
    if not (1178 <= year <= 1633 and 1 <= month <= 12 and 1 <= day <= longest):
        raise ValueError(f"{year}-{month}-{day} is no day of the Solar Hijri calendar")
    past = (year - 1) * 365 + (8 * year + 21) // 33
    return date(622, 3, 21) + timedelta(days=past + (month - 1) * 30 + min(month - 1, 6) + day - 1)


UNITS = _table(
    {
        1: "ثانية|ثواني|ثوان|الثواني|ثانیه|second|seconds|sec|secs|seconde|secondes",
        60: "دقيقة|دقائق|دقايق|دقیقه|د|minute|minutes|min|mins",
        3600: "ساعة|ساعات|ساعت|hour|hours|hr|hrs|h|heure|heures",
        86400: "يوم|يوما|أيام|ايام|روز|day|days|jour|jours",
        604800: "أسبوع|أسبوعا|أسابيع|هفته|week|weeks|semaine|semaines",
        2629800: "شهر|شهرا|أشهر|شهور|ماه|month|months|mois",
        31557600: "سنة|سنوات|سنين|عام|عاما|أعوام|سال|year|years|an|ans",
    }
)
"""Seconds; months and years are means, because "منذ شهرين" is no more exact."""

DUALS = _table(
    {
        1: "ثانيتين|ثانيتان",
        60: "دقيقتين|دقيقتان",
        3600: "ساعتين|ساعتان",
        86400: "يومين|يومان",
        604800: "أسبوعين|أسبوعان",
        2629800: "شهرين|شهران",
        31557600: "سنتين|سنتان|عامين|عامان",
    }
)
"""Two of a unit in one word."""

NUMBERS = _table(
    {
        1: "واحد|واحدة|a|an|one|un|une",
        2: "اثنين|اثنتين|two|deux",
        3: "ثلاث|ثلاثة|three|trois",
        4: "أربع|أربعة|four|quatre",
        5: "خمس|خمسة|five|cinq",
        6: "ست|ستة|six",
        7: "سبع|سبعة|seven|sept",
        8: "ثماني|ثمان|ثمانية|eight|huit",
        9: "تسع|تسعة|nine|neuf",
        10: "عشر|عشرة|ten|dix",
    }
)

NOW = frozenset(
    plain(name)
    for name in ("الآن", "قبل قليل", "منذ قليل", "قبل لحظات", "منذ لحظات", "للتو", "now", "a l'instant", "maintenant")
)
DAYS_AGO = _table(
    {0: "اليوم|امروز|today|aujourd'hui", 1: "أمس|امس|البارحة|دیروز|yesterday|hier", 2: "أول أمس|أول من أمس|avant-hier"}
)

MORNING = frozenset(map(plain, ["ص", "صباحا", "صباحًا", "فجرا", "فجرًا", "قبل الظهر", "am", "a.m", "a.m."]))
EVENING = frozenset(
    map(plain, ["م", "مساء", "مساءً", "مساءا", "ظهرا", "بعد الظهر", "عصرا", "بعد از ظهر", "pm", "p.m", "p.m."])
)
NIGHT = frozenset({plain("ليلا")})
"""Evening from six to eleven, morning at twelve and after."""
