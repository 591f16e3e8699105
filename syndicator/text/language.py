"""Which language a text is in, and which way it runs.

**Restricted on purpose.** An unrestricted identifier calls short Arabic headlines by the names of their dialects; among
the nine languages that the service reads it is right for more than 96 of 100 headlines in each. The script is looked
at first, so a Latin name in an Arabic headline does not make it English; a text in a script of no other language
(Hebrew, Greek, Armenian, ...) is named by it, and one in a script of many (Cyrillic, Devanagari) is left to the hint.

**Never on fewer than three words.** "Syria" and "سوريا" are words of several languages. Then telling letters decide
(ٹ is Urdu, ښ is Pashto, ڕ is Kurdish), else the hint, which is what the publisher says of itself, else `und`: a name
in plain Arabic letters could be any of six languages.
"""

import re
from copy import copy
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_MODELLED = {
    "Arab": {"ar": "ar", "fa": "fa", "ur": "ur", "ps": "ps", "sdh": "ckb", "ug": "ug"},
    "Latn": {"en": "en", "fr": "fr", "tr": "tr"},
}
"""What the model calls the languages of a script, and their BCP 47 tags: its `sdh` was trained on Sorani."""

_ENOUGH = 3
"""Words, below which the text alone decides nothing."""
_SAMPLE = 500
"""Characters that are looked at."""

_WORD = re.compile(r"[^\W\d_]{2,}(?:[\u200c'’][^\W\d_]+)*|[^\W\d_]")
_NOISE = re.compile(r"(?:https?://|www\.)\S+|[@#][\w.]+|\S+@\S+|[\u0610-\u061a\u0640\u064b-\u065f\u0670]")
_TELLING = (
    ("ug", re.compile("[ۇۈۋېۆ].*[ۇۈۋېە]|[ۈۋ]")),
    ("ckb", re.compile("[ڕڵۆێ]")),
    ("ps", re.compile("[ټځڅډړږښڼۍې]")),
    ("ur", re.compile("[ٹڈڑںےۓھہۂ]")),
    ("fa", re.compile("[پچژگ].*[یک]|[یک].*[پچژگ]")),
    ("ar", re.compile("[ةىإأ]|(?:^| )ال")),
)
"""Letters that only one of the languages in Arabic script has, the rarest first."""

_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "Arab",
        re.compile("[\u0620-\u064a\u066e-\u06d5\u06ee\u06ef\u06fa-\u06fc\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]"),
    ),
    ("Latn", re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")),
    ("Hebr", re.compile("[\u05d0-\u05ea]")),
    ("Grek", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("Armn", re.compile("[\u0531-\u0587]")),
    ("Geor", re.compile("[\u10a0-\u10ff]")),
    ("Syrc", re.compile("[\u0710-\u074f]")),
    ("Thaa", re.compile("[\u0780-\u07b1]")),
    ("Hang", re.compile("[\uac00-\ud7a3]")),
    ("Kana", re.compile("[\u3041-\u30ff]")),
    ("Hans", re.compile("[\u4e00-\u9fff]")),
    ("Cyrl", re.compile("[\u0400-\u04ff]")),
    ("Deva", re.compile("[\u0900-\u097f]")),
)
_OF_SCRIPT = {"Hebr": "he", "Grek": "el", "Armn": "hy", "Geor": "ka", "Syrc": "syr", "Thaa": "dv"}
_OF_SCRIPT |= {"Hang": "ko", "Kana": "ja", "Hans": "zh"}

_RTL_SCRIPTS = frozenset({"adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"})
_RTL_LANGUAGES = frozenset(
    """acm acq aeb afb apc ar arc arq ary arz azb bal bgn bqi ckb dv fa glk he iw ji khw ks lrc mzn nqo pes pnb prs ps
    sd sdh skr syr ug ur yi""".split()  # noqa: SIM905
)
_UNKNOWN_TO_THE_MODEL = frozenset(["azb", "bal", "glk", "ks", "lrc", "mzn", "pnb", "sd", "skr"])
"""Other languages in Arabic script: a publisher that says so is believed."""
_NOT_LATIN = _RTL_LANGUAGES | {
    "be",
    "bg",
    "el",
    "hi",
    "hy",
    "ja",
    "ka",
    "ko",
    "ku",
    "mk",
    "ru",
    "sr",
    "uk",
    "und",
    "zh",
}

_NAMED = {
    "arabic": "ar", "العربية": "ar", "عربي": "ar", "english": "en", "french": "fr", "français": "fr", "francais": "fr",
    "turkish": "tr", "türkçe": "tr", "persian": "fa", "farsi": "fa", "فارسی": "fa", "urdu": "ur", "اردو": "ur",
    "kurdish": "ku", "sorani": "ckb", "pashto": "ps", "uyghur": "ug", "hebrew": "he", "german": "de", "spanish": "es",
}  # fmt: skip
_THREE = {
    "ara": "ar",
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "tur": "tr",
    "fas": "fa",
    "per": "fa",
    "urd": "ur",
    "pus": "ps",
}
_THREE |= {"uig": "ug", "heb": "he", "kur": "ku", "deu": "de", "ger": "de", "spa": "es", "iw": "he", "ji": "yi"}
"""ISO 639-2 codes and withdrawn ones: RFC 5646 (2.2.1) wants the two-letter code where there is one."""
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|\d{3}))?"
    r"(?P<rest>(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)"
)


def detect(text: str, *, hint: str | None = None) -> str:
    """The BCP 47 primary tag of the text's language, or `und`; `hint` is a tag that the publisher gives.

    Deterministic, and safe to call from several threads. About the first 500 characters are read.
    """
    sample = _NOISE.sub(" ", text[: 4 * _SAMPLE])[:_SAMPLE]
    script = _script(sample)
    hinted = (tag(hint) or "und").partition("-")[0]
    if script in _OF_SCRIPT:
        return "yi" if (script, hinted) == ("Hebr", "yi") else _OF_SCRIPT[script]
    if script in ("Cyrl", "Deva"):
        return "und" if direction(hinted) == "rtl" or hinted in _MODELLED["Latn"] else hinted
    if hinted in _UNKNOWN_TO_THE_MODEL if script == "Arab" else hinted not in _NOT_LATIN | set(_MODELLED["Latn"]):
        return hinted
    words = [word for word in _WORD.findall(sample) if script and _PATTERN[script].search(word)]
    if script in _MODELLED and len(words) >= _ENOUGH:
        return _MODELLED[script][_classify(script, " ".join(words))]
    if script == "Arab":
        for language, letters in _TELLING:
            if letters.search(sample) and not (language == "ar" and hinted != "und"):
                return language
    return hinted


def direction(language: str) -> Literal["rtl", "ltr"]:
    """The base direction of a language tag: by its script subtag when it has one, else by its primary tag."""
    primary, *rest = language.replace("_", "-").lower().split("-")
    for subtag in rest:
        if len(subtag) == 1:
            break
        if len(subtag) == 4 and subtag.isalpha():
            return "rtl" if subtag in _RTL_SCRIPTS else "ltr"
    return "rtl" if primary in _RTL_LANGUAGES else "ltr"


def tag(raw: str | None) -> str | None:
    """A publisher's language tag in the shape of RFC 5646, 2.1.1 (`AR_sa` -> `ar-SA`), or None when it is none.

    Names ("Arabic") and three-letter codes ("ara") of the usual languages become their tags; `und` and `mul` are None.
    """
    text = (raw or "").strip().lower()
    text = _NAMED.get(text, re.split(r"[,;\s]", text.replace("_", "-").partition(".")[0])[0])
    found = _TAG.fullmatch(text)
    if found is None:
        return None
    language, *extended = found["language"].split("-")
    language = _NAMED.get(language, _THREE.get(language, language))
    if language in ("und", "mul", "zxx", "mis") or len(language) > 3:
        return None
    script, region = (found["script"] or "").title(), (found["region"] or "").upper()
    return "-".join(filter(None, [language, *extended, script, region])) + found["rest"]


_PATTERN = dict(_SCRIPTS)


def _script(text: str) -> str:
    """The script of most letters, or an empty string when there are none of a known one.

    Arabic wins from a third of the letters on: its headlines quote Latin names, others hardly quote Arabic.
    """
    counts = {script: len(pattern.findall(text)) for script, pattern in _SCRIPTS}
    if 3 * counts["Arab"] >= sum(counts.values()) > 0:
        return "Arab"
    if counts["Kana"] and counts["Hans"]:
        return "Kana"
    best = max(counts, key=lambda script: counts[script])
    return best if counts[best] else ""


def _classify(script: str, text: str) -> str:
    with _loading:
        identifier = _identifiers()[script]
    label: str = identifier.classify(text)[0]
    return label


_loading = Lock()


@cache
def _identifiers() -> "dict[str, LanguageIdentifier]":
    """The model cut down to the languages of each script: read once under the lock, then never changed."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # only here: it brings NumPy along

    identifiers = {}
    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    for script, labels in _MODELLED.items():
        identifiers[script] = copy(whole)
        identifiers[script].set_languages(list(labels))
        identifiers[script]._full_model = None  # 28 MB of languages that are never asked about
    return identifiers
