"""What every format says of an article in the same words: its title, its HTML, who published it, what it is about.

**Everything that goes out passes through `clean` first.** One character that XML forbids, or one lone
surrogate, in one field of one article would cost the whole feed. So the edition is cleaned as a whole, field
by field and without a list of fields: a field that is added to a noun later cannot be forgotten.

**Direction is written, never left to guessing.** The HTML stands in a `div` with `dir` and `lang`. In a
right-to-left article every run of Latin words is isolated in `<bdi>`, so that a bracket, a full stop or a
hyphen beside it stays where the sentence puts it; what is already inside `bdi`, `code` and the like is left
as it is, so that isolating twice changes nothing. A title is plain text and has no tags: one that begins in
Latin gets U+200F in front, here at the way out and nowhere in the store.

**The lead picture stands first with its caption and credit,** unless the body shows the same picture, in whatever
size (`text.pictures`).

No line naming the source is added: RSS `source`, Atom `source` and the JSON extension say it to programs, and
the article's link leads people there.
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from html import escape, unescape
from typing import Any, Literal, TypeVar

from syndicator.model import Article, Category, Edition, Enclosure, Image, Publisher
from syndicator.text.html import legal
from syndicator.text.language import direction
from syndicator.text.pictures import same_picture

GENERATOR = "Syndicator"
"""The same for every version: a new version must not change the bytes of every feed."""

Noun = TypeVar("Noun")

_RIGHT_TO_LEFT_MARK = "\u200f"
_TITLE_FROM_SUMMARY = 100

_TYPES = {
    "aac": "audio/aac",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m3u8": "application/vnd.apple.mpegurl",
    "m4a": "audio/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
}
_MEDIA_TYPE = re.compile(r"[a-z0-9][\w!#$&^.+-]{0,126}/[a-z0-9][\w!#$&^.+-]{0,126}", re.ASCII | re.IGNORECASE)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.ASCII | re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{1,8}(-[a-z0-9]{1,8})*", re.ASCII | re.IGNORECASE)

_LATIN = "A-Za-zÀ-ÖØ-öø-ɏ"
_TOKEN = re.compile(
    r"""(?P<tag><(?:[^"'<>]|"[^"]*"|'[^']*')*>)"""
    rf"|(?P<latin>[{_LATIN}][{_LATIN}0-9]*(?:(?:[\ .,:;/@'’_+-]{{1,2}}|[\ ]?&amp;[\ ]?)[{_LATIN}0-9]+)*)"
    r"|&[#\w]+;"
)
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)")
_LEFT_ALONE = frozenset({"bdi", "bdo", "code", "kbd", "pre", "samp", "script", "style", "textarea", "title"})

_PICTURE = re.compile(r"""<img\b[^>]*?\ssrc=["']?([^"'\s>]+)""", re.IGNORECASE)


def clean(noun: Noun) -> Noun:
    """The same noun with `legal` applied to every string in it, however deep."""
    return _clean(noun)  # type: ignore[no-any-return]


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return legal(value)
    if isinstance(value, tuple):
        return tuple(_clean(part) for part in value)
    if isinstance(value, frozenset):
        return frozenset(_clean(part) for part in value)
    if isinstance(value, Mapping):
        return {_clean(key): _clean(part) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _clean(getattr(value, each.name)) for each in fields(value)})
    return value


# ---------------------------------------------------------------- text


def title(article: Article) -> str:
    """The title as plain text, never empty, with U+200F before one that begins in Latin in a right-to-left article."""
    text = article.title.strip() or article.summary.strip()[:_TITLE_FROM_SUMMARY] or article.url or article.id
    if _direction(article) == "rtl" and _begins_left_to_right(text):
        return _RIGHT_TO_LEFT_MARK + text
    return text


def _direction(article: Article) -> Literal["rtl", "ltr", "auto"]:
    """`auto`, the first strong letter's, where nobody could tell the language."""
    tag = language(article.language)
    return direction(tag) if tag else "auto"


def _begins_left_to_right(text: str) -> bool:
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind for kind in strong if kind in {"L", "R", "AL"} or kind[:2] in {"LR", "RL"}), "") == "L"


def article_html(article: Article, others: Sequence[tuple[str, Article]] = ()) -> str:
    """The article as HTML for readers: one `div` with its direction and language.

    In it the lead picture with caption and credit, then the body; the summary where there is no body. Last a list of
    `others`, articles that tell the same, each with its publisher's name.
    """
    way, tag = _direction(article), language(article.language)
    body = str(article.body) or (f"<p>{escape(article.summary, quote=False)}</p>" if article.summary else "")
    lead = article.lead_image
    figure = _figure(lead) if lead is not None and not _shows(body, lead.url) else ""
    inner = figure + body + _others(others, way)
    if way == "rtl":
        inner = isolate(inner)
    spoken = f' lang="{tag}"' if tag else ""
    return f'<div dir="{way}"{spoken}>{inner}</div>'


def _others(others: Sequence[tuple[str, Article]], way: str) -> str:
    if not others:
        return ""
    lines = "".join(
        f'<li><a href="{escape(one.url)}">{escape(one.title or one.url, quote=False)}</a>'
        f"{f' <bdi>{escape(publisher, quote=False)}</bdi>' if publisher else ''}</li>"
        for publisher, one in others
    )
    return f"<p>{'المصادر الأخرى:' if way == 'rtl' else 'Other sources:'}</p><ul>{lines}</ul>"


def _figure(image: Image) -> str:
    caption, credit = image.caption or "", image.credit or ""
    size = "".join(
        f' {name}="{value}"'
        for name, value in (("width", image.width), ("height", image.height))
        if value and value > 0
    )
    parts = [escape(caption, quote=False)] if caption else []
    if credit and credit not in caption:
        parts.append(f"<small><bdi>{escape(credit, quote=False)}</bdi></small>")
    under = f"<figcaption>{' '.join(parts)}</figcaption>" if parts else ""
    return f'<figure><img src="{escape(image.url)}" alt="{escape(image.alt or caption)}"{size}>{under}</figure>'


def _shows(body: str, url: str) -> bool:
    return any(same_picture(unescape(source), url) for source in _PICTURE.findall(body))


def isolate(html: str) -> str:
    """Well-formed HTML with every Latin run of its text in `<bdi>`; doing it again changes nothing."""
    inside: list[str] = []

    def one(found: re.Match[str]) -> str:
        token = found[0]
        if found["tag"]:
            named = _TAG.match(token)
            if named and (name := named["name"].lower()) in _LEFT_ALONE:
                if not named["close"]:
                    inside.append(name)
                elif name in inside:
                    del inside[inside.index(name) :]
            return token
        return f"<bdi>{token}</bdi>" if found["latin"] and not inside else token

    return _TOKEN.sub(one, html)


# ---------------------------------------------------------------- facts


def publishers(edition: Edition, article: Article) -> tuple[Publisher, ...]:
    """Who published the article, the first origin's publisher first; one that is not known is left out."""
    ids = article.publishers
    return tuple(edition.publishers[each] for each in ids if each in edition.publishers)


def related(edition: Edition, article: Article) -> list[tuple[str, Article]]:
    """The articles that tell the same, each with its first publisher's name (empty when it is not known)."""
    return [
        (next((each.title for each in publishers(edition, other)), ""), other)
        for other in edition.related.get(article.id, ())
    ]


def categories(edition: Edition, article: Article) -> tuple[Category, ...]:
    """Our topics under a scheme of ours, then the publisher's own categories, each once and none empty."""
    scheme, titles = f"{edition.base_url}/topics/", edition.topics
    ours = (Category(term=topic, scheme=scheme, label=titles.get(topic)) for topic in article.topics)
    theirs = (
        Category(
            term=each.term.strip(),
            scheme=each.scheme if each.scheme and _ABSOLUTE.fullmatch(each.scheme) else None,
            label=each.label,
        )
        for each in article.categories
    )
    once = {(each.term, each.scheme): each for each in reversed((*ours, *theirs)) if each.term}
    return tuple(reversed(once.values()))


def point(article: Article) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, to about 10 cm; None when there is none that is possible."""
    if article.geo is None or not all(math.isfinite(value) for value in article.geo):
        return None
    latitude, longitude = article.geo
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return round(latitude, 6), round(longitude, 6)


def media_type(enclosure: Enclosure) -> str:
    """The media type as given if it is one, else by the name's ending, else `application/octet-stream`.

    By a table of our own: the operating system's differs from machine to machine, and so would the bytes.
    """
    if enclosure.type and _MEDIA_TYPE.fullmatch(enclosure.type):
        return enclosure.type
    ending = re.split(r"[?#]", enclosure.url, maxsplit=1)[0].rpartition(".")[2].lower()
    return _TYPES.get(ending, "application/octet-stream")


def length(enclosure: Enclosure) -> int:
    """In bytes; 0 when it is not known, as the RSS Advisory Board's profile has it."""
    return max(enclosure.length or 0, 0)


def language(tag: str) -> str | None:
    """The tag if it names a language in the shape of BCP 47, else None: `und` says nothing."""
    return tag if _LANGUAGE.fullmatch(tag) and tag.lower() != "und" else None


def urn(identifier: str) -> str:
    """An article's identity in every format (RFC 9562)."""
    return f"urn:uuid:{identifier}"


def whole_seconds(moment: datetime) -> datetime:
    """In UTC and without a fraction, as every format writes it."""
    return moment.astimezone(UTC).replace(microsecond=0)


def rfc3339(moment: datetime) -> str:
    return whole_seconds(moment).isoformat().replace("+00:00", "Z")
