"""Pages that stand where an article should: consent, subscription, login, errors, checks for robots.

Such a page is short, or says so in its title, and speaks of something else than the article. One sign alone is not
enough: articles are written about cookies and passwords too.
"""

import re

from syndicator.ingest.extract.blocks import key

_TITLES = re.compile(
    r"\b(?:404|403|500|502|503)\b|page not found|not found|access denied|forbidden|just a moment"
    r"|attention required|are you (?:a )?(?:human|robot)|security check|log ?in\b|sign in|subscribe|cookie|consent"
    r"|page introuvable|connexion|accès refusé"
    r"|الصفحة غير موجودة|الصفحة المطلوبة غير|لم يتم العثور|غير موجودة?|خطأ|تسجيل الدخول|سجل الدخول"
    r"|اشترك(?: الآن)?$|ملفات تعريف الارتباط|الموافقة على",
    re.I,
)
_WORDS = re.compile(
    r"we value your privacy|before you continue|accept (?:all )?cookies|manage (?:your )?(?:cookies|consent"
    r"|preferences)|(?:to|and) continue reading|subscribers? only|already a subscriber|log ?in to (?:continue"
    r"|read)|sign in to (?:continue|read)"
    r"|enable javascript|checking your browser|verify (?:that )?you are (?:a )?human|unusual traffic|captcha"
    r"|(?:page|link) (?:you (?:are looking for|requested)|does not exist|cannot be found)|temporarily unavailable"
    r"|ملفات تعريف الارتباط|الكوكيز|سياسة الخصوصية|اشترك (?:الآن )?(?:لمتابعة|لقراءة|لإكمال|للاطلاع)"
    r"|(?:هذا )?(?:المحتوى|المقال) (?:متاح |مخصص |حصري )?(?:ل|لل)?لمشتركين|للمشتركين فقط|(?:سجل|تسجيل) (?:ال)?دخول"
    r"|الصفحة (?:التي تبحث عنها|المطلوبة|غير موجودة)|تأكد من أنك (?:لست )?(?:إنسان|روبوت)|تفعيل جافا ?سكريبت"
    r"|réservé aux abonnés|pour lire la suite|abonnez-vous pour|gérer (?:mes|vos) (?:cookies|préférences)"
    r"|accepter (?:et|tous)|se connecter pour|page (?:demandée|que vous cherchez)",
    re.I,
)
_SHORT = 1500
_COMMON = 0.3


def refusal(*, page_title: str, text: str, title: str, summary: str) -> str | None:
    """Why this text is not the article, as a phrase, or None. `title` and `summary` are what the feed said."""
    wanted = set(key(f"{title} {summary}").split())
    said = set(key(f"{page_title} {text}").split())
    common = len(wanted & said) / len(wanted) if wanted else 1.0
    if _TITLES.search(page_title) and not _TITLES.search(title) and common < 0.7:
        return "the page is a wall or an error"
    if len(text) < _SHORT and _WORDS.search(text) and not _WORDS.search(f"{title} {summary}") and common < 0.6:
        return "the page is a wall or an error"
    if len(wanted) >= 4 and common < _COMMON:
        return "the page is about something else"
    return None
