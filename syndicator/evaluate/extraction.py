"""How much of an article's page is found, and nothing else: text, captions and credits against gold.

Two sets. Our own pages (`pages/NAME.html` with `NAME.json` beside it): every layout that the house promises to read,
with walls that must be refused. And real pages of a blog with their author's Markdown, whose readers' comments are
longer than the posts (`pages-blog/NAME.html`, `NAME.md`): not ours, so only measured where they are.

Text is scored by words, each as often as it stands; captions and credits must be exact, picture by picture.
"""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any

from syndicator.errors import ConfigurationError
from syndicator.evaluate.result import CORPORA, TESTS, Result, Score, folder, overlap
from syndicator.ingest.extract import Extraction, extract
from syndicator.model import Article, ExtractRules, ListingRules, Publisher, Response, Source
from syndicator.text.html import sanitise, text_of
from syndicator.text.url import canonical

OWN = TESTS / "pages"
BLOG = CORPORA / "pages-blog"
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_ADDRESS = "https://blog.example.org/post"
_SCRAPS = (
    (r"!\[[^\]]*\]\([^)]*\)", ""),
    (r"\[([^\]]*)\]\([^)]*\)", r"\1"),
    (r"\{[{%].*?[%}]\}|<[^>]+>|https?://\S+", ""),
)
"""What Markdown holds besides words: pictures, the addresses of links, short codes and tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page with its gold."""

    name: str
    html: bytes
    url: str
    content_type: str = "text/html; charset=utf-8"
    title: str = ""
    summary: str = ""
    """What the feed said."""
    text: str
    """The gold text; empty for a page that must be refused."""
    refused: bool = False
    images: tuple[tuple[str, str | None, str | None], ...] | None = None
    """Address, caption and credit of each picture; None where nobody wrote them down."""
    headline: str = ""
    """The gold title."""
    published: str | None = None
    """The gold date in ISO 8601; None where the page has none."""
    unwanted: tuple[str, ...] = ()
    """Lines that the page holds and the text must not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What came of one page."""

    page: Page
    score: Score
    images: bool
    """Whether pictures, captions and credits are exactly the gold's."""
    refused: str | None
    lead: bool
    """Whether the lead picture is the gold's."""
    title: bool
    date: bool
    clean: bool
    """Whether no unwanted line is in the text."""

    @property
    def right(self) -> bool:
        """Whether the page was taken or refused as it should be."""
        return (self.refused is not None) == self.page.refused

    @property
    def flawless(self) -> bool:
        """Whether everything but the text, which is scored, is the gold's."""
        return self.right and self.images and self.title and self.date and self.clean


def measure(data: Path | None = None) -> Result:
    """Extraction on our own pages and on the blog's; with `data`, on the pages of that folder alone.

    Figures: `own_f1`, `own_worst_f1` (of a single page), `captions` (pages whose pictures are exact), `leads`, `titles`
    and `dates` (pages whose lead picture, title, date is right), `clean` (pages without an unwanted line), `walls`
    (pages rightly taken or refused), `blog_precision`, `blog_recall`. Raises `ConfigurationError` when there are no
    pages.
    """
    chosen = folder(data, OWN)
    pages = list(own_pages(chosen)) or list(blog_pages(chosen))
    if not pages:
        raise ConfigurationError(
            [f"{chosen}: there is no page with gold beside it (NAME.html with NAME.json or NAME.md)"]
        )
    more = list(blog_pages(BLOG)) if data is None and BLOG.is_dir() else []
    started = process_time()
    scored = [judge(page) for page in (*pages, *more)]
    speed = len(scored) / (process_time() - started)
    figures, rows = _summed(scored)
    absent = {
        name: f"{BLOG} is not there" for name in ("blog_precision", "blog_recall") if data is None and not BLOG.is_dir()
    }
    worst = sorted(scored, key=lambda one: (one.flawless, one.score.f1))[:5]
    return Result(
        figures=figures,
        count=len(scored),
        speed=speed,
        header=("page", "precision", "recall", "F1", "pictures", "refused"),
        rows=rows,
        worst=tuple(_line(one) for one in worst if one.score.f1 < 0.99 or not one.flawless),
        absent=absent,
    )


def judge(page: Page) -> Scored:
    """One page extracted and scored. A page that must be refused is right with no text at all."""
    extraction = extracted(page)
    article = extraction.article
    found = [(image.url, image.caption, image.credit) for image in article.images]
    text = prose(article.body)
    published = extraction.published.isoformat() if extraction.published else None
    return Scored(
        page=page,
        score=overlap(words(text), words(page.text)),
        images=page.images is None or found == list(page.images),
        refused=extraction.refused,
        lead=page.images is None or found[:1] == list(page.images[:1]),
        title=page.refused or page.images is None or (extraction.title or article.title) == page.headline,
        date=page.refused or page.images is None or published == page.published,
        clean=not any(line in text for line in page.unwanted),
    )


def extracted(page: Page) -> Extraction:
    """The page read as the pipeline reads it, for an article of which the feed gave title and summary alone."""
    url = canonical(page.url)
    if url is None:
        raise ConfigurationError([f"{page.name}: {page.url} is no address"])
    article = Article(
        id="00000000-0000-0000-0000-000000000000",
        url=url,
        title=page.title,
        summary=page.summary,
        body=sanitise(""),
        language="ar",
        published=_MOMENT,
        updated=_MOMENT,
        origins=(),
    )
    publisher = Publisher(id="evaluated", title="Evaluated", extract=ExtractRules())
    source = Source(id="evaluated/pages", publisher=publisher, url=url, full_text=True, listing=ListingRules())
    headers = {"content-type": page.content_type}
    return extract(article, Response(url=url, status=200, headers=headers, body=page.html), source)


def own_pages(where: Path) -> Iterator[Page]:
    """The pages of a folder that have gold as JSON beside them. `ConfigurationError` for gold that cannot be read."""
    for path in sorted(where.glob("*.json")):
        if path.with_suffix(".html").is_file():
            try:
                yield _page(path, json.loads(path.read_text("utf-8")))
            except (ValueError, KeyError, TypeError) as error:
                raise ConfigurationError([f"{path}: is no gold for a page: {error!r}"]) from None


def _page(path: Path, gold: dict[str, Any]) -> Page:
    return Page(
        name=path.stem,
        html=path.with_suffix(".html").read_bytes(),
        url=gold["url"],
        content_type=gold["content_type"],
        **gold["feed"],
        text="\n".join(gold["body"]),
        refused=gold["refused"],
        images=tuple((one["url"], one["caption"], one["credit"]) for one in gold["images"]),
        headline=gold.get("title", ""),
        published=gold.get("published"),
        unwanted=tuple(gold.get("unwanted", ())),
    )


def blog_pages(where: Path) -> Iterator[Page]:
    """The pages of a folder that have their author's Markdown beside them."""
    for path in sorted(where.glob("*.md")):
        written = re.fullmatch(r"\+\+\+\n(.*?)\n\+\+\+\n(.*)", path.read_text("utf-8"), re.S)
        if written is None or not path.with_suffix(".html").is_file():
            continue
        head, text = written.groups()
        for pattern, instead in _SCRAPS:
            text = re.sub(pattern, instead, text, flags=re.S)
        html = path.with_suffix(".html").read_bytes()
        yield Page(name=path.stem, html=html, url=_ADDRESS, title=tomllib.loads(head)["title"], text=text)


def words(text: str) -> Counter[str]:
    """The words of a text, each as often as it stands."""
    return Counter(re.findall(r"\w+", text))


def prose(body: str) -> str:
    """The text of a body without its figures, whose words are measured by themselves."""
    return text_of(re.sub(r"<figure>.*?</figure>", "", body, flags=re.S))


def _summed(scored: list[Scored]) -> tuple[dict[str, float], tuple[tuple[str, ...], ...]]:
    """Figures and table rows, both sets summed apart."""
    own = [one for one in scored if one.page.images is not None]
    blog = [one for one in scored if one.page.images is None]
    figures: dict[str, float] = {}
    rows = [_row(one) for one in scored]
    for name, group in (("own", own), ("blog", blog)):
        if group:
            total = sum((one.score for one in group), Score(0, 0, 0))
            rows.append((f"{name}: {len(group)} pages", *_shares(total), "", ""))
            figures |= {f"{name}_precision": total.precision, f"{name}_recall": total.recall, f"{name}_f1": total.f1}
    if own:
        figures["own_worst_f1"] = min(one.score.f1 for one in own)
        for name, count in (
            ("captions", sum(one.images for one in own)),
            ("leads", sum(one.lead for one in own)),
            ("titles", sum(one.title for one in own)),
            ("dates", sum(one.date for one in own)),
            ("clean", sum(one.clean for one in own)),
            ("walls", sum(one.right for one in own)),
        ):
            figures[name] = count / len(own)
    return figures, tuple(rows)


def _row(one: Scored) -> tuple[str, ...]:
    pictures = "" if one.page.images is None else "exact" if one.images else "differ"
    return (one.page.name, *_shares(one.score), pictures, one.refused or "")


def _shares(score: Score) -> tuple[str, str, str]:
    return f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}"


def _line(one: Scored) -> str:
    wrong = [] if one.right else ["taken, but it is no article" if one.page.refused else f"refused: {one.refused}"]
    wrong += [] if one.images else ["pictures, captions or credits differ from the gold"]
    wrong += [f"its {what} is wrong" for what, fine in (("title", one.title), ("date", one.date)) if not fine]
    wrong += [] if one.clean else ["a line is in the text that should not be"]
    return f"{one.page.name}: F1 {one.score.f1:.3f}{''.join(f', {what}' for what in wrong)}"
