"""The lines that sites put around every story, in Arabic, English, French and Persian.

Each pattern names a whole line or its beginning together with a condition that a sentence of a story does not meet:
it is short, it is a link, it stands near the end. `reason` gives one word or nothing.
"""

import re

from syndicator.ingest.extract.blocks import Block
from syndicator.ingest.extract.inserts import insert, speaks_of_us

_MARKS = re.compile("[\u064b-\u0652\u0640]")
_SHORT = 160
_LONG = 320

_RELATED = re.compile(
    r"^\W*(?:(?:[إاأ]قر[أاؤ](?:وا)?|طالع|شاهد|تابع|انظر|راجع|لقراءة|للاطلاع على)\s*(?:[أا]يض[اًا]*|المزيد|كذلك"
    r"|معنا|التالي)?|للمزيد(?: من \S+)?|المزيد(?: من| عن| حول)?"
    r"|(?:مواضيع|موضوعات|أخبار|مقالات|مواد|قصص|روابط) (?:ذات صلة|متعلقة|مشابهة|مرتبطة|أخرى)|ذات صلة"
    r"|قد يعجبك(?: أيض[اًا]*)?|قد يهمك(?: أيض[اًا]*)?|الأكثر (?:قراءة|مشاهدة|تداولا)|اخترنا لك(?:م)?|مقترحة"
    r"|read (?:also|more|next)|also read|see also|more on this(?: story)?|related(?: \w+)?|you may also like"
    r"|recommended(?: for you)?|more from \S+|most read|watch"
    r"|(?:à )?(?:lire|voir|écouter|regarder) (?:aussi|également|plus)|sur le même (?:sujet|thème)|(?:articles"
    r"|sujets) liés"
    r"|les plus (?:lus|consultés)|vous aimerez aussi|pour aller plus loin|notre sélection|(?:ne )?manquez pas"
    r"|you might also (?:like|be interested in)|editors?['’]? picks?|don['’]t miss|more (?:stories|news)|up next"
    r"|trending(?: now)?"
    r"|(?:مواضيع|أخبار|مقالات|قصص) (?:قد )?(?:تهمك|تعجبك|مختارة)|يستحق (?:الانتباه|القراءة|المشاهدة)"
    r"|(?:بیشتر|همچنین|بیشتر بدانید و|در این (?:زمینه|باره)) ?(?:بخوانید|ببینید)|(?:مطالب|اخبار|خبرهای"
    r"|موضوعات) (?:مرتبط|پیشنهادی|بیشتر)"
    r"|(?:پربیننده|پرخواننده|پربازدید)\S*(?: ترین\S*)?|در همین (?:زمینه|رابطه)|پیشنهاد سردبیر|بخوانید|ببینید)(?=$"
    r"|[\s:：؛|\-–—»])\W*",
    re.I,
)
_STRONG_RELATED = re.compile(
    r"^\W*(?:[إاأ]قر[أا](?:وا)? [أا]يض|طالع [أا]يض|شاهد [أا]يض|[إاأ]قر[أا] المزيد|(?:مواضيع|موضوعات|أخبار"
    r"|مقالات) (?:ذات صلة|متعلقة|مشابهة)|قد (?:يهمك|يعجبك)|read also|also read|(?:à )?lire (?:aussi|également)"
    r"|بیشتر بخوانید|همچنین بخوانید)",
    re.I,
)
_SHARE_CUES = frozenset(
    str.split(
        """شارك شاركها شاركوا مشاركة المشاركة انسخ نسخ طباعة اطبع إرسال أرسل تغريد غرد حفظ احفظ استمع تويتر فيسبوك
        واتساب تيليجرام تلغرام share tweet facebook twitter whatsapp telegram print copy save email e-mail listen
        partager imprimer copier اشتراک بفرستید چاپ"""
    )
)
_SHARE_WORDS = _SHARE_CUES | frozenset(
    str.split(
        """المقال الخبر هذا هذه الصفحة على عبر مع الأصدقاء الرابط بالبريد البريد الإلكتروني واتس اب تليغرام لينكدإن
        لينكد إن فايبر ماسنجر إكس بينتيريست فيس بوك إلى صديق لصديق this on via x linkedin link pinterest messenger
        reddit viber article story post click to opens in new window a friend sur le lien par envoyer cet ce envoi ami
        گذاری بگذارید به در این خبر را کپی لینک تلگرام توییتر واتساپ فیسبوک فیس‌بوک ایمیل انستغرام instagram tiktok"""
    )
)
_TAGS = re.compile(
    r"^\W*(?:ال)?(?:وسوم|كلمات (?:المفتاحية|مفتاحية|الدلالية|دلالية|البحث)|علامات|تاغ|تاج|هاشتاغ|tags?|keywords"
    r"|(?:related )?topics|in this (?:story|article)|filed under|mots[- ]clés|étiquettes|thèmes|برچسب\S*(?: ها)?"
    r"|کلیدواژه\S*|کلمات کلیدی|كلمات دالة|الكلمات الدالة"
    r")\s*(?:[:：|]|$)",
    re.I,
)
_NEWSLETTER = re.compile(
    r"^\W*(?:(?:لل|يمكنكم ال|يمكنك ال)?اشتراك\w*|اشترك\w*|انضم\w*|احصل\w*|تابعو?ا?ونا|تابعنا|لمتابعتنا"
    r"|تابع (?:صفحتنا|حسابنا))\s.{0,60}?(?:نشرت|النشرة|نشرة|بريدك|البريد|قنات|القناة|تطبيق|التطبيق|إشعارات|تلغرام"
    r"|تيليجرام|واتساب|تويتر|فيسبوك|جوجل نيوز|غوغل نيوز|منصات|مواقع التواصل)"
    r"|^\W*(?:سجلوا? (?:الآن|بريدك)|(?:حمل|حملوا|نزل|نزلوا) (?:تطبيق|التطبيق)|النشرة (?:البريدية|الإخبارية))"
    r"|^\W*(?:sign up (?:for|to)|subscribe to (?:our|the)|get (?:the|our) .{0,40}(?:newsletter|inbox)|follow us on"
    r"|download (?:our|the) app|join our (?:channel|whatsapp|telegram)|abonnez-vous|inscrivez-vous|suivez-nous)"
    r"|our (?:daily |weekly |free )?newsletter|notre newsletter",
    re.I,
)
_RIGHTS = re.compile(
    r"^\W*(?:جميع الحقوق محفوظة|كل الحقوق محفوظة|كافة الحقوق محفوظة|حقوق (?:النشر|الطبع)|all rights reserved"
    r"|copyright\b|©|\(c\)\s*\d{4}|tous droits réservés)|(?:جميع الحقوق محفوظة|all rights reserved"
    r"|tous droits réservés)\W*(?:\S+\W*){0,4}$",
    re.I,
)
_FEED_FOOTER = re.compile(
    r"^\W*(?:the post .{1,400} (?:appeared first on|first appeared on) |this (?:article|post"
    r"|story) .{0,200}(?:appeared first on|originally appeared|was originally published)"
    r"|(?:ظهرت?|نشرت?) (?:المقالة?|التدوينة|الموضوع|الخبر|هذا المقال)? ?.{1,400} (?:أولا[ًً]?|أولًا|أول مرة"
    r"|للمرة الأولى) (?:على|في) |ظهرت المقالة |l.article .{1,400} est apparu en premier sur "
    r"|cet article .{1,300} est apparu en premier)",
    re.I | re.S,
)
_CONTINUE = re.compile(
    r"^\W*(?:أكمل القراءة|اكمل القراءة|تابع القراءة|متابعة القراءة|قراءة المزيد|continue reading|read the (?:full"
    r"|rest of the) (?:story|article|post|entry)|view (?:the )?original|lire la suite)\b.{0,120}$",
    re.I,
)
_COMMENTS = re.compile(
    r"^\W*(?:\(?\d*\)?\s*(?:ال)?تعليقات?(?: القراء| الزوار)?|[أا]ضف (?:تعليق[اًا]*|تعليقك)|اترك (?:تعليق[اًا]*"
    r"|تعليقك|ردا?)|شارك(?:نا)? (?:برأيك|رأيك)|لا توجد تعليقات|\d* ?comments?|leave a (?:reply|comment)"
    r"|post a comment|join the (?:conversation|discussion)|no comments(?: yet)?"
    r"|commentaires?|laisser un commentaire)\s*\(?\d*\)?\W*$",
    re.I,
)
_CHROME = re.compile(
    r"^\W*(?:advertisement|advertising|ad|sponsored(?: content)?|إعلان(?:ات)?|مساحة إعلانية|محتوى مدفوع"
    r"|skip to (?:main )?content|انتقل إلى المحتوى(?: الرئيسي)?|تخطي إلى المحتوى|publicité|loading"
    r"|جاري التحميل|تحميل|chargement|در حال بارگذاری|close|إغلاق|fermer|بستن|موافق|ok|ad feedback"
    r"|scroll to continue)\W*$",
    re.I,
)
_AGENCIES = (
    r"(?:وكالات|الوكالات|رويترز|أ ?ف ?ب|فرانس برس|سانا|الأناضول|أسوشيتد برس|خاص|مراسلون|agencies|reuters|afp|ap)"
)
_BYLINE = re.compile(
    rf"^\W*(?:(?:بقلم|كتب|كتبت|تحرير|إعداد|المحرر|الكاتب|by|par|نویسنده|گزارش|خبرنگار)\s*[:：]?\s*(?:\S+\s*){{1,5}}"
    rf"|(?:\S+\s){{1,4}}[-–—/|،]\s*{_AGENCIES}"
    rf"|{_AGENCIES}\s*[-–—/|،]\s*(?:\S+\s*){{1,3}}"
    r"|(?:آخر تحديث|تاريخ النشر|نشرت? (?:في|بتاريخ)|last updated|published|updated"
    r"|posted on|publié le|mis à jour le|modifié le|تاریخ انتشار|منتشر شده در"
    r"|به ?روز ?رسانی)\s*[:：]?\s*\S.{0,50}\d.{0,60})$",
    re.I,
)


def reason(block: Block, *, place: float) -> str | None:
    """Why a block is furniture, or None; `place` is where it stands, from 0 at the top to 1 at the end."""
    text = _MARKS.sub("", block.text.strip())
    if not text or block.kind in ("figure", "pre", "table") or len(text) > 900:
        return None
    if _FEED_FOOTER.match(text):
        return "feed footer"
    if len(text) > _LONG:
        return "related" if _is_related(block, text) else insert(text, linked=block.link_share, place=place)
    for pattern, why, holds in (
        (_CHROME, "furniture", True),
        (_COMMENTS, "comments", True),
        (_CONTINUE, "read more", block.link_share > 0.5 or len(text) < 60),
        (_TAGS, "tags", len(text) < _LONG and not text.endswith(".")),
        (_RIGHTS, "rights", place > 0.3),
        (_BYLINE, "byline", place < 0.25 and len(text) < 100 and block.kind == "p" and text[-1] not in ".!?؟:"),
    ):
        if holds and pattern.search(text):
            return why
    if _is_related(block, text):
        return "related"
    if _is_share(text):
        return "share"
    if _NEWSLETTER.search(text) and len(text) < 260 and _asks(block, text):
        return "newsletter"
    return insert(text, linked=block.link_share, place=place)


def _asks(block: Block, text: str) -> bool:
    """Whether a line asks its reader for something, and does not tell that somebody joined or subscribed."""
    return block.link_share > 0.2 or speaks_of_us(text) or (text[-1] not in ".؟!…" and len(text) < 100)


def heads_comments(text: str) -> bool:
    """Whether a heading is that of the readers' comments."""
    return bool(text) and len(text) < 60 and _COMMENTS.match(text) is not None


def _is_related(block: Block, text: str) -> bool:
    """A pointer elsewhere: a cue followed by a link, a cue alone, or a cue with a colon in a short line."""
    found = _RELATED.match(text)
    if found is None:
        return False
    rest = text[found.end() :].strip()
    if not rest:
        return len(text) < 60
    if block.link_share >= 0.5:
        return True
    colon = re.search(r"[:：|»]\s*$", found[0]) is not None
    strong = _STRONG_RELATED.match(text) is not None
    return len(text) <= _SHORT and ((strong and (colon or text[-1] not in ".؟!…")) or (colon and block.linked > 0))


def _is_share(text: str) -> bool:
    """A line of nothing but names of networks and words of sharing."""
    words = [word.strip(".,:;|/()[]«»\"'").lower() for word in text.split()]
    words = [word for word in words if word and not word.isdigit()]
    return (
        0 < len(words) <= 30
        and all(word in _SHARE_WORDS for word in words)
        and any(word in _SHARE_CUES for word in words)
    )
