"""What is left out when two versions of an article are compared: counts of readers, ages, tokens; never news."""

import time

import pytest

from syndicator.ingest.essence import file_key, quiet

COUNTS = (
    "عدد القراء: {}", "القراءات ({})", "قرأه {} شخصا", "تمت مشاهدة الخبر {} مرة", "مرات المشاهدة {}", "{} إعجابا",
    "{} مشاركة", "تصفح : {}", "عدد المتصفحين {}", "عدد المشاهدين الآن {}", "التقييم: {} صوتا", "تعداد بازدید {}",
    "{} görüntülenme", "Okunma: {}", "hits {} - comments {}", "Score: {} points", "Post views: {}", "{} lectures",
    "عدد مرات التحميل: {}", "👁 {}", "لا تعليقات {}",
)  # fmt: skip
AGES = (
    ("منذ 5 دقائق", "منذ ساعة"), ("نشر قبل 5 دقائق", "قبل يومين"), ("Updated 5 minutes ago", "updated just now"),
    ("الآن", "منذ دقيقة"), ("أمس 14:05", "قبل يومين"), ("il y a 5 minutes", "il y a 2 heures"),
    ("آخر تحديث: السبت 14:05", "آخر تحديث: السبت 16:05"), ("تم تحديث الخبر في 14:05", "تم تحديث الخبر في 15:05"),
    ("تاريخ الطباعة: 27/11/2026 10:05", "تاريخ الطباعة: 28/11/2026 11:05"),
    ("Generated in 0.32 seconds", "Generated in 0.45 seconds"),
)  # fmt: skip
NEWS = (
    "مقتل {}", "حصيلة: {}", "{} مصابا", "النتيجة {}-0", "حضر المباراة {} ألف متفرج", "بعد {} يوما من الحصار",
    "سجل الفيلم {} ملايين مشاهدة في أسبوع", "{} تعليقات للوزير أثارت الجدل بين النواب", "شاركت {} دول",
    "توقف الخبر منذ {} أيام عن العمل بسبب نقص الوقود", "The film got {} million views in a week",
)  # fmt: skip


@pytest.mark.parametrize("written", COUNTS)
@pytest.mark.parametrize("around", ["{}", "سطر | {}", "<p>{}</p>", "<p>نشر أمس في دمشق - {}</p>"])
def test_counts_are_noise(written: str, around: str) -> None:
    """A line, or a part of one, in which nothing but words of counts stands says nothing."""
    first, second = (around.replace("{}", written.replace("{}", number)) for number in ("17", "5,402"))
    assert quiet(first) == quiet(second)


@pytest.mark.parametrize(("first", "second"), AGES)
def test_ages_are_noise(first: str, second: str) -> None:
    """How long ago something was, and when a page was made, say nothing."""
    assert quiet(f"<p>{first}</p>") == quiet(f"<p>{second}</p>")


@pytest.mark.parametrize("written", NEWS)
def test_numbers_that_are_news_stay(written: str) -> None:
    """A number among other words is news, even where people watch, read or comment."""
    assert quiet(f"<p>{written.replace('{}', '3')}</p>") != quiet(f"<p>{written.replace('{}', '5')}</p>")


def test_files_without_their_tokens() -> None:
    """A file's token is no part of it; a script is nothing without what it is asked for."""
    assert file_key("https://a.example/x.mp3?token=1") == file_key("http://a.example/x.mp3?token=2")
    assert file_key("https://a.example/play.php?id=1") != file_key("https://a.example/play.php?id=2")


@pytest.mark.parametrize("piece", ["عدد ", "- 5 ", "|", "منذ 5 ", "آخر تحديث ", "5,", "<p>", "مشاهدة: "])
def test_quiet_is_linear(piece: str) -> None:
    """Long texts of nothing but such words take no longer than they are long."""
    started = time.process_time()
    quiet(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 2
