"""Whether pages tell when their article was published: every way of a table, each page among dates of others.

Each TOML file has an array `page` of tables with a `way`, the moment that the page `means` (none: it says none), `day`
where no time is known, and either its whole `html` or what is put into it (`head`, `above`, `below`, `end`). Around the
latter stands a frame with what pages have besides: today's date, menus, related articles and comments with their dates,
the years of a copyright.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from syndicator.errors import ConfigurationError
from syndicator.evaluate.result import TESTS, Result, folder
from syndicator.text.dates import parse
from syndicator.text.figures import parsed
from syndicator.text.published import page_dates

READ_AT = datetime(2026, 1, 10, 12, tzinfo=UTC)
TITLE = "قافلة تصل إلى حلب"
_ADDRESS = "https://news.example.org/a/1"
_ROUNDS = 3
_TEXT = "".join(
    f"<p>{text}</p>"
    for text in (
        "قالت مصادر محلية إن القافلة وصلت إلى مدينة حلب صباح اليوم بعد رحلة طويلة من العاصمة، وإن التوزيع سيبدأ غدا.",
        "وأضاف المتحدث أن الشاحنات حملت مواد غذائية وأدوية تكفي آلاف الأسر مدة شهر كامل، وأن دفعة ثانية ستصل قريبا.",
        "وكانت المدينة قد شهدت خلال الأيام الماضية نقصا حادا في الوقود بعد توقف المحطة الرئيسية بسبب أعطال متكررة.",
        "وختم بالقول إن العمل مستمر مع السلطات المحلية لإصلاح شبكة المياه، وإن النتائج ستظهر قبل نهاية الشهر.",
    )
)
_MENU = '<ul><li><a href="/">الرئيسية</a></li><li><a href="/sport">رياضة</a></li><li><a href="/e">اقتصاد</a></li></ul>'
_FRAMES = {
    "article": """<body><header class="site-header"><span class="today">السبت 10 يناير 2026</span>
<nav>{menu}</nav></header>
<main><article>{above}<h1>{title}</h1>{below}{text}{end}</article></main>
<section id="comments"><ol class="comment-list"><li class="comment"><cite>قارئ</cite>
<time datetime="2026-01-03T10:00:00Z">3 يناير 2026</time><p>شكرا على الخبر.</p></li></ol></section>
<aside class="sidebar"><h3>الأكثر قراءة</h3><ul><li><a href="/b">وزير الاقتصاد يعلن خطة جديدة للدعم</a>
<time datetime="2025-12-30">30 ديسمبر 2025</time></li></ul></aside>
<footer>© 2015 - 2026 جميع الحقوق محفوظة</footer></body>""",
    "div": """<body><div class="top-bar"><div class="date">10-01-2026</div>{menu}</div><div id="wrap"><div class="col">
{above}<div class="title"><h1>{title}</h1></div>{below}<div class="text">{text}</div>{end}
<div class="related-posts"><h2>مواضيع ذات صلة</h2>
<div class="card"><h3><a href="/c">افتتاح معرض الكتاب في دمشق</a></h3>
<span class="date">28 ديسمبر 2025</span></div>
<div class="card"><h3><a href="/d">انطلاق بطولة كرة القدم للناشئين</a></h3>
<span class="date">27 ديسمبر 2025</span></div></div></div></div>
<div class="footer">Copyright 2026 - تصميم وتطوير المثال</div></body>""",
    "table": """<body><table width="100%"><tr><td colspan="2">السبت، 10 كانون الثاني 2026</td></tr>
<tr><td valign="top">{menu}</td>
<td>{above}<h2>{title}</h2>{below}{text}{end}<hr><b>أخبار أخرى</b><ul><li><a href="/e">أمطار غزيرة على الساحل</a>
(29-12-2025)</li><li><a href="/f">تأجيل الامتحانات في الجامعات</a> (26-12-2025)</li></ul></td></tr></table></body>""",
    "bare": "<body>{above}<h1>{title}</h1>{below}{text}{end}</body>",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page with its gold."""

    way: str
    html: str
    url: str
    means: datetime | None
    day: bool
    """Only the day is known."""


def measure(data: Path | None = None) -> Result:
    """Figures: `right`, the share of dated pages whose day is found; `unhurt`, of all pages, those without a wrong day.

    `exact` is the share of pages with a time of day whose moment is found to the second. `data` is a folder with
    such tables. Raises `ConfigurationError`.
    """
    pages = all_pages(folder(data, TESTS / "published"))
    started = process_time()
    for _ in range(_ROUNDS):
        found = [found_by_us(page) for page in pages]
    speed = _ROUNDS * len(pages) / max(process_time() - started, 1e-9)
    judged = list(zip(pages, found, strict=True))
    timed = [(page, at) for page, at in judged if page.means is not None and not page.day]
    worst = [f"{page.way}: read as {at}, means {page.means}" for page, at in judged if not _is_right(page, at)]
    worst += [
        f"{page.way}: read as {at}, means {page.means}" for page, at in timed if at != page.means and _same(page, at)
    ]
    return Result(
        figures={**shares(judged), "exact": sum(at == page.means for page, at in timed) / max(len(timed), 1)},
        count=len(pages),
        speed=speed,
        worst=tuple(worst),
    )


def shares(judged: list[tuple[Page, datetime | None]]) -> dict[str, float]:
    """`right` and `unhurt`, by the day."""
    dated = [(page, at) for page, at in judged if page.means is not None]
    return {
        "right": sum(_same(page, at) for page, at in dated) / max(len(dated), 1),
        "unhurt": sum(at is None or _same(page, at) for page, at in judged) / max(len(judged), 1),
    }


def found_by_us(page: Page) -> datetime | None:
    """What the program finds, as for an article whose feed gave no date."""
    root = parsed(page.html)
    raw = None if root is None else page_dates(root, page.url, moment=READ_AT).date
    return None if raw is None else parse(raw, moment=READ_AT)


def _same(page: Page, at: datetime | None) -> bool:
    return page.means is not None and at is not None and at.date() == page.means.date()


def _is_right(page: Page, at: datetime | None) -> bool:
    return at is None if page.means is None else _same(page, at)


def all_pages(where: Path) -> list[Page]:
    """The pages of every table of a folder. Raises `ConfigurationError`."""
    return [page for path in sorted(where.glob("*.toml")) for page in pages_of(path)]


def _framed(row: dict[str, str]) -> str:
    """What one row says, in its frame."""
    parts = {name: row.get(name, "") for name in ("above", "below", "end")}
    body = _FRAMES[row.get("frame", "article")].format(menu=_MENU, title=TITLE, text=_TEXT, **parts)
    head = f'<meta charset="utf-8"><title>{TITLE} | جريدة المثال</title>{row.get("head", "")}'
    return f'<!doctype html><html lang="ar" dir="rtl"><head>{head}</head>{body}</html>'


def pages_of(path: Path) -> Iterator[Page]:
    """The pages of a table. Raises `ConfigurationError`."""
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["page"]
        for row in rows:
            html = row["html"].replace("{text}", _TEXT) if "html" in row else _framed(row)
            yield Page(
                way=row["way"],
                html=html,
                url=row.get("url", _ADDRESS),
                means=row.get("means"),
                day=row.get("day", False),
            )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError([f"{path}: is no table of pages: {error!r}"]) from None
