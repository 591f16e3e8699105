"""Articles and editions for tests, made in code: whole, Arabic, and the same every time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from syndicator.model import (
    Article,
    Category,
    Edition,
    Enclosure,
    ExtractRules,
    Feed,
    Image,
    Origin,
    Publisher,
    Reference,
)
from syndicator.text.html import SafeHtml, from_text, sanitise
from syndicator.text.url import Url

MOMENT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
BASE = "https://feeds.example.org"

PARAGRAPHS = (
    "افتتحت بلدية حلب صباح اليوم مركزا صحيا جديدا في حي السليمانية بعد أعمال ترميم استمرت عامين كاملين.",
    "وقال مدير المركز إن الفريق يضم ثلاثين طبيبا وممرضة، وإن الخدمات مجانية لسكان الحي والأحياء المجاورة.",
    "وأضاف أن منظمة WHO (World Health Organization) قدمت أجهزة أشعة حديثة، فيما تكفل الأهالي بتجهيز قاعة الانتظار.",
    "ويتوقع القائمون على المشروع أن يستقبل المركز نحو مئتي مراجع يوميا خلال فصل الشتاء المقبل.",
)


def publisher(name: str = "nahr", **changes: Any) -> Publisher:
    """A publisher with a home page."""
    given = {
        "id": name,
        "title": f"صحيفة {name}",
        "homepage": f"https://{name}.example.com/",
        "language": "ar",
        "extract": ExtractRules(),
    }
    return Publisher(**(given | changes))


def saying(title: str, summary: str = "", body: str = "") -> Article:
    """An article that is nothing but its text."""
    return Article(
        id="1",
        url=Url("https://news.example/1"),
        title=title,
        summary=summary,
        body=from_text(body),
        language="ar",
        published=MOMENT,
        updated=MOMENT,
        origins=(),
    )


def article(number: int = 1, **changes: Any) -> Article:
    """One article; `number` makes its id, address, title and hour its own. Keywords replace fields."""
    url = f"https://nahr.example.com/news/{number}"
    given: dict[str, Any] = {
        "id": str(uuid5(NAMESPACE_URL, url)),
        "url": Url(url),
        "title": f"افتتاح المركز الصحي رقم {number} في حلب",
        "summary": "مركز صحي جديد يفتح أبوابه لسكان الحي بعد عامين من الترميم.",
        "body": body(),
        "authors": ("سلمى الحلبي",),
        "language": "ar",
        "published": MOMENT - timedelta(hours=number),
        "updated": MOMENT - timedelta(hours=number) + timedelta(minutes=5),
        "images": (
            Image(
                url=f"https://nahr.example.com/pictures/{number}.jpg",
                caption="واجهة المركز بعد الترميم",
                credit="ليث منصور",
                width=1200,
                height=800,
            ),
        ),
        "categories": (Category(term="صحة"),),
        "origins": (Origin(source="nahr/main", guid=url, fingerprint="0" * 16),),
        "topics": ("countries/syria", "health"),
        "places": ("SY",),
    }
    return Article(**(given | changes))


def rich(number: int = 2, **changes: Any) -> Article:
    """An article that has everything that the noun has room for."""
    given: dict[str, Any] = {
        "title": "UNICEF تطلق حملة تلقيح في الرقة",
        "authors": ("سلمى الحلبي", "Omar Haddad"),
        "images": (
            Image(url="https://nahr.example.com/a.jpg?w=1&h=2", caption="طفلة تتلقى اللقاح", credit="ليث منصور"),
            Image(url="https://nahr.example.com/b.jpg", caption="العيادة المتنقلة", width=640, height=480),
        ),
        "enclosures": (
            Enclosure(url="https://nahr.example.com/report.pdf", type="application/pdf", length=90_000),
            Enclosure(
                url="https://nahr.example.com/interview.mp3",
                type="audio/mpeg",
                length=4_200_000,
                title="المقابلة كاملة",
                duration=262,
            ),
        ),
        "categories": (Category(term="health", scheme="https://nahr.example.com/sections", label="صحة"),),
        "source": Reference(title="وكالة الفرات", url="https://furat.example.net/item/9"),
        "comments": f"https://nahr.example.com/news/{number}#comments",
        "geo": (35.9594, 39.0078),
        "origins": (
            Origin(source="nahr/main", guid=f"n{number}", fingerprint="1" * 16),
            Origin(source="furat/health", guid=f"f{number}", fingerprint="2" * 16),
        ),
        "people": ("سلمى الحلبي",),
    }
    return article(number, **(given | changes))


def body(paragraphs: tuple[str, ...] = PARAGRAPHS) -> SafeHtml:
    """The paragraphs as an article's body."""
    return sanitise("".join(f"<p>{each}</p>" for each in paragraphs))


def feed(**changes: Any) -> Feed:
    """A published feed at `countries/syria`."""
    given = {"path": "countries/syria", "title": "أخبار سوريا", "description": "كل ما ينشر عن سوريا"}
    return Feed(**(given | changes))


def edition(*articles: Article, **changes: Any) -> Edition:
    """An edition that carries these articles, with one hub."""
    given: dict[str, Any] = {
        "feed": feed(),
        "articles": articles,
        "publishers": {name: publisher(name) for name in ("nahr", "furat")},
        "base_url": BASE,
        "updated": max((each.updated for each in articles), default=MOMENT),
        "hubs": (f"{BASE}/hub",),
    }
    return Edition(**(given | changes))
