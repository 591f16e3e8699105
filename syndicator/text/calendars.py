"""The words of dates: months, zones, units and numbers in Arabic, French and English, in one spelling.

Tables are written as people write; `plain` brings both them and what is read to the spelling in which they meet.
"""

import re
import unicodedata
from collections.abc import Mapping

_DIGITS = {zero + value: str(value) for zero in (0x660, 0x6F0) for value in range(10)}
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


def _table(rows: Mapping[int, str]) -> dict[str, int]:
    return {plain(name): value for value, names in rows.items() for name in names.split("|")}


MONTHS = _table(
    {
        1: "يناير|كانون الثاني|كانون ثاني|جانفي|ينايير|january|jan|janvier|janv",
        2: "فبراير|شباط|فيفري|february|feb|fevrier|fevr|fev",
        3: "مارس|آذار|اذار|march|mar|mars",
        4: "أبريل|إبريل|نيسان|أفريل|ابريل|april|apr|avril|avr",
        5: "مايو|أيار|ايار|ماي|may|mai",
        6: "يونيو|يونية|يونيه|حزيران|جوان|june|jun|juin",
        7: "يوليو|يولية|يوليه|يوليوز|تموز|جويلية|july|jul|juillet|juil",
        8: "أغسطس|آب|اب|أوت|غشت|اغسطس|august|aug|aout",
        9: "سبتمبر|أيلول|ايلول|شتنبر|september|sept|sep|septembre",
        10: "أكتوبر|تشرين الأول|تشرين أول|اكتوبر|october|oct|octobre",
        11: "نوفمبر|تشرين الثاني|تشرين ثاني|نونبر|november|nov|novembre",
        12: "ديسمبر|كانون الأول|كانون أول|دجنبر|december|dec|decembre",
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

OFFSETS = _table(
    {
        0: "z|ut|utc|gmt|wet|غرينتش|جرينتش|غرينيتش|جرينيتش|ت.غ|تغ",
        60: "bst|cet",
        120: "cest|eet|sast",
        180: "eest|msk|ast|trt",
        210: "irst",
        240: "gst",
        300: "pkt",
        330: "ist",
        -240: "edt",
        -300: "est|cdt",
        -360: "cst|mdt",
        -420: "mst|pdt",
        -480: "pst",
    }
)
"""Zones by name, in minutes east of Greenwich; where a name means several, the one that Arabic publishers mean."""

_CITIES = {
    "Asia/Riyadh": "مكة المكرمة|مكة|السعودية|الرياض|mecca|makkah|riyadh|ksa",
    "Africa/Cairo": "القاهرة|مصر|cairo",
    "Asia/Damascus": "دمشق|سوريا|سورية|damascus",
    "Asia/Beirut": "بيروت|لبنان|beirut",
    "Asia/Baghdad": "بغداد|العراق|baghdad",
    "Asia/Amman": "عمان|عمّان|الأردن|amman",
    "Asia/Jerusalem": "القدس|القدس المحتلة|jerusalem",
    "Asia/Gaza": "غزة|فلسطين|gaza",
    "Asia/Dubai": "دبي|أبوظبي|أبو ظبي|الإمارات|dubai|abu dhabi",
    "Asia/Qatar": "الدوحة|قطر|doha",
    "Asia/Kuwait": "الكويت|kuwait",
    "Asia/Bahrain": "المنامة|البحرين|bahrain",
    "Asia/Muscat": "مسقط|muscat",
    "Asia/Aden": "صنعاء|عدن|اليمن",
    "Africa/Khartoum": "الخرطوم|السودان|khartoum",
    "Africa/Tripoli": "طرابلس|ليبيا|tripoli",
    "Africa/Tunis": "تونس|tunis",
    "Africa/Algiers": "الجزائر|algiers",
    "Africa/Casablanca": "الرباط|المغرب|الدار البيضاء|rabat|casablanca",
    "Africa/Nouakchott": "نواكشوط|موريتانيا",
    "Europe/Paris": "باريس|فرنسا|paris",
    "Europe/London": "لندن|london",
    "Europe/Istanbul": "إسطنبول|اسطنبول|أنقرة|تركيا|istanbul",
    "Europe/Moscow": "موسكو|moscow",
    "Asia/Tehran": "طهران|tehran",
    "America/New_York": "واشنطن|نيويورك|شرق الولايات المتحدة|شرق أمريكا|new york|washington",
}
CITIES = {plain(name): zone for zone, names in _CITIES.items() for name in names.split("|")}
"""Whose time it is ("بتوقيت دمشق"), as IANA names."""

UNITS = _table(
    {
        1: "ثانية|ثواني|ثوان|الثواني|second|seconds|sec|secs|seconde|secondes",
        60: "دقيقة|دقائق|دقايق|د|minute|minutes|min|mins",
        3600: "ساعة|ساعات|hour|hours|hr|hrs|h|heure|heures",
        86400: "يوم|يوما|أيام|ايام|day|days|jour|jours",
        604800: "أسبوع|أسبوعا|أسابيع|week|weeks|semaine|semaines",
        2629800: "شهر|شهرا|أشهر|شهور|month|months|mois",
        31557600: "سنة|سنوات|سنين|عام|عاما|أعوام|year|years|an|ans",
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
    {0: "اليوم|today|aujourd'hui", 1: "أمس|امس|البارحة|yesterday|hier", 2: "أول أمس|أول من أمس|avant-hier"}
)

MORNING = frozenset(map(plain, ["ص", "صباحا", "صباحًا", "فجرا", "فجرًا", "am", "a.m", "a.m."]))
EVENING = frozenset(map(plain, ["م", "مساء", "مساءً", "مساءا", "ظهرا", "بعد الظهر", "عصرا", "pm", "p.m", "p.m."]))
NIGHT = frozenset({plain("ليلا")})
"""Evening from six to eleven, morning at twelve and after."""
