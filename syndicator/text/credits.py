"""Caption and credit told apart in one line of text.

Arabic and English publishers write both in one line: "caption. المصدر: who", "caption (رويترز)", "caption © who",
"caption. AFP/who". A cue counts only where a credit can stand: at the start, at the end, behind a full stop or a
separator. "وقال المصدر: ..." is a sentence, not a credit, and a tail of more than a dozen words is never one.

A caption that a credit followed loses the stop and the separators at its end; a caption without a credit stays as
it was written.
"""

import re

_LONGEST_LINE = 1000
_LONGEST_CAPTION = 400
_LONGEST_CREDIT = 120
_MOST_WORDS = 12

_LABELS = (
    r"(?:ال)?مصدر ?(?:ال)?صور[ةه]|صدر الصورة|مصدر الصور|حقوق (?:نشر )?(?:ال)?صور[ةه]|حقوق النشر|تصوير|عدسة|بعدسة"
    r"|photo(?:graph|s)?(?: ?credits?| by| courtesy(?: of)?)?|image(?: ?credits?| ?source| by| courtesy(?: of)?)"
    r"|picture(?: credit| by)"
    r"|credits?|crédits?(?: photos?| images?)?|photographer|courtesy(?: of)?|copyright"
)
_WEAK_LABELS = r"المصدر|مصدر|صور[ةه]|الصور[ةه]|source"
_SPEECH = re.compile(r"(?:قال|قالت|أكد|ذكر|أضاف|أوضح|أفاد|وصف|نقل|بحسب|وفق|حسب|عن)\s*$")

_AGENCIES = (
    r"رويترز|[أا]\.? ?ف\.? ?ب\.?|(?:وكالة )?فرانس ?برس|(?:وكالة )?(?:ال)?فرنسية|[أا]سوشيتد ?برس|[أا]سوشييتد برس"
    r"|[أا]\.? ?ب\.?|د\.? ?ب\.? ?[أا]\.?|(?:وكالة )?الألمانية|(?:وكالة )?[إا]\.? ?ب\.? ?[أا]\.?"
    r"|(?:وكالة )?الأوروبية"
    r"|(?:وكالة )?الأناضول|(?:وكالة )?سانا|(?:وكالة )?وفا|(?:وكالة )?واس|(?:وكالة )?شينخوا|سبوتنيك"
    r"|غيتي(?: إيميجز)?|جيتي(?: إيميجز)?"
    r"|صور غيتي|أرشيف(?:ية)?|(?:ال)?أمم المتحدة|(?:ال)?يونيسف|مفوضية اللاجئين|الجزيرة|العربية"
    r"|مواقع التواصل(?: الاجتماعي)?"
    r"|AFP|AP(?: Photo)?|Reuters|REUTERS|(?:AFP[/ ]|via )?Getty(?: Images)?|EPA(?:-EFE)?|EFE|Anadolu(?: Agency)?"
    r"|AA|DPA|dpa|Xinhua|SANA"
    r"|UN Photo|UN News|UNICEF|UNHCR|UNRWA|UNDP|UNESCO|UNFPA|UNMISS|UN Women|WFP|FAO|OCHA|WHO|IOM|ICRC|MSF|OHCHR"
    r"|ILO|IAEA"
    r"|Shutterstock|iStock|Alamy|Bloomberg|Associated Press|Agence France-Presse|Sputnik|NASA|Unsplash"
    r"|Wikimedia(?: Commons)?"
)
_STOP = r"[.!?؟…»\"”\])]"
_SEPARATOR = r"[-–—|/،,·•:؛]"

_LABELLED = re.compile(
    rf"(?P<before>^|.*?[\s.(\[|/،,–—-])(?:{_LABELS})\s*(?:[:：،]|(?<=image source),|(?<=by)\s|(?<=of)\s"
    rf"|(?<=الصورة)\s(?={_AGENCIES}))\s*(?P<credit>\S.*)$",
    re.S | re.I,
)
_WEAKLY_LABELLED = re.compile(
    rf"(?P<before>.*?)(?<![^\s.(\[|/،,–—-])(?:{_WEAK_LABELS})\s*[:：]\s*(?P<credit>\S.*)$", re.S | re.I
)
_COPYRIGHT = re.compile(r"(?P<before>.*?)(?:©|ⓒ|\(c\)|&copy;)\s*(?:copyright\s*)?(?P<credit>\S.*)$", re.S | re.I)
_BRACKETED = re.compile(
    rf"(?P<before>.*?)\s*[(\[（]\s*(?P<credit>(?:{_AGENCIES})(?:(?:\s*[-–—/،,]|\svia)\s*[^()\[\]]{{1,60}})?"
    rf"|[^()\[\]/]{{1,40}}/\s*(?:{_AGENCIES})(?:\svia\s[^()\[\]]{{1,40}})?)"
    r"\s*[)\]）]\s*\.?$",
    re.S,
)
_NAMED = re.compile(
    rf"(?P<before>^|.*{_STOP}\s+|.*\s{_SEPARATOR}\s*|.*\n\s*)(?P<credit>(?:©\s*)?(?:{_AGENCIES})"
    rf"(?:\s*/\s*[^.!?؟]{{1,80}}(?:\.[^.!?؟]{{1,30}})?)?"
    rf"|[^.!?؟/\s][^.!?؟/]{{0,39}}[^.!?؟/\s]/(?:{_AGENCIES}))\s*\.?$",
    re.S,
)
_CAPTION_LABEL = re.compile(
    r"^(?:التعليق على الصورة|تعليق الصورة|شرح الصورة|image caption|photo caption|caption)\s*[:：،,]?(?:\s+|$)", re.I
)
_EDGE = " \t\n\r-–—|/،,؛;:·•‏‎"


def split_credit(text: str) -> tuple[str | None, str | None]:
    """Caption and credit out of one caption line; either is None when the line does not have it."""
    line = " ".join(text.replace("\xa0", " ").split())
    line = _CAPTION_LABEL.sub("", line)
    if len(line) > _LONGEST_LINE:
        return line, None
    for pattern in (_LABELLED, _COPYRIGHT, _WEAKLY_LABELLED, _BRACKETED, _NAMED):
        found = pattern.match(line)
        if found is None:
            continue
        before, credit = found["before"], _tidy_credit(found["credit"])
        if not _can_be_credit(credit) or (pattern is _WEAKLY_LABELLED and not _weak_cue_holds(before, credit)):
            continue
        return _tidy_caption(before), credit
    return line or None, None


def reads_as_caption(text: str) -> bool:
    """Whether a line that stands alone is a caption: short, with a credit behind a cue, not an agency's bare name."""
    line = " ".join(text.split())
    caption, credit = split_credit(line) if len(line) <= _LONGEST_CAPTION else (None, None)
    if credit is None:
        return False
    if caption is None:
        return len(credit) < len(line) or "/" in credit
    return len(caption.split()) >= 3 or re.search("[:：©]", line[len(caption) :]) is not None


def _can_be_credit(credit: str) -> bool:
    return bool(credit) and len(credit) <= _LONGEST_CREDIT and len(credit.split()) <= _MOST_WORDS


def _weak_cue_holds(before: str, credit: str) -> bool:
    """ "المصدر:" behind a sentence's end or with a short tail; never behind a verb of speech."""
    before = before.rstrip()
    if not before or re.search(rf"(?:{_STOP}|{_SEPARATOR})$", before):
        return bool(before) or len(credit.split()) <= 6
    return len(credit.split()) <= 6 and not _SPEECH.search(before)


def _tidy_credit(credit: str) -> str:
    credit = credit.strip(_EDGE).rstrip(". " + _EDGE)
    if credit[:1] in "([" or credit[-1:] in ")]":
        opened, closed = credit.count("(") + credit.count("["), credit.count(")") + credit.count("]")
        if closed > opened:
            credit = credit.rstrip(")] .")
        elif credit[:1] in "([" and credit[-1:] in ")]":
            credit = credit[1:-1]
    return re.sub(r"^(?:©|ⓒ|\(c\))\s*", "", credit, flags=re.I).strip(_EDGE)


def _tidy_caption(before: str) -> str | None:
    return before.strip(_EDGE).rstrip("([（" + _EDGE).rstrip(".،," + _EDGE) or None
