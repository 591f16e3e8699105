"""From an article's own page: its text, its pictures with caption and credit, its authors and date.

**Who is believed.** The publisher's selectors (`ExtractRules`) first, then what the page says to machines (JSON-LD,
microdata, OpenGraph), then what is seen on it.

**The longer honest text wins.** A page's text replaces the feed's only when it is the same story and longer. A wall,
a login or an error page never does (`walls`): then the article stays as it was, and `refused` says why.

**What the feed gave stays.** Title, summary, authors and date of the feed are the publisher's word for the item; the
page's are handed back beside the article for the pipeline to choose where the feed gave none. Where neither gives a
summary, the first sentences of the text are one (`text.lead`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from lxml import etree
from lxml.cssselect import CSSSelector, SelectorError
from lxml.html import HtmlElement

from syndicator.ingest.extract.answers import names_front, other_kind, other_place, other_text
from syndicator.ingest.extract.blocks import Block, key, together
from syndicator.ingest.extract.body import Story, find_story, selected
from syndicator.ingest.extract.comments import without_comments
from syndicator.ingest.extract.repeats import Cut, headline, without_repeats
from syndicator.ingest.extract.structured import Structured, structured
from syndicator.ingest.extract.titles import Sites, told_by_links, without_site
from syndicator.ingest.extract.unveil import unveil
from syndicator.ingest.extract.walls import refusal
from syndicator.model import Article, ExtractRules, Image, Response, Source
from syndicator.text.credits import split_credit
from syndicator.text.dates import parse as parse_date
from syndicator.text.decode import decode
from syndicator.text.figures import Figure, Placed, parsed, place
from syndicator.text.html import plain, sanitise, text_of
from syndicator.text.lead import lead
from syndicator.text.pictures import distinct_name, merged, one_each, picture_key, same_picture
from syndicator.text.url import absolute

LARGEST = 4 * 1024 * 1024
"""Bytes of a page that are read; what stands behind them is mostly scripts."""
_MOST_ELEMENTS = 60_000
"""Elements of a page that are read: pages of news have a few thousand."""
_MOST_IMAGES = 30
_FEW_WORDS = 80
"""Characters of a page's text that must be more to take the place of a feed's."""
NOT_LONGER = "the page's text is not longer than the feed's"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What a page gave: the article with it, and what was seen beside it."""

    article: Article
    cuts: tuple[Cut, ...] = ()
    """What was taken out of the page's text."""
    title: str | None = None
    """The page's own headline."""
    authors: tuple[str, ...] = ()
    """The page's own."""
    published: datetime | None = None
    """The page's own, in UTC."""
    refused: str | None = None
    """Why the page's text was not taken, as a phrase; None when it was."""

    @property
    def whole(self) -> Article:
        """The article, dated by its page where the feed gave no date."""
        if self.article.dated or self.published is None:
            return self.article
        return replace(self.article, published=self.published, updated=self.published, dated=True)


def extract(article: Article, page: Response, source: Source) -> Extraction:
    """The article with what its page adds. Never raises for what the page holds.

    A title that is the address stands for none (a plain sitemap has no titles): the page's takes its place.
    """
    if article.title != article.url:
        return _extract(article, page, source)
    extraction = _extract(replace(article, title=""), page, source)
    found = extraction.article
    return replace(extraction, article=replace(found, title=found.title or article.title))


def _extract(article: Article, page: Response, source: Source) -> Extraction:
    if refused := other_kind(page) or (None if source.kind == "page" else other_place(article, page)):
        return Extraction(article=article, refused=refused)
    text = decode(page.body[:LARGEST], override=source.encoding, http_charset=page.charset)
    if refused := other_text(text):
        return Extraction(article=article, refused=refused)
    root = parsed(text)
    if root is None:
        return Extraction(article=article, refused="the page is empty")
    if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        return Extraction(article=article, refused="the page has too many elements")
    base = _base(root, page.url)
    rules = source.publisher.extract
    said = structured(root, base, article.updated)
    title = _selected_text(root, rules.title) or _headline(root, said, source, page.url)
    if source.kind != "page" and (refused := names_front(root, base, article, title)):
        return Extraction(article=article, refused=refused)
    for node in [node for selector in rules.remove for node in _select(root, selector)]:
        if node.getparent() is not None:
            node.drop_tree()
    unveil(root)
    without_comments(root)
    placed = place(root, base)
    containers = _select(root, rules.body)
    headline = f"{article.title}\n{title or ''}".strip()
    story = (
        selected(containers, placed, title=headline)
        if containers
        else find_story(root, placed, title=headline, witness=said.body)
    )
    found = _Found(root=root, base=base, said=said, title=title, placed=placed, story=story, rules=rules)
    return _joined(article, found, source)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    root: HtmlElement
    base: str
    said: Structured
    title: str | None
    placed: Sequence[Placed]
    story: Story
    rules: ExtractRules


def _joined(article: Article, found: _Found, source: Source) -> Extraction:
    """The article and what was found, put together."""
    feed_text = text_of(article.body) or article.summary
    title = article.title or found.title or headline(found.story.blocks) or ""
    refused = refusal(
        page_title=_page_title(found),
        text=found.story.text,
        title=article.title,
        summary=article.summary or feed_text[:500],
    )
    if refused is not None:
        return Extraction(article=article, refused=refused)
    images = _pictures(found)
    blocks, cuts = without_repeats(
        found.story.blocks, title=title, captions=[(image.caption, image.credit) for image in images]
    )
    images = _with_caption_from(cuts, images)
    text = "\n".join(block.text for block in blocks if block.text) or "\n".join(_told_by_pictures(blocks))
    longer = len(key(text)) > (max(len(key(feed_text)), _FEW_WORDS) if feed_text else 0)
    if longer:
        blocks = _without_lead(blocks, images)
    body = sanitise(together(blocks), found.base) if longer else article.body
    authors = _authors(found)
    images = [_with_words_of(image, article.images) for image in images]
    return Extraction(
        article=replace(
            article,
            title=title,
            summary=article.summary or found.said.description or lead(body),
            body=body,
            authors=article.authors or authors,
            images=tuple(images) or article.images,
        ),
        cuts=cuts if longer else (),
        title=found.title or title or None,
        authors=authors,
        published=_published(found, article, source),
        refused=None if longer else NOT_LONGER,
    )


# ---------------------------------------------------------------- title, authors, date


def _base(root: HtmlElement, url: str) -> str:
    element = next(root.iter("base"), None)
    return (absolute(element.get("href", ""), url) if element is not None else None) or url


def _headline(root: HtmlElement, said: Structured, source: Source, url: str) -> str | None:
    """The headline: as the page tells machines, its `<h1>`, or its `<title>`, each without the site's name."""
    sites = Sites((said.site, said.publisher, source.publisher.title), url)
    headings = list(dict.fromkeys(text for h1 in root.iter("h1") if (text := plain(h1.text_content()))))
    headings = [text for text in headings if not sites.has(text)]
    element = next(root.iter("title"), None)
    written = plain(element.text_content()) if element is not None else ""
    if said.title is not None and not sites.has(said.title):
        chosen = said.title
    else:
        named = headings if len(headings) == 1 else [text for text in headings if key(text) in key(written)]
        chosen = _below_masthead(root, named[0], written) if named else written
    links = partial(told_by_links, root, url)
    return without_site(chosen, sites=sites, headings=headings, known=links) or None


def _below_masthead(root: HtmlElement, heading: str, written: str) -> str:
    """The `<h1>`, or the smaller heading that the `<title>` has behind it: blogs set the site's name in `<h1>`."""
    rest = key(written.removeprefix(heading)) if written.startswith(heading) else ""
    lower = (plain(node.text_content()) for node in root.iter("h2", "h3")) if rest else ()
    return next((text for text in lower if key(text) == rest), heading)


def _page_title(found: _Found) -> str:
    element = next(found.root.iter("title"), None)
    return " ".join(filter(None, (found.title, plain(element.text_content()) if element is not None else "")))


def _authors(found: _Found) -> tuple[str, ...]:
    chosen = [plain(node.get("content") or node.text_content()) for node in _select(found.root, found.rules.author)]
    return tuple(dict.fromkeys(name for name in chosen if name))[:10] or found.said.authors


def _published(found: _Found, article: Article, source: Source) -> datetime | None:
    written = next(
        (
            node.get("datetime") or node.get("content") or node.text_content()
            for node in _select(found.root, found.rules.published)
        ),
        None,
    )
    written = written or found.said.published
    if not written:
        return None
    return parse_date(plain(written), moment=article.updated, timezone=source.timezone or source.publisher.timezone)


# ---------------------------------------------------------------- pictures


def _pictures(found: _Found) -> list[Image]:
    """The article's pictures, the lead first."""
    if found.rules.image:
        return _ruled_pictures(found)
    seen = [one.figure for one in found.placed if _in_story(one, found.story)]
    images = [_image(figure) for figure in seen]
    for figure in reversed(found.said.images):
        at = _at(figure.url, images)
        if at is not None:
            images[at] = _both(images[at], _image(figure))
        elif not _has_lead(found) or figure.caption:
            images.insert(0, _image(figure))
    return one_each(images)[:_MOST_IMAGES]


def _ruled_pictures(found: _Found) -> list[Image]:
    chosen = _select(found.root, found.rules.image)
    inside = {id(node) for one in chosen for node in one.iter()}
    images = [_image(one.figure) for one in found.placed if id(one.picture) in inside]
    caption, credit = _selected_text(found.root, found.rules.caption), _selected_text(found.root, found.rules.credit)
    if images and (caption or credit):
        if caption and not credit:
            caption, credit = split_credit(caption)
        elif credit:
            bare = split_credit(credit)
            credit = bare[1] if bare[0] is None and bare[1] else credit
        images[0] = replace(images[0], caption=caption or images[0].caption, credit=credit or images[0].credit)
    return images


def _in_story(one: Placed, story: Story) -> bool:
    """In the story's blocks, or above them on the same article, outside of what is furniture."""
    if any(block.element is one.picture for block in story.blocks):
        return True
    if story.container is None:
        return False
    scope = _scope(story.container)
    ancestors = list(one.picture.iterancestors())
    if scope not in ancestors or story.container in ancestors:
        return False
    if any(
        story.is_furniture(ancestor) and ancestor not in story.container.iterancestors()
        for ancestor in ancestors[: ancestors.index(scope)]
    ):
        return False
    large = one.figure.width is None or one.figure.width >= 200
    return large and bool(
        one.figure.caption or one.figure.credit or _stands_before(one.picture, story.container, scope)
    )


def _scope(container: HtmlElement) -> HtmlElement:
    """What holds the article with its head: `<article>`, `<main>`, or the nearest element with the `<h1>`."""
    for ancestor in (container, *container.iterancestors()):
        if ancestor.tag in ("article", "main", "body") or next(ancestor.iterdescendants("h1"), None) is not None:
            return ancestor
    return container


def _stands_before(picture: HtmlElement, container: HtmlElement, scope: HtmlElement) -> bool:
    for node in scope.iter():
        if node is container:
            return False
        if node is picture:
            return True
    return False


def _has_lead(found: _Found) -> bool:
    """A picture of the story stands above its first paragraph."""
    for one in found.placed:
        if _in_story(one, found.story) and found.story.container is not None:
            before = _stands_before(one.picture, found.story.container, _scope(found.story.container))
            first = next(
                (
                    block
                    for block in found.story.blocks
                    if block.kind in ("figure", "p") and (block.figure or len(block.text) > 100)
                ),
                None,
            )
            return before or (first is not None and first.element is one.picture)
    return False


def _image(figure: Figure) -> Image:
    return Image(
        url=figure.url,
        caption=plain(figure.caption or "") or None,
        credit=plain(figure.credit or "") or None,
        width=figure.width,
        height=figure.height,
        alt=plain(figure.alt or "") or None,
    )


def _at(url: str, images: Sequence[Image]) -> int | None:
    """Where a picture stands that a feed or the page's head names: the same, or a file of the same long name."""
    wanted, name = picture_key(url), distinct_name(url)
    same = (at for at, image in enumerate(images) if picture_key(image.url) == wanted)
    named = (at for at, image in enumerate(images) if name is not None and distinct_name(image.url) == name)
    return next(same, next(named, None))


def _with_words_of(image: Image, given: Sequence[Image]) -> Image:
    """A picture of the page with what the feed says of it; of the two addresses the better one."""
    at = _at(image.url, given)
    return image if at is None else _both(image, given[at])


def _both(image: Image, other: Image) -> Image:
    """One picture of two forms; one that is the same by its long name only gives its words, and no address."""
    both = merged([image, other])
    if same_picture(image.url, other.url):
        return both
    return replace(both, url=image.url, width=image.width, height=image.height)


def _told_by_pictures(blocks: Sequence[Block]) -> Iterator[str]:
    """The captions of a gallery, which are its text."""
    for block in blocks:
        if block.figure is not None and block.figure.caption:
            yield block.figure.caption


def _with_caption_from(cuts: Sequence[Cut], images: list[Image]) -> list[Image]:
    """A lead picture without words gets the caption line that stood loose at the top."""
    loose = [cut.what for cut in cuts if cut.why == "caption"]
    if images and loose and not images[0].caption and not images[0].credit:
        known = {key(image.caption) for image in images if image.caption}
        for line in loose:
            caption, credit = split_credit(line)
            if caption is None or key(caption) not in known:
                return [replace(images[0], caption=caption, credit=credit), *images[1:]]
    return images


def _without_lead(blocks: list[Block], images: Sequence[Image]) -> list[Block]:
    """The lead picture is shown with the article: above the first paragraph of the text it would stand twice."""
    for at, block in enumerate(blocks):
        if block.figure is not None and images and same_picture(block.figure.url, images[0].url):
            return blocks[:at] + blocks[at + 1 :]
        if len(block.text) > 120:
            break
    return blocks


# ---------------------------------------------------------------- selectors


def _select(root: HtmlElement, selector: str | None) -> list[HtmlElement]:
    if not selector:
        return []
    try:
        found = CSSSelector(selector, translator="html")(root)
    except (SelectorError, etree.XPathError, ValueError):
        return []
    return [node for node in found if isinstance(node, HtmlElement)] if isinstance(found, list) else []


def _selected_text(root: HtmlElement, selector: str | None) -> str | None:
    return next(
        (text for node in _select(root, selector) if (text := plain(node.get("content") or node.text_content()))), None
    )
