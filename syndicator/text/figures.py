"""Pictures in HTML with what belongs to them: address, caption, credit, size.

**Which address.** Pages load pictures late and in many sizes. `text.lazy` knows the attributes that name a file,
`text.pictures` what is a placeholder or a tracker, and which addresses are of one picture: it is one figure, at the
widest address that is no wider than 2,000 pixels, with the first caption that any of its forms has.

**Which caption.** In this order: attributes made for it, the `figcaption`, an element of class `caption` beside the
picture, the short line below it that carries a credit cue, the text of a small table that holds nothing but the
picture, an `alt` with a credit cue. `alt` without a cue stays `alt`: it describes the picture and is no caption.

**What is no picture.** Pixels, spacers, icons, avatars, emoji, logos, and what an attribute says is smaller than
50 pixels both ways.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from syndicator.text.credits import reads_as_caption, split_credit
from syndicator.text.lazy import IMAGES as _PICTURES
from syndicator.text.lazy import Attributes, addresses, jpeg_first, late
from syndicator.text.pictures import (
    WIDEST,
    is_invisible,
    is_picture_file,
    is_pixel,
    merged,
    picture_key,
    shows,
)
from syndicator.text.url import absolute

__all__ = ["WIDEST", "Figure", "Placed", "figures", "parsed", "place", "split_credit"]

_SMALLEST = 50
_LONGEST_CAPTION = 600
_MOST_IMAGES = 500

_FURNITURE_CLASS = re.compile(r"\b(?:icon|avatar|logo|emoji|wp-smiley|gravatar|share-\w+)\b", re.I)
_PICTURE = re.compile(r"<(?:img|amp-)", re.I)
_CAPTION_CLASS = re.compile(
    r"(?:^|[\s_-])(?:\w*caption\w*|cutline|legend|(?:img|image|photo|picture|media)[_-]?(?:desc|description|text"
    r"|title|info|note))(?:$|[\s_-])",
    re.I,
)
_CREDIT_CLASS = re.compile(
    r"(?:^|[\s_-])(?:\w*credit\w*|copyright|courtesy|photographer|(?:img|image|photo|picture|media"
    r"|caption)[_-]+(?:source|author|by|rights))(?:$|[\s_-])",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One picture; `url` is absolute, caption and credit are plain text, the size is in pixels."""

    url: str
    caption: str | None = None
    credit: str | None = None
    width: int | None = None
    height: int | None = None
    alt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A figure and the elements that show it: the picture and those that are its caption and credit."""

    figure: Figure
    picture: HtmlElement
    words: tuple[HtmlElement, ...] = ()


def figures(html: str, base: str | None) -> tuple[Figure, ...]:
    """The pictures of an HTML fragment or page, in document order; each address once."""
    if _PICTURE.search(html) is None:
        return ()
    root = parsed(html)
    return () if root is None else tuple(placed.figure for placed in place(root, base))


def parsed(html: str) -> HtmlElement | None:
    """An HTML page or fragment as a tree below `<html>`; None when there is nothing to read."""
    text = re.sub(r"^\s*<\?xml[^>]*>", "", html.replace("\x00", ""))
    if not text.strip():
        return None
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        root = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    return root


def place(root: HtmlElement, base: str | None) -> list[Placed]:
    """The pictures below `root` in document order, each with the elements of its caption; each picture once."""
    usable = [image for image in _images(root) if not _is_furniture(image)]
    chosen = [(image, address) for image in usable if (address := _address(image, base)) is not None]
    pictures = {image for image, _ in chosen}
    found: dict[str, list[Placed]] = {}
    for image, (url, width) in chosen:
        forms = found.setdefault(picture_key(url), [])
        if any(form.figure.caption or form.figure.credit for form in forms):
            caption, credit, words = None, None, ()
        else:
            caption, credit, words = _words(image, pictures)
        width, height = _size(image, width)
        figure = Figure(
            url=url, caption=caption, credit=credit, width=width, height=height, alt=_text(image.get("alt")) or None
        )
        forms.append(Placed(figure=figure, picture=image, words=words))
    return [forms[0] if len(forms) == 1 else _one(forms) for forms in found.values()]


def _one(forms: list[Placed]) -> Placed:
    """One picture that stands in several sizes: where it stood first, with the words that stood beside any."""
    words = next((form.words for form in forms if form.figure.caption or form.figure.credit), ())
    return Placed(figure=merged([form.figure for form in forms]), picture=forms[0].picture, words=words)


def _images(root: HtmlElement) -> Iterator[HtmlElement]:
    """Every picture; one in `<noscript>` only when the picture before it is a mere placeholder."""
    count = 0
    for image in root.iter(*_PICTURES):
        fallback = next(image.iterancestors("noscript"), None)
        if fallback is not None:
            before = list(_before(fallback))
            if any(addresses(_attributes(other), _sources(other)) for other in before):
                continue
            if not before and not is_picture_file(image.get("src", "")):
                continue
        count += 1
        if count > _MOST_IMAGES:
            return
        yield image


def _before(fallback: HtmlElement) -> Iterable[HtmlElement]:
    previous = fallback.getprevious()
    if previous is None:
        parent = fallback.getparent()
        return [parent] if parent is not None and parent.tag in _PICTURES else []
    return list(previous.iter(*_PICTURES))


def _is_furniture(image: HtmlElement) -> bool:
    marks = f"{image.get('class', '')} {image.get('id', '')}"
    if _FURNITURE_CLASS.search(marks):
        return True
    if (is_invisible(image.get("style", "")) or image.get("hidden") is not None) and not late(_attributes(image)):
        return True
    width, height = _pixels(image.get("width")), _pixels(image.get("height"))
    return is_pixel(width, height) or (
        width is not None and height is not None and width < _SMALLEST and height < _SMALLEST
    )


def _address(image: HtmlElement, base: str | None) -> tuple[str, int | None] | None:
    """The best address of a picture and its width where a `srcset` told it."""
    for raw, width in addresses(_attributes(image), _sources(image)):
        url = absolute(raw, base)
        if url is not None and shows(url):
            return url, width
    return None


def _attributes(element: HtmlElement) -> dict[str, str]:
    return dict(element.items())


def _sources(image: HtmlElement) -> list[Attributes]:
    """`<source>` elements of the `<picture>` around, those that every browser shows (JPEG before new formats) first."""
    picture = next(image.iterancestors("picture"), None)
    return [] if picture is None else jpeg_first(map(_attributes, picture.iter("source")))


def _size(image: HtmlElement, width: int | None) -> tuple[int | None, int | None]:
    """The size as the attributes have it, scaled to the width that was chosen."""
    given, height = _pixels(image.get("width")), _pixels(image.get("height"))
    if width is None or width == given:
        return given, height
    return width, round(height * width / given) if given and height else None


def _pixels(value: str | None) -> int | None:
    found = re.fullmatch(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*", value or "")
    return int(found[1]) if found else None


# ---------------------------------------------------------------- caption and credit


def _words(image: HtmlElement, pictures: set[HtmlElement]) -> tuple[str | None, str | None, tuple[HtmlElement, ...]]:
    """Caption, credit and the elements that hold them."""
    caption, credit, words = _beside(image, pictures)
    for node in (image, *list(image.iterancestors())[:3]):
        caption = caption or _text(node.get("data-caption") or node.get("data-image-caption")) or None
        credit = (
            credit
            or _text(node.get("data-credit") or node.get("data-copyright") or node.get("data-image-credit"))
            or None
        )
    if caption is None and credit is None:
        for line in (_text(image.get("alt")), _text(image.get("title"))):
            if reads_as_caption(line):
                return *split_credit(line), words
    if caption:
        rest, inner = split_credit(caption)
        if credit is None:
            caption, credit = rest, inner
        elif inner is None or inner == _bare_credit(credit):
            caption = rest
    return caption, _bare_credit(credit), words


def _bare_credit(credit: str | None) -> str | None:
    """A credit without its own cue: "المصدر: رويترز" is "رويترز"."""
    if credit is None:
        return None
    caption, inner = split_credit(credit)
    return inner if inner is not None and caption is None else credit.strip(" ©-–—|/") or None


def _beside(image: HtmlElement, pictures: set[HtmlElement]) -> tuple[str | None, str | None, tuple[HtmlElement, ...]]:
    outermost = image
    for depth, ancestor in enumerate(image.iterancestors()):
        if depth > 5 or ancestor.tag in ("body", "html", "article", "main"):
            break
        if sum(other in pictures for other in ancestor.iter(*_PICTURES)) > 1 and not _first_of_figure(
            ancestor, image, pictures
        ):
            break
        text = _text(ancestor.text_content())
        if len(text) <= 3 * _LONGEST_CAPTION and (words := _caption_elements(ancestor, image)):
            caption, credit, words = _told_apart(words)
            return caption, credit or _loose_credit(ancestor, words), words
        if ancestor.tag == "table" and text and len(text) <= _LONGEST_CAPTION // 2:
            cells = tuple(
                cell
                for cell in ancestor.iter("td", "th")
                if not set(cell.iter(*_PICTURES)) & pictures and _text(cell.text_content())
            )
            return _told_apart(cells or (ancestor,))
        if len(text) > _LONGEST_CAPTION:
            break
        if not text:
            outermost = ancestor
    below = outermost.getnext()
    if (
        below is not None
        and below.tag in ("p", "div", "span", "em", "i", "small")
        and not (outermost.tail or "").strip()
    ):
        line = _text(below.text_content())
        if _CAPTION_CLASS.search(below.get("class", "")) or reads_as_caption(line):
            return _told_apart((below,))
    return None, None, ()


def _loose_credit(scope: HtmlElement, words: tuple[HtmlElement, ...]) -> str | None:
    """The credit that stands in a `<figure>` outside of its caption: "Image source, ..." over the picture."""
    inside = set().union(*(word.iter() for word in words))
    if scope.tag != "figure":
        return None
    lines = [
        _text(node.text_content()) for node in scope.iter("span", "div", "p", "small", "cite") if node not in inside
    ]
    for line in lines:
        caption, credit = split_credit(line) if 0 < len(line) <= 120 else (None, None)
        if credit and caption is None:
            return credit
    return None


def _first_of_figure(ancestor: HtmlElement, image: HtmlElement, pictures: set[HtmlElement]) -> bool:
    """A `<figure>` with several pictures and one caption: the first picture has it."""
    return ancestor.tag == "figure" and next(other for other in ancestor.iter(*_PICTURES) if other in pictures) is image


def _caption_elements(scope: HtmlElement, image: HtmlElement) -> tuple[HtmlElement, ...]:
    """The outermost elements in `scope` that are marked as caption or credit."""
    found: list[HtmlElement] = []
    for node in scope.iterdescendants():
        if not isinstance(node.tag, str) or node in image.iterancestors() or any(node in held.iter() for held in found):
            continue
        marks = f"{node.get('class', '')} {node.get('itemprop', '')}"
        if node.tag == "figcaption" or _CAPTION_CLASS.search(marks) or _CREDIT_CLASS.search(marks):
            text = _text(node.text_content())
            if text and len(text) <= 2 * _LONGEST_CAPTION and node.tag not in _PICTURES:
                found.append(node)
    return tuple(found)


def _told_apart(words: tuple[HtmlElement, ...]) -> tuple[str | None, str | None, tuple[HtmlElement, ...]]:
    """Caption and credit by the elements' own marks; what no mark tells is left to the cues in the line."""
    captions: list[str] = []
    credited: list[str] = []
    for word in words:
        marked = [
            node
            for node in word.iter()
            if isinstance(node.tag, str) and _CREDIT_CLASS.search(f"{node.get('class', '')} {node.get('itemprop', '')}")
        ]
        marked = [
            node for node in marked if _text(node.text_content()) and not _CAPTION_CLASS.search(node.get("class", ""))
        ]
        inner = marked[0] if marked else None
        if inner is None:
            captions.append(_text(word.text_content()))
            continue
        credited.append(_text(inner.text_content()))
        if inner is not word:
            captions.append(_text("".join(_text_without(word, inner))))
    caption = " ".join(line for line in dict.fromkeys(captions) if line) or None
    credit = " ".join(line for line in dict.fromkeys(credited) if line) or None
    if credit and not caption:
        both = split_credit(credit)
        return (*both, words) if both[1] else (None, credit, words)
    return caption.strip(" -–—|/") if caption and credit else caption, credit, words


def _text_without(node: HtmlElement, left_out: HtmlElement) -> Iterator[str]:
    """The text of an element without that of one inside it."""
    inside = set(left_out.iter())
    for event, one in etree.iterwalk(node, events=("start", "end")):
        if event == "start" and one not in inside:
            yield one.text or ""
        elif event == "end" and one is not node and (one is left_out or one not in inside):
            yield " " + (one.tail or "")


def _text(value: str | None) -> str:
    return " ".join((value or "").replace("\xa0", " ").split())
