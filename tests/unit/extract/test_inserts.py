"""Inserts between the paragraphs of a story go; sentences that begin with the same words stay."""

import pytest

from syndicator.ingest.extract import clean_body
from syndicator.text.html import sanitise, text_of

TITLE = "أسعار الطحين تستقر في الأسواق العربية"
STORY = [
    "استقرت أسعار الطحين في معظم الأسواق خلال الأسبوع الماضي بعد ثلاثة أشهر من الارتفاع، مدفوعة بتقديرات أفضل.",
    "وقال تجار إن المخزون يكفي حاجة السوق أربعة أشهر، وإن حركة البيع عادت إلى طبيعتها في المدن الكبرى والريف.",
    "ويحذر خبراء من أن كلفة النقل البحري ما زالت مرتفعة، وأن أي اضطراب جديد قد يعيد الأسعار إلى الصعود سريعا.",
    "وتستورد الدول العربية أكثر من نصف حاجتها من القمح، وتتفاوت قدرتها على التخزين تفاوتا كبيرا بين بلد وآخر.",
]
LINK = '<a href="https://news.example.org/b">معرض الكتاب يفتح أبوابه</a>'
INSERTS = [
    "<p>تخطى البودكاست وواصل القراءة</p><p>بودكاست</p><p>حكايات من الشارع كل أسبوع.</p><p>البودكاست نهاية</p>",
    "<p>تخطى يستحق الانتباه وواصل القراءة</p><p>قصة أخرى من المدينة</p><p>يستحق الانتباه نهاية</p>",
    "<p>Skip Most read and continue reading</p><ul><li>Another story</li></ul><p>End of Most read</p>",
    "<p>Ignorer Promotion WhatsApp et continuer la lecture</p><p>Toute l'info</p><p>Fin de Promotion WhatsApp</p>",
    "<p>از پادکست رد شوید و به خواندن ادامه دهید</p><p>پادکست</p><p>پایان پادکست</p>",
    "<p>تابعنا على تويتر</p>",
    "<p>تابعونا على فيسبوك وتويتر وانستغرام</p>",
    "<p>تابع آخر الأخبار عبر جوجل نيوز</p>",
    "<p>انضم إلى قناتنا على واتساب</p>",
    "<p>انضموا إلى قناتنا على تيليغرام.</p>",
    "<p>Follow us on WhatsApp</p>",
    "<p>Suivez-nous sur Telegram</p>",
    "<p>ما را در تلگرام دنبال کنید</p>",
    "<p>هذا المحتوى من تويتر</p>",
    "<p>This content is from Instagram</p>",
    "<p>View this post on Instagram</p>",
    "<p>Pour afficher ce contenu, vous devez accepter les cookies de X.</p>",
    "<p>لعرض هذا المحتوى، يجب قبول ملفات تعريف الارتباط الخاصة بموقع يوتيوب.</p>",
    "<p>إعلان</p>",
    "<p>تستمر القراءة بعد الإعلان</p>",
    "<p>Article continues below this advertisement</p>",
    "<p>La suite après cette publicité</p>",
    "<p>آگهی</p>",
    f"<p>اقرأ أيضا: {LINK}</p>",
    f"<p>قد يهمك: {LINK}</p>",
    f"<p>شاهد أيضا</p><ul><li>{LINK}</li></ul>",
    f"<p>À lire également : {LINK}</p>",
    f"<p>بیشتر بخوانید: {LINK}</p>",
    "<div><h4>قد يهمك</h4><p>معرض الكتاب يفتح أبوابه</p></div>",
    "<h3>Notre newsletter</h3><p>Chaque matin dans votre boîte mail</p>",
    "<p>استمع إلى المقال</p>",
    "<p>Listen to this article</p>",
    "<p>Copier le lien</p>",
    "<p>Page 1 of 3</p>",
    "<p>الصفحة 1 من 3</p>",
    "<p>Subscribe to continue reading</p>",
]


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize("insert", INSERTS)
@pytest.mark.parametrize("at", [1, 3])
def test_an_insert_goes(insert, at):
    """Promos, pointers, labels, notices of consent and offers to follow leave nothing behind, wherever they stand."""
    html = sanitise(paragraphs(*STORY[:at]) + insert + paragraphs(*STORY[at:]))
    cleaned, cuts = clean_body(html, title=TITLE, images=())
    assert text_of(cleaned) == "\n\n".join(STORY)
    assert cuts


SENTENCES = [
    "تابع آخر الأخبار عبر جوجل نيوز ثلث المستطلعين، وفق دراسة نشرت أمس.",
    "تابعنا على تويتر ردود الفعل الأولى، ثم انتقلنا إلى الساحة.",
    "انضم إلى قناة الجزيرة مراسلا قبل عشرة أعوام، ثم عاد إلى بلده.",
    "اشترك في التطبيق ألفا شخص خلال يومين، بحسب الشركة.",
    "هذا المحتوى من تويتر أثار جدلا واسعا، وحذفته الشركة بعد ساعات.",
    "شاهد أيضا كيف كان الجنود ينسحبون من التلال، كما قال في شهادته.",
    "اقرأ أيضا ما كتبه الناقد قبل عام، يقول المؤلف، لتفهم السياق كله.",
    "قد يهمك الأمر اليوم، لكنك ستنساه غدا، قال الطبيب لمريضه.",
    "إعلان الحكومة عن الموازنة فاجأ الأسواق.",
    "إعلانات المرشحين ملأت الشوارع قبل أسبوع من الاقتراع.",
    "نهاية الحرب لا تعني بداية السلام.",
    "تخطى المنتخب عقبة الدور الأول وواصل القراءة الجيدة للمباريات.",
    "Follow us on Twitter, the minister told the crowd, and he meant it.",
    "Skip the queue and continue reading the signs, the guide told visitors.",
    "This content is from Twitter users who were at the scene, the court heard.",
    "Suivez-nous sur Telegram, lançait le militant à la foule, avant de disparaître.",
    "Page 1 of 300 pages in the report names the minister.",
    "Listen to this article of the constitution: no one may be detained without charge.",
    "About the author little is known.",
    "ما را در تلگرام دنبال کنید شعار آن‌ها بود، اما کانال بسته شد.",
    "End of the war in sight, say mediators.",
    "Subscribe to the theory or not, the numbers are clear.",
]


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("at", [0, 2, 4])
def test_a_sentence_that_begins_so_stays(sentence, at):
    """Running text is the story's, whatever it begins with, at the top, in the middle and at the end."""
    html = sanitise(paragraphs(*STORY[:at], sentence, *STORY[at:]))
    assert clean_body(html, title=TITLE, images=()) == (html, ())


def test_a_second_copy_goes(read_page):
    """A page that holds its text twice, for wide and for narrow screens, is read once; a line said twice stays."""
    story = paragraphs(*STORY)
    page = f"<body><h1>{TITLE}</h1><div class=w>{story}</div><div class=n>{story}</div></body>"
    assert text_of(read_page(page, title=TITLE).article.body) == "\n\n".join(STORY)
    said = sanitise(paragraphs(STORY[0], STORY[1], STORY[0], STORY[2]))
    assert clean_body(said, title=TITLE, images=()) == (said, ())


DATES = [
    "الأربعاء 19 فبراير 2020 - 14:30 بتوقيت دمشق",
    "السبت، 15 أغسطس 2026 09:00 ص",
    "Publié le 3 mai 2026 à 12h00",
    "12 May 2026",
    "تاریخ انتشار: ۱۲ خرداد ۱۴۰۵ - ۰۸:۰۰",
]


@pytest.mark.parametrize("date", DATES)
def test_a_date_above_the_story_goes(date):
    """A line that is nothing but a date is no part of the text; a sentence with a date is."""
    cleaned, _ = clean_body(sanitise(paragraphs(date, *STORY)), title=TITLE, images=())
    assert text_of(cleaned) == "\n\n".join(STORY)
    sentence = sanitise(paragraphs("في 19 فبراير 2020 أعلنت الحكومة حالة الطوارئ.", *STORY))
    assert clean_body(sentence, title=TITLE, images=()) == (sentence, ())


def test_time_grows_with_the_text():
    """Cleaning takes time in proportion: thousands of lines of furniture, digits and pointers are soon done."""
    from time import process_time

    for line in (
        "Comments",
        "شارك",
        f"اقرأ أيضا: {LINK}",
        "1" * 300 + " x",
        "Skip a and continue reading",
        "عن الكاتب",
    ):
        html = sanitise(paragraphs(*STORY, *[line] * 1500))
        started = process_time()
        clean_body(html, title=TITLE, images=())
        assert process_time() - started < 3, line
