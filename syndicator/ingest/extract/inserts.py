"""Lines that sites put between the paragraphs of a story, in Arabic, English, French and Persian.

Each is known by its whole shape: a cue at the beginning, what it speaks of at the end, and nothing behind it. A
sentence of the story that begins with the same words goes on to a verb, a comma and a full stop, and stays.
"""

import re

_PLATFORM = (
    r"(?:جوجل|غوغل|قوقل|google|گوگل|واتس ?اب|واتساب|whatsapp|تلي?غرام|تيلي?غرام|تيلي?جرام|تلي?جرام|telegram|تلگرام"
    r"|تويتر"
    r"|توييتر|twitter|توییتر|فيس ?بوك|facebook|فیس ?بوک|إن?ستا?غرام|انستغرام|إنستغرام|انستجرام|instagram|اینستاگرام"
    r"|يوتيوب|youtube|یوتیوب|تيك ?توك|tiktok|إكس|x|linkedin|لينكد ?إن|نبض|threads|bluesky|rss|تطبيقنا|التطبيق)"
)
_NEWS = r"(?: ?(?:نيوز|أخبار|news|actualités|نیوز|\((?:twitter|تويتر)\)))?"
_PLATFORMS = (
    rf"{_PLATFORM}{_NEWS}(?:\s*(?:،|,|و|and|et|/|\||أو|or|ou)\s*(?:عبر |على |on |sur )?و?{_PLATFORM}{_NEWS}){{0,6}}"
)
_END = r"\s*(?:من هنا|اضغط هنا|هنا|here|ici|now|الآن)?\W*$"

_FOLLOW = re.compile(
    r"^\W*(?:تابع(?:و?نا|وا?|ي)?|لمتابعتنا|لمتابعة|يمكنكم? متابعت\w+|انضمو?ا? إلى|انضم إلينا|اشتركو?ا? في"
    r"|follow|join|subscribe to|suivez|rejoignez|abonnez-vous à|retrouvez|ما را|به کانال|از طریق|در کانال)\b"
    rf"[^.؟!?،,]{{0,80}}?\b(?:ال|ب|بـ|ل)?{_PLATFORMS}{_END}(?:\s*(?:دنبال کنید|بپیوندید|شوید)\W*$)?",
    re.I,
)
_FOLLOW_PERSIAN = re.compile(
    rf"^\W*(?:ما را|به کانال|اخبار|آخرین اخبار)\b[^.؟!?،,]{{0,60}}{_PLATFORM}[^.؟!?،,]{{0,20}}"
    r"(?:دنبال کنید|بپیوندید|بخوانید|عضو شوید)\W*$",
    re.I,
)
_CONTENT = re.compile(
    rf"^\W*(?:(?:هذا|هذه) (?:المحتوى|المنشور|التغريدة) (?:مقدم )?من (?:موقع |خدمة |منصة )?{_PLATFORMS}"
    rf"|this (?:content|post|tweet|video) is (?:from|hosted (?:by|on)|provided by) {_PLATFORMS}"
    rf"|ce (?:contenu|message|tweet) (?:provient de|est fourni par|vient de) {_PLATFORMS}"
    rf"|این (?:محتوا|پست|توییت) از {_PLATFORMS}(?: است)?"
    rf"|(?:شاهد|عرض|اعرض|شاهدوا?) (?:هذا |هذه |المزيد |ال)?(?:المنشور|منشور|التغريدة|المزيد)? ?(?:على|في"
    rf"|من) {_PLATFORMS}"
    rf"|(?:view|see|watch) (?:this (?:post|photo|reel|tweet|video)|more|tweet|post)? ?(?:on|from|at) {_PLATFORMS}"
    rf"|voir (?:cette publication|ce tweet|ce post|plus)? ?sur {_PLATFORMS}|این پست را در {_PLATFORMS} ببینید"
    rf"|(?:allow|autoriser|هل تسمح بعرض|السماح ب\w*) (?:the |le |ال)?(?:content|contenu|محتوى)? ?(?:from |de "
    rf"|من )?{_PLATFORMS}"
    r"(?: content| contenu| المحتوى)?|a post shared by .{1,80}|(?:منشور"
    r"|تمت مشاركة منشور) (?:تمت مشاركته )?(?:بواسطة|من قبل) .{1,80}"
    r"|une publication partagée par .{1,80})\W*$",
    re.I,
)
_CONSENT = re.compile(
    r"^\W*(?:(?:to (?:view|display|see|watch|play) this|this (?:article|page|site|content|video|element)|we need your"
    r"|لعرض هذا|لمشاهدة هذا|هذا (?:الموقع|المقال|المحتوى|الفيديو)|يتطلب عرض|لا يمكن عرض"
    r"|pour (?:afficher|voir|regarder|visionner) ce|ce (?:contenu|site|lecteur|média)|cet (?:article|élément)"
    r"|برای (?:مشاهده|نمایش|دیدن) این|این (?:محتوا|مقاله|صفحه)|نمایش این)\b)"
    r".{0,200}?(?:cookies?|ملفات (?:تعريف|الارتباط)|الكوكيز|کوکی|third[- ]part\w+|tracking|traceurs|تتبع"
    r"|content provided by"
    r"|contenu fourni par|محتوى (?:قدمه|مقدم)|محتوای ارائه|your permission|votre (?:autorisation|consentement)|موافقت)",
    re.I | re.S,
)
_OUTSIDE = re.compile(
    r"^\W*(?:(?:the )?\S{2,20}(?: \S{1,10}){0,3} (?:is|are) not responsible for (?:the )?content (?:of|on) external"
    r"|.{2,40}ليست? مسؤولة? عن (?:محتوى|محتويات) المواقع|.{2,40} n.est pas responsable d\w+ contenus? "
    r"|(?:accept|allow) and (?:continue|view)\W*$|accepter et (?:continuer|afficher)\W*$|(?:اقبل|أوافق"
    r"|موافق) واستمر\w*\W*$"
    r"|(?:manage my choices|gérer mes choix|إدارة (?:اختياراتي|خياراتي)|إعدادات ملفات تعريف الارتباط)\W*$"
    r"|(?:warning: )?third party content may contain ads?\w*|المحتوى غير متاح\W*$|content (?:is )?not available\W*$"
    r"|(?:sorry, )?(?:your|this) browser (?:does not|doesn.t|can.t) (?:support|play)|متصفحك لا يدعم"
    r"|votre navigateur ne "
    r"|مرورگر شما از|(?:one|one or more) of your browser extensions? seems|يبدو أن أحد ملحقات|to play (?:this|audio"
    r"|video) content)",
    re.I,
)
_ADVERT = re.compile(
    r"^\W*(?:(?:تستمر|يستمر|تتواصل|تابع) (?:ال)?(?:قراءة|مقال|خبر)\w* (?:بعد|أسفل|تحت"
    r"|أدناه)?(?: هذا)? ?(?:ال)?(?:إعلان)?"
    r"|(?:المقال|النص) (?:يستمر|مستمر) (?:بعد|أسفل) .{0,12}|مساحة إعلانية|فاصل إعلاني|إعلان(?:ات)? (?:ممول\w*|مدفوع\w*)"
    r"|(?:article|story|content|text) continues (?:below|after)(?: (?:this|the))?(?: (?:ad\w*|video|promotion))?"
    r"|continue reading below|(?:skip|close|remove) (?:this )?ad\w*|ad(?:vertisement)? \d+ of \d+"
    r"|la suite après (?:cette|la) publicité|(?:après|suite après) la pub\w*|contenu (?:sponsorisé|partenaire)"
    r"|annonces?"
    r"|(?:آگهی|تبلیغات|تبلیغ|محتوای تبلیغاتی)|ادامه (?:مطلب|خبر) (?:پس|بعد) از (?:آگهی|تبلیغ))\W*$",
    re.I,
)
_LISTEN = re.compile(
    r"^\W*(?:(?:استمع|استمعوا) (?:إلى|ل)\s?\w*(?:المقال|الخبر|النص|التقرير)\w*|استماع"
    r"|listen to (?:this )?(?:article|story)"
    r"|écouter (?:l.article|cet article)|(?:به )?(?:این )?(?:خبر|مقاله|مطلب)? ?(?:را )?(?:گوش کنید|بشنوید)"
    r"|(?:حجم|تكبير|تصغير) (?:ال)?خط|a[+-](?:\s*a[+-])*|اندازه (?:فونت|متن)|taille du texte|text size"
    r"|(?:مدة|وقت|زمن) القراءة.{0,25}|\d{1,2} (?:min(?:ute)?s?|دقائق|دقيقة|دقیقه) (?:read|de lecture|قراءة|للقراءة"
    r"|مطالعه)"
    r"|temps de lecture.{0,25}|lecture \d+ min\w*|reading time.{0,25}|زمان مطالعه.{0,25}"
    r"|(?:عدد )?(?:ال)?(?:مشاهدات|قراءات|زيارات)\s*[:：]?\s*[\d,.٠-٩]+|[\d,.]+ (?:views?|vues?|مشاهدة|بازدید)"
    r"|media caption,?|toggle caption|تعليق الصورة,?|enlarge this image)(?:\s*[(\d:.،,) a-z]{0,15})?\W*$",
    re.I,
)
_PRINTED = re.compile(
    r"^\W*(?:(?:نسخة|صفحة|اطبع|طباعة)\s?(?:لل|ال|هذه ال)?(?:طباعة|صفحة|مقال|خبر)?|(?:رابط|عنوان) (?:ال)?(?:مادة"
    r"|مقال|خبر|صفحة|أصلي)\w*"
    r"|print(?:ed)?(?: (?:from|this|page|version|article|on))*|source url.{0,40}|article (?:printed )?from .{0,60}"
    r"|url|permalink"
    r"|version imprimable|imprimer(?: (?:cet article|la page))?|adresse de (?:l.article|cette page)|نسخه (?:چاپی"
    r"|قابل چاپ)"
    r"|لینک (?:کوتاه|خبر|مطلب)|short ?link|الرابط المختصر)\s*[:：]?\s*(?:(?:https?://|www\.)\S{1,300})?\W*$",
    re.I,
)
_ADDRESS = re.compile(r"^\W*(?:https?://|www\.)\S{4,400}$", re.I)
_NUMBERED = re.compile(r"(?:\d{1,3}\D+){2}\d|[^\W\d_]")
_PAGES = re.compile(
    r"^\W*(?:(?:ال)?صفحة \d+ من \d+|page \d+ (?:of|de|sur|/) ?\d+|صفحه \d+ از \d+|(?:(?:السابق|التالي|الأولى"
    r"|الأخيرة|previous|next"
    r"|first|last|précédente?|suivante?|قبلی|بعدی|صفحة|page|صفحه|(?<!\d)\d{1,3}(?!\d)|[|«»‹›<>.…·-])\s*){2,24})\W*$",
    re.I,
)
_AUTHOR = re.compile(
    r"^\W*(?:(?:نبذة )?عن (?:الكاتب|الكاتبة|المؤلف|المؤلفة|المراسل)|about the (?:author|writer|reporter)s?"
    r"|à propos d(?:e l.|u |es )(?:auteur|journaliste)\w*|l.auteure?|درباره (?:نویسنده|خبرنگار))\W*$",
    re.I,
)
_SUPPORT = re.compile(
    r"^\W*(?:ادعم\w* (?:صحافتنا|موقعنا|عملنا|استقلاليت\w*)|support (?:our|independent) (?:journalism|work|reporting)"
    r"|soutenez (?:notre|le) (?:journal\w*|travail)|(?:donate|become a member)(?: (?:today|now))?\W*$)",
    re.I,
)
_COOKIES = re.compile(
    r"^\W*(?:we(?: and our \d* ?partners)? (?:use|store|value your)|this (?:site|website) uses|our (?:site"
    r"|website) uses|by (?:continuing|clicking)"
    r"|نستخدم|(?:يستخدم|تستخدم) (?:هذا|هذه|موقعنا|الموقع)|نحن و?شركاؤنا|باستمرارك|بمتابعة"
    r"|nous(?: et nos (?:\d+ )?partenaires)? utilisons"
    r"|ce site utilise|en (?:poursuivant|cliquant|continuant)|avec votre accord|(?:این|ما در این) (?:سایت|وبسایت"
    r"|وب‌سایت|پایگاه)|ما از کوکی)\b"
    r".{0,260}?(?:cookies?\b|ملفات (?:تعريف )?(?:الارتباط|ارتباط)|كوكيز|کوکی|traceurs|personal data|privacy policy)",
    re.I | re.S,
)
_WALL = re.compile(
    r"^\W*(?:(?:subscribe|sign in|log in|register|sign up)(?: now)? to (?:continue|read|keep)"
    r"|already (?:a subscriber|have an account)"
    r"|(?:this|the) (?:article|content|story) is (?:for|reserved for|only for|exclusive to) (?:our )?(?:subscribers"
    r"|members)"
    r"|(?:abonnez|connectez|inscrivez)-vous (?:pour|afin)|déjà abonné|(?:cet article|la suite"
    r"|ce contenu) est réservée? |il vous reste \d+ ?% de cet"
    r"|(?:اشترك|سجل|سجّل)\S* (?:الآن |الدخول )?(?:لمتابعة|لقراءة|لإكمال|لمواصلة)|هل أنت مشترك|لديك حساب|(?:هذا"
    r"|هذه) (?:المحتوى|المقال|المادة) "
    r"(?:متاح|مخصص|حصري|خاص)?\S* ?(?:ل|بال)\S*مشتركي?ن|برای (?:خواندن )?ادامه\S* .{0,30}(?:مشترک|وارد|ثبت|عضو))",
    re.I,
)
_BUTTON = re.compile(
    r"^\W*(?:(?:accept|reject|allow|decline|agree)(?: all)?(?: cookies)?|manage (?:preferences|options|cookies"
    r"|settings)|i (?:agree|accept)|got it"
    r"|(?:قبول|رفض|أقبل|أوافق|السماح)(?: ال?كل| بالكل| الجميع)?|إدارة (?:التفضيلات|الإعدادات)|(?:tout )?(?:accepter"
    r"|refuser)|paramétrer|می‌?پذیرم|قبول دارم)\W*$",
    re.I,
)
_BOX_PROMISE = re.compile(
    r"\b(?:inbox|newsletter)\b|بريدك|بريدكم|نشرتنا|صندوق الوارد|boîte (?:mail|de réception)|خبرنامه", re.I
)
_OURS = re.compile(
    r"\b(?:our|your|notre|nos|votre|vos|ما را|خبرنامه ما)\b|بريدك|إيميلك"
    r"|(?:نشر[تا]|قنا[تو]|صفح[تا]|حساب|تطبيق|موقع|خدم[تا]|صحاف[تا]|منصا?ت|مجموع[تا])\w{0,3}نا\b",
    re.I,
)
_SHAPES = (
    (_FOLLOW, "follow"),
    (_FOLLOW_PERSIAN, "follow"),
    (_CONTENT, "embed"),
    (_CONSENT, "consent"),
    (_OUTSIDE, "consent"),
    (_ADVERT, "furniture"),
    (_LISTEN, "furniture"),
    (_PRINTED, "print"),
    (_PAGES, "pages"),
    (_AUTHOR, "author"),
    (_SUPPORT, "newsletter"),
)

_SKIP = re.compile(
    r"^\W*(?:تخطى?|تجاوز) .{1,80} و(?:واصل|تابع|استمر في|أكمل) القراءة\W*$|^\W*skip .{1,80} and continue reading\W*$"
    r"|^\W*skip (?:to (?:the )?end of |past )?(?:twitter|x|youtube|facebook|instagram|tiktok|newsletter|promotion"
    r"|advert|podcast)\b.{0,60}$"
    r"|^\W*(?:ignorer|passer|sauter) .{1,80} et (?:continuer|poursuivre) (?:la|votre) lecture\W*$"
    r"|^\W*(?:از )?.{1,60} (?:رد شوید|عبور کنید|بگذرید) و (?:به )?(?:خواندن )?(?:ادامه|خواندن) .{1,20}$"
    r"|^\W*رد شدن از .{1,60}$"
    rf"|^\W*تخطى? (?:{_PLATFORM}|يوتيوب|مشاركة|الإعلان).{{0,40}}$",
    re.I,
)
_SKIPPED = re.compile(
    r"^\W*(?:.{1,60} نهاية|نهاية .{1,60}|end of .{1,80}|fin de .{1,80}|پایان .{1,60}|.{1,40} (?:ended|terminé))\W*$",
    re.I,
)
MOST_SKIPPED = 16
"""Blocks that an offer to skip may skip."""
_MOST_TEXT = 1600

_DATE_WORDS = frozenset(
    str.split(
        """السبت الأحد الاحد الاثنين الإثنين الثلاثاء الأربعاء الاربعاء الخميس الجمعة يناير فبراير مارس أبريل ابريل
        إبريل مايو يونيو يوليو أغسطس اغسطس سبتمبر أكتوبر اكتوبر نوفمبر ديسمبر كانون الثاني الأول شباط آذار نيسان
        أيار حزيران تموز آب أيلول تشرين جانفي فيفري أفريل ماي جوان جويلية أوت غشت شتنبر نونبر دجنبر صباحا مساء
        ظهرا ص م بتوقيت غرينتش مكة دمشق القاهرة بيروت المكرمة الساعة آخر تحديث اخر نشر نشرت في بتاريخ تاريخ النشر
        تم هـ ه محرم صفر ربيع جمادى رجب شعبان رمضان شوال ذو ذي القعدة الحجة منذ monday tuesday wednesday thursday
        friday saturday sunday mon tue wed thu fri sat sun january february march april may june july august
        september october november december jan feb mar apr jun jul aug sep sept oct nov dec am pm gmt utc est
        edt bst cet published updated posted on at last modified date lundi mardi mercredi jeudi vendredi samedi
        dimanche janvier février mars avril mai juin juillet août septembre octobre novembre décembre publié mis
        à jour le modifié h شنبه یکشنبه دوشنبه سه‌شنبه سهشنبه چهارشنبه پنجشنبه پنج‌شنبه جمعه فروردین اردیبهشت
        خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر
        نوامبر دسامبر ساعت تاریخ انتشار به روز رسانی روزرسانی روز شده منتشر"""
    )
)
_WORD = re.compile(r"[^\s\d٠-٩۰-۹,.;:،؛|()/–—•·-]+")
_YEAR = re.compile(r"(?<!\d)(?:[12]\d{3}|[٠-٩۰-۹]{4})(?!\d)")


def insert(text: str, *, linked: float, place: float) -> str | None:
    """Why a line is an insert, or None. `linked` is the part of it that is links, `place` from 0 at the top to 1."""
    if _COOKIES.search(text) or (len(text) < 300 and (_BUTTON.search(text) or _WALL.search(text))):
        return "consent"
    if len(text) > 420:
        return None
    for pattern, why in _SHAPES:
        if (
            pattern.search(text)
            and (why != "pages" or _NUMBERED.search(text))
            and (why in ("consent", "embed") or _is_no_sentence(text, linked))
        ):
            return why
    if _ADDRESS.match(text) and (place > 0.6 or place < 0.1):
        return "print"
    hashtags = text.split()
    if place > 0.5 and len(hashtags) > 1 and all(word.startswith("#") for word in hashtags):
        return "tags"
    return None


def _is_no_sentence(text: str, linked: float) -> bool:
    """Whether a line does not run on as a sentence does; what speaks of "our channel" may end in a full stop."""
    return text[-1] not in ".؟?!…" or linked > 0.2 or _OURS.search(text) is not None


def speaks_of_us(text: str) -> bool:
    """Whether a line speaks of the site itself or to its reader."""
    return _OURS.search(text) is not None


def promises_letters(text: str) -> bool:
    """Whether a line promises something in the reader's inbox."""
    return _BOX_PROMISE.search(text) is not None


def is_dateline(text: str) -> bool:
    """Whether a line is nothing but a date, with at most two other words (a town, a desk)."""
    if not 8 <= len(text) <= 110 or not _YEAR.search(text) or text[-1] in "؟?!":
        return False
    words = _WORD.findall(text.lower())
    other = [word for word in words if word not in _DATE_WORDS and word.lstrip("و") not in _DATE_WORDS]
    return len(other) <= (2 if len(words) > len(other) else 0)  # numbers alone are a date, a town and numbers are not


def skips(text: str) -> bool:
    """Whether a line offers to skip what follows it: "تخطى البودكاست وواصل القراءة"."""
    return len(text) < 140 and _SKIP.match(text) is not None


def skipped_until(texts: list[str]) -> int:
    """How many of the lines behind an offer to skip belong to what it skips; 0 when no end is marked."""
    size = 0
    for at, text in enumerate(texts[:MOST_SKIPPED]):
        if len(text) < 140 and _SKIPPED.match(text):
            return at + 1
        size += len(text)
        if size > _MOST_TEXT:
            return 0
    return 0
