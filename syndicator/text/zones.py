"""Whose time a written time of day is in: offsets, names of zones, cities, and what only looks like one.

**Where a zone stands.** An offset without "GMT" and a short name count only behind the time itself; what stands
elsewhere may be anything ("5 minutes", "et"). Cities count behind "توقيت" or before "time", IANA names everywhere.

**A range of hours is no zone.** "10:00 - 12:00" is a time and its end, "- 14:25" no offset that exists. A hyphen
that stands close to its hours is a zone, unless it leads to a later time of the same day ("08:05-14:25") and neither
time has seconds. ISO 8601 and RFC 5322 are read before, and mean zones (`dates`).

**Names that mean several zones.** The source's own zone decides where it uses the name (IST in Jerusalem, CST in
Shanghai). Else the name means what Arabic publishers mean: AST is Arabia's, because the Arab states of the Gulf write
it so (Java and .NET print "AST" and "Arabia Standard Time" for Riyadh); BST is London's, IST India's, CST Chicago's.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from datetime import timezone as offset_zone
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from syndicator.text.calendars import alternatives, plain

_EASTMOST, _WESTMOST = 14 * 60, 12 * 60


def _minutes(rows: Mapping[int, str]) -> dict[str, int]:
    return {plain(name): minutes for minutes, names in rows.items() for name in names.split("|")}


OFFSETS = _minutes(
    {
        0: "z|ut|utc|gmt|wet|غرينتش|جرينتش|غرينيتش|جرينيتش|غرينويتش|جرينوتش|گرینویچ|ت.غ|تغ|tu",
        60: "bst|cet|mez|west|wat|hec",
        120: "cest|mesz|mest|eet|sast|cat|heec",
        180: "eest|msk|мск|ast|trt|tsi|eat",
        210: "irst|irt",
        240: "gst|samt|azt|get",
        270: "irdt|aft",
        300: "pkt|uzt|yekt",
        330: "ist",
        345: "npt",
        360: "bdt|almt",
        390: "mmt",
        420: "wib|ict|krat",
        480: "hkt|sgt|awst|wita|pht|irkt",
        540: "jst|kst|wit",
        570: "acst",
        600: "aest|vlat",
        630: "acdt",
        660: "aedt",
        720: "nzst",
        780: "nzdt",
        -60: "azot",
        -150: "ndt",
        -180: "adt|brt|art|uyt|clst",
        -210: "nst",
        -240: "edt|clt|vet|hae",
        -300: "est|cdt|hne|cot|pet",
        -360: "cst|mdt",
        -420: "mst|pdt",
        -480: "pst|akdt",
        -540: "akst",
        -600: "hst",
    }
)
"""Zones by name, in minutes east of Greenwich; where a name means several, the one that Arabic publishers mean."""

_CITIES = {
    "Asia/Riyadh": "مكة المكرمة|مكة|السعودية|الرياض|المدينة المنورة|جدة|mecca|makkah|riyadh"
    "|saudi|saudi arabia|arabia|arab|ksa",
    "Africa/Cairo": "القاهرة|مصر|cairo|egypt",
    "Asia/Damascus": "دمشق|سوريا|سورية|damascus|syria",
    "Asia/Beirut": "بيروت|لبنان|beirut|lebanon|middle east",
    "Asia/Baghdad": "بغداد|العراق|أربيل|baghdad|iraq|arabic",
    "Asia/Amman": "عمان|عمّان|الأردن|amman|jordan",
    "Asia/Jerusalem": "القدس|القدس المحتلة|القدس الشريف|jerusalem|israel",
    "Asia/Gaza": "غزة|فلسطين|رام الله|gaza|palestine|west bank",
    "Asia/Dubai": "دبي|أبوظبي|أبو ظبي|الإمارات|الشارقة|dubai|abu dhabi|uae|gulf|arabian",
    "Asia/Qatar": "الدوحة|قطر|doha|qatar",
    "Asia/Kuwait": "الكويت|kuwait",
    "Asia/Bahrain": "المنامة|البحرين|bahrain",
    "Asia/Muscat": "مسقط|سلطنة عمان|muscat|oman",
    "Asia/Aden": "صنعاء|عدن|اليمن|sanaa|aden",
    "Africa/Khartoum": "الخرطوم|السودان|khartoum|sudan",
    "Africa/Tripoli": "طرابلس|ليبيا|tripoli|libya",
    "Africa/Tunis": "تونس|tunis",
    "Africa/Algiers": "الجزائر|algiers|alger",
    "Africa/Casablanca": "الرباط|المغرب|الدار البيضاء|rabat|casablanca|morocco",
    "Africa/Nouakchott": "نواكشوط|موريتانيا",
    "Africa/Mogadishu": "مقديشو|الصومال",
    "Africa/Djibouti": "جيبوتي",
    "Europe/Paris": "باريس|فرنسا|paris|central european|central europe|romance",
    "Europe/Berlin": "برلين|ألمانيا|وسط أوروبا|berlin|w. europe",
    "Europe/London": "لندن|بريطانيا|london|british",
    "Europe/Istanbul": "إسطنبول|اسطنبول|أنقرة|تركيا|istanbul|ankara|turkey",
    "Europe/Moscow": "موسكو|روسيا|moscow",
    "Europe/Kyiv": "كييف|أوكرانيا|kyiv|kiev",
    "Asia/Tehran": "طهران|إيران|تهران|tehran|iran",
    "Asia/Kabul": "كابول|أفغانستان|کابل|kabul",
    "Asia/Karachi": "باكستان|إسلام آباد|pakistan",
    "Asia/Shanghai": "بكين|الصين|beijing|china",
    "Asia/Kolkata": "الهند|india",
    "Asia/Tokyo": "اليابان|japan|tokyo",
    "Asia/Seoul": "korea|korean",
    "Europe/Athens": "أثينا|eastern european|e. europe|gtb",
    "Etc/UTC": "greenwich mean|coordinated universal|universal|gmt",
    "America/New_York": "واشنطن|نيويورك|شرق الولايات المتحدة|شرق أمريكا|الساحل الشرقي|new york|washington|eastern",
    "America/Chicago": "central",
    "America/Denver": "mountain",
    "America/Los_Angeles": "لوس أنجلوس|الساحل الغربي|pacific",
}
CITIES = {plain(name): zone for zone, names in _CITIES.items() for name in names.split("|")}
"""Whose time it is ("بتوقيت دمشق"), as IANA names."""

BEHIND = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
    "ksa": "Asia/Riyadh", "uae": "Asia/Dubai", "met": "Europe/Berlin",
    plain("مكة"): "Asia/Riyadh", plain("مكة المكرمة"): "Asia/Riyadh", plain("القدس"): "Asia/Jerusalem",
}  # fmt: skip
"""What is a zone only right behind a time of day."""

_WORDS = frozenset({"art", "pet", "get", "cat", "eat", "wit", "cot", "tu", "est"})
"""Names of zones that are words, too: they count only right behind a time of day."""

_GREENWICH = r"(?:gmt|utc|ut|غرينتش|جرينتش|غرينيتش|جرينيتش|غرينويتش)"
_BESIDE_CITY = ("وقت", "وقيت", "time", "heure", "hora")
_CITY = re.compile(
    rf"(?:توقيت|التوقيت|وقت|heure de|hora de) (?:مدينه )?(?P<city>{alternatives(CITIES)})"
    rf"|(?P<city2>{alternatives(CITIES)}) (?:standard |local |daylight |summer )?time"
)
_IANA = re.compile(r"(?<![\w/])[a-z]{2,12}/[a-z_+\-\d]{2,20}(?:/[a-z_\-]{2,20})?")
_OFFSET = re.compile(
    rf"[\s,(\[]*(?:(?P<gmt>{_GREENWICH}) ?)?(?P<sign>[+-])(?P<gap> ?)(?P<h>\d{{1,2}})(?:(?P<colon>:)?(?P<m>\d{{2}}))?"
    r"(?::?\d{2})?(?!\d)"
)
_FAR_OFFSET = re.compile(rf"(?<!\w){_GREENWICH} ?(?P<sign>[+-]) ?(?P<h>\d{{1,2}})(?::?(?P<m>\d{{2}}))?(?!\d)")
_TURNED = re.compile(
    rf"(?<!\w)(?:(?P<sign>[+-])(?P<h>\d{{1,2}})|(?P<h2>\d{{1,2}})(?P<sign2>[+-])) ?{_GREENWICH}(?!\w)"
    rf"|(?<!\w){_GREENWICH} ?(?P<h3>\d{{1,2}})(?P<sign3>[+-])(?!\d)"
)
"""As they come out of texts that run from the right."""
_LOST_PLUS = re.compile(r" ?(?P<h>\d{2}):?(?P<m>[0345][05])\s*$")
_BEHIND_NAME = re.compile(rf"[\s,(\[]*(?P<name>{alternatives(BEHIND, OFFSETS)})(?![\w/])")
_NAME = re.compile(
    rf"(?<![\w/])(?:{'|'.join(map(re.escape, sorted(OFFSETS.keys() - _WORDS, key=len, reverse=True)))})(?![\w/])"
)
_RANGE = re.compile(
    r"\s*(?:(?P<word>to|till|until|الي|حتي|bis|تا|a)\s+|(?P<dash>-))(?P<gap>\s*)(?P<h>\d{1,2})(?P<sign>[:.h])"
    r"(?P<m>\d{2})(?P<s>:\d{2})?(?![\d:])"
)


def without_end(clock: timedelta, exact: bool, after: str) -> tuple[str, bool]:
    """The text behind a time of day without the end of a range of hours, and whether there was one.

    `exact`: the time of day was written with seconds.
    """
    found = _RANGE.match(after)
    if found is None or int(found["m"]) > 59 or int(found["h"]) > 24:
        return after, False
    end = timedelta(hours=int(found["h"]), minutes=int(found["m"]))
    apart = after[0].isspace() and bool(found["gap"])
    if not found["word"] and not apart and (exact or bool(found["s"]) or end <= clock):
        return after, False
    return after[found.end() :], True


def zone(text: str, after: str, home: tzinfo, at: datetime, exact: bool) -> tzinfo:
    """The zone that a text names, else `home`.

    `text` is all of it without date and time, in the spelling of `calendars.plain`; `after` is what stands behind
    the time, `at` the time itself, without a zone, `exact` whether it has seconds. Raises ValueError for an
    offset that no place has.
    """
    if not text.strip(" -|,.:()[]"):
        return home
    if "/" in text and (iana := _IANA.search(text)) and (name := _zones().get(iana[0])) and not _OFFSET.match(after):
        return ZoneInfo(name)
    if any(word in text for word in _BESIDE_CITY) and (city := _CITY.search(text)):
        return ZoneInfo(CITIES[city["city"] or city["city2"]])
    if found := _offset(text, after):
        return found
    if behind := _BEHIND_NAME.match(after):
        return _named(behind["name"], home, at)
    if name_found := _NAME.search(text):
        return _named(name_found[0], home, at)
    if exact and (lost := _LOST_PLUS.match(after)):
        return _of(int(lost["h"]) * 60 + int(lost["m"]))
    return home


def _offset(text: str, after: str) -> tzinfo | None:
    found = _OFFSET.match(after)
    if found and (
        found["gmt"] or not (found["gap"] and found["sign"] == "-" and not (found["m"] and not found["colon"]))
    ):
        minutes = int(found["h"]) * 60 + int(found["m"] or 0)
        if found["sign"] == "-" and minutes > _WESTMOST and not found["gmt"]:
            return None
        if int(found["m"] or 0) > 59 or minutes > _EASTMOST:
            raise ValueError(f"{found[0]} is no offset")
        return _of(minutes if found["sign"] == "+" else -minutes)
    for pattern in (_FAR_OFFSET, _TURNED) if re.search(_GREENWICH, text) else ():
        if found := pattern.search(text):
            parts = found.groupdict()
            minutes = int(parts["h"] or parts.get("h2") or parts["h3"]) * 60 + int(parts.get("m") or 0)
            if minutes > _EASTMOST:
                raise ValueError(f"{found[0]} is no offset")
            return _of(minutes if (parts["sign"] or parts.get("sign2") or parts["sign3"]) == "+" else -minutes)
    return None


def _named(name: str, home: tzinfo, at: datetime) -> tzinfo:
    """The zone of a name; the source's own where it goes by that name at any time of the year."""
    if isinstance(home, ZoneInfo):
        winter, summer = (at.replace(month=month, day=1, tzinfo=home) for month in (1, 7))
        if name.upper() in (winter.tzname(), summer.tzname()):
            return home
    return ZoneInfo(BEHIND[name]) if name in BEHIND else _of(OFFSETS[name])


def _of(minutes: int) -> tzinfo:
    return offset_zone(timedelta(minutes=minutes))


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """IANA names by their spelling in lower case."""
    return {name.lower(): name for name in available_timezones()}
