"""What is a picture, what only looks like one, and which of a picture's addresses is the best: known here and once.

**Counted readers.** A tracker is a picture that counts who reads: by its host, by the name of what it asks for
(`count.gif`, `piwik.php`), or by a size of two pixels and less. It is never shown and never kept.

**Placeholders** stand where a script will put the picture: `lazyload.gif`, `blank.png`, `1x1.svg`. A name is one only
when all its words are such words: `loading-dock.jpg` and `google-pixel.jpg` are photographs.

**Furniture** is the site's and not the article's: logos, avatars, emoji, share buttons. It may stand in a text, but
is no picture of the article and never leads.

**One picture, many addresses.** What has one `picture_key` is one picture (`text.renditions`). Of its addresses the
widest within reason is the best, and an address without a mark of size counts as the original. No address is made up:
the best is one that the publisher wrote.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from html import unescape
from typing import Protocol, TypeVar
from urllib.parse import unquote

from syndicator.text.renditions import distinct_name, is_picture_file, picture_key, same_picture
from syndicator.text.sizes import stated_width

__all__ = [
    "WIDEST",
    "best",
    "distinct_name",
    "is_furniture",
    "is_invisible",
    "is_picture_file",
    "is_pixel",
    "is_placeholder",
    "is_tracker",
    "merged",
    "one_each",
    "picture_key",
    "same_picture",
    "shows",
    "without_noise",
]

WIDEST = 2000
"""Pixels: no reader's screen shows more, and originals can be many megabytes."""
_PIXEL = 2
_WIDEST_STATED = 2560
"""WordPress's `-scaled`."""
_TOO_WIDE = 1000
"""What an address that is wider than that is worth: more than a small one, less than one of a fitting size."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ---------------------------------------------------------------- trackers

_TRACKERS = _names(
    """a1.api.bbc.co.uk ad.doubleclick.net alb.reddit.com bat.bing.com connect.facebook.net counter.yadro.ru
    amazon-adsystem.com analytics.twitter.com analytics.yahoo.com adnxs.com adsrvr.org adform.net bluekai.com
    chartbeat.net clarity.ms crwdcntrl.net criteo.com demdex.net doubleclick.net effectivemeasure.net everesttech.net
    exelator.com feedburner.com feedproxy.google.com feedsportal.com gemius.pl getclicky.com
    google-analytics.com googleadservices.com googlesyndication.com googletagmanager.com histats.com hs-analytics.net
    hotjar.com imrworldwide.com ioam.de iocnt.net krxd.net ligatus.com liadm.com list-manage.com mathtag.com
    matomo.cloud mc.yandex.ru mixpanel.com mookie1.com moatads.com newrelic.com nr-data.net omtrdc.net
    outbrain.com parsely.com permutive.com pixel.adsafeprotected.com pixel.wp.com px.ads.linkedin.com quantcount.com
    quantserve.com rlcdn.com rss.buysellads.com rubiconproject.com scorecardresearch.com segment.io serving-sys.com
    sitemeter.com smartadserver.com statcounter.com stats.wordpress.com stats.wp.com feeds.wordpress.com taboola.com
    tapad.com tealiumiq.com tns-counter.ru top.mail.ru tynt.com vg06.met.vgwort.de vgwort.de webtrekk.net webtrends.com
    xiti.com at-o.net 2o7.net addtoany.com ads-twitter.com blogads.com liveinternet.ru openx.net pubmatic.com
    sharethis.com shareaholic.com woopra.com zedo.com"""
)
"""Domains whose pictures count readers and show nothing; all that is below them too."""
_EXACT = _names("facebook.com www.facebook.com t.co")
"""Hosts that count readers; pictures that are shown lie below them."""
_COUNTING_HOST = re.compile(
    r"(?:adserv(?:er|ing)?|adx|counters?|analytics|stats?|track(?:er|ing)?|trk|pixels?|beacons?|metrics|telemetry|hits?"
    r"|collect(?:or)?|piwik|matomo|logs?|pings?|webstats?)\d?\."
)
_AD_HOST = re.compile(r"(?:ads?|adserver)\d?\.")
_SCRIPT = r"(?:gif|php\d?|aspx?|ashx|cgi|jsp|do|pl|axd)"
_COUNTING = re.compile(
    rf"/(?:pixel|beacon|track(?:er|ing)?|counters?|count|__utm|webbug|piwik|matomo)\.{_SCRIPT}$"
    rf"|/(?:[\w-]*[-_])?(?:track(?:er|ing)|counter|count|pixel|hits?|stats?)(?:[-_][\w-]*)?\.(?!gif){_SCRIPT}$",
    re.I,
)
"""What a counter is called when it is asked for."""
_COUNTING_IF_ASKED = re.compile(
    rf"/(?:hits?|imp(?:ression)?s?|ping|log(?:ger)?|collect|stats?|statistics?|visit(?:or)?s?|open|event|utm|bug|analytics"
    rf"|pixel|beacon|track(?:er|ing)?|trk|counters?|count|piwik|matomo)(?:\.{_SCRIPT})?/?$|/[a-z]\.gif$",
    re.I,
)
"""What is a counter's name only with a query behind it."""
_FEEDBURNER = re.compile(r"/~(?:r|ff|at|a|f|4)/")
_STATISTICS = re.compile(r"/wp-content/plugins/[^/]*(?:stat|count|track|views)[^/]*/", re.I)
_PHOTO = re.compile(r"\.(?:jpe?g|png|webp|avif|heic)$", re.I)
_ADDRESS = re.compile(r"(?:https?:)?//(?:[^/?#@]*@)?([^/?#:]+)[^/?#]*([^?#]*)(\?[^#]*)?", re.I)


@lru_cache(maxsize=2048)
def is_tracker(url: str) -> bool:
    """Whether a picture's absolute address counts readers: by its host, or by the name of what is asked for."""
    found = _ADDRESS.match(url)
    if found is None:
        return False
    host, path, query = found[1].lower(), found[2], found[3] or ""
    if host in _EXACT or any(domain in _TRACKERS for domain in _domains(host)) or _AD_HOST.match(host):
        return True
    if _FEEDBURNER.search(path) or _STATISTICS.search(path):
        return True
    path = path[-200:]
    if _PHOTO.search(path):
        return False
    if _COUNTING_HOST.match(host) and (query or not path.lower().endswith(".gif")):
        return True
    return bool(_COUNTING.search(path) or (len(query) > 3 and _COUNTING_IF_ASKED.search(path)))


def _domains(host: str) -> Iterator[str]:
    """The host and every domain above it that has a dot: `b.c.example`, `c.example`."""
    while "." in host:
        yield host
        host = host.partition(".")[2]


def is_pixel(width: int | None, height: int | None) -> bool:
    """Whether a picture of this size in pixels is too small to show anything: at most two pixels one way."""
    return (width is not None and width <= _PIXEL) or (height is not None and height <= _PIXEL)


_INVISIBLE = re.compile(
    r"(?:^|[;\s])(?:(?:max-)?(?:width|height)\s*:\s*[0-2](?:\.\d+)?(?:px)?\s*(?:;|!|$)|display\s*:\s*none"
    r"|visibility\s*:\s*hidden)",
    re.I,
)


def is_invisible(style: str) -> bool:
    """Whether a `style` hides its element, or leaves it no more than two pixels."""
    return _INVISIBLE.search(style) is not None


# ---------------------------------------------------------------- placeholders and furniture

_EMPTY_HOSTS = _names("placeholder.com placehold.it placehold.co dummyimage.com fakeimg.pl via.placeholder.com")
_EMPTY = _names(
    """blank spacer placeholder placeholders transparent lazyload lazyloading lazyloader lazyloaded loader loading
    preloader spinner dummy noimage nopic nophoto noimg nothumb cleardot shim"""
)
"""Words of a placeholder in any format."""
_EMPTY_DRAWN = _names("pixel pix px lazy clear empty grey gray gris white dot trans spaceball bg none null")
"""Words of a placeholder where no photograph has them: in GIF, PNG, SVG and WebP."""
_BESIDE = _names(
    """default image images img picture photo pic thumb thumbnail background small medium large big min svg gif png
    news article post card hero ajax animated icon preview no not available found rectangle landscape portrait
    2x the for fallback missing cover featured web logo s m l xl v1 v2 ar en white dark light new site og
    square wide ratio"""
)
_ABSENT = _names("no not default fallback missing og")
_ABSENT_WHAT = _names("image images img picture photo pic thumb thumbnail preview cover featured")
_SPLIT = re.compile(r"[-_.\s+]+|(?<=[a-wyz])(?=\d)")
_SIZED = re.compile(r"\d{1,4}x\d{1,4}|x\d{1,4}|\d{2,4}")
_ENDINGS = _names("jpg jpeg png gif svg webp avif ico")
_DRAWN = _names("gif png svg webp ico")
"""Formats of what is drawn; photographs are JPEG, and what only drawings are called is no mark of one there."""
_LOGOS = _names("logo logos favicon favicons sprite sprites")
_FACES = _names("avatar avatars gravatar emoji emojis smiley smileys smilies")
_BUTTONS = _names("icon icons button buttons btn badge share sharing social")
_BRANDS = _names(
    """facebook fb twitter x whatsapp telegram email mail print printer rss feed youtube instagram linkedin pinterest
    google apple play store app android ios"""
)
_SITE = _names(
    """header footer main site default og new old white black dark light small large big color square round user author
    profile follow us on bar image img card fallback web top 2x 3x male female"""
)
_FOLDER = re.compile(r"/(?:emojis?|smil(?:ies|eys)|avatars?|favicons?|core/emoji)/", re.I)
_AVATAR_HOSTS = _names("gravatar.com s.w.org")


@lru_cache(maxsize=2048)
def _named(url: str) -> tuple[str, str, str, tuple[str, ...]]:
    """Host, path, ending and the words of the file's name, in lower case."""
    found = _ADDRESS.match(url)
    host, path = (found[1].lower(), found[2]) if found else ("", re.sub(r"[?#].*", "", url, flags=re.S))
    path = path[-300:].lower()
    stem, _, ending = path.rpartition("/")[2].rpartition(".")
    if ending not in _ENDINGS:
        return host, path, "", ()
    words = _SPLIT.split(unquote(stem) if "%" in stem else stem)
    return host, path, ending, tuple(word for word in words if word)[:20]


@lru_cache(maxsize=2048)
def is_placeholder(url: str) -> bool:
    """Whether an address names what stands in for a picture, by all words of its file's name, or names nothing."""
    if not url or url[:5].lower() == "data:" or url[:6].lower() == "about:" or url[0] == "#":
        return True
    host, _path, ending, words = _named(url)
    if any(domain in _EMPTY_HOSTS for domain in _domains(host)):
        return True
    if not words:
        return False
    drawn = ending in _DRAWN
    numbers = [word for word in words if _SIZED.fullmatch(word)]
    rest = [word for word in words if word not in numbers]
    if not rest:
        return drawn and numbers == ["1x1"]
    if any(word in _EMPTY for word in rest):
        return all(word in _EMPTY or word in _EMPTY_DRAWN or word in _BESIDE or word.isdecimal() for word in rest)
    if drawn and any(word in _EMPTY_DRAWN for word in rest) and all("x" in word for word in numbers):
        return all(word in _EMPTY_DRAWN or word in _BESIDE for word in rest)
    return not (_ABSENT.isdisjoint(rest) or _ABSENT_WHAT.isdisjoint(rest)) and _BESIDE.issuperset(rest)


@lru_cache(maxsize=2048)
def is_furniture(url: str) -> bool:
    """Whether an address names the site's own logo, avatar, emoji or button, and no picture of an article."""
    host, path, ending, words = _named(url)
    if ending in ("svg", "ico") or _FOLDER.search(path) or any(domain in _AVATAR_HOSTS for domain in _domains(host)):
        return True
    words = tuple(word for word in words if not _SIZED.fullmatch(word) and not word.isdecimal())
    marks = _LOGOS.union(_FACES, _BUTTONS)
    if marks.isdisjoint(words):
        return False
    if (marks | _SITE).issuperset(words) or (
        not _BUTTONS.isdisjoint(words) and (marks | _SITE | _BRANDS).issuperset(words)
    ):
        return True
    return ending in _DRAWN and len(words) <= 3 and (words[0] in _LOGOS or words[-1] in _LOGOS)


def shows(url: str) -> bool:
    """Whether an address can be a picture of an article: no tracker, no placeholder, no furniture."""
    return not (is_placeholder(url) or is_tracker(url) or is_furniture(url))


# ---------------------------------------------------------------- one picture


class Picture(Protocol):
    """What is known of a picture: `Image` and `Figure` are such."""

    @property
    def url(self) -> str: ...
    @property
    def caption(self) -> str | None: ...
    @property
    def credit(self) -> str | None: ...
    @property
    def width(self) -> int | None: ...
    @property
    def height(self) -> int | None: ...
    @property
    def alt(self) -> str | None: ...


P = TypeVar("P", bound=Picture)


def one_each(pictures: Iterable[P]) -> list[P]:
    """Return each picture once, where it stood first: at its best address, with the words of all its forms."""
    groups: dict[str, list[P]] = {}
    for picture in pictures:
        groups.setdefault(picture_key(picture.url), []).append(picture)
    return [group[0] if len(group) == 1 else merged(group) for group in groups.values()]


def merged(forms: list[P]) -> P:
    """Return one picture of all its forms: the best address with its size, the first caption and its credit, an alt."""
    chosen = best(forms)
    said = next((form for form in forms if form.caption), None)
    credit = said.credit if said is not None else None
    words = {
        "caption": said.caption if said is not None else None,
        "credit": credit or next((form.credit for form in forms if form.credit), None),
        "alt": next((form.alt for form in forms if form.alt), None),
    }
    return replace(chosen, **words)  # type: ignore[type-var]


def best(forms: Iterable[P]) -> P:
    """Return the form with the best address: the widest within reason; of equal ones the first."""
    return max(forms, key=_worth)


def _worth(form: Picture) -> tuple[int, int]:
    stated = stated_width(form.url)
    declared = form.width or 0
    width = stated if stated is not None else max(declared, WIDEST)
    return (width if width <= _WIDEST_STATED else _TOO_WIDE), min(declared, _WIDEST_STATED)


# ---------------------------------------------------------------- comparing


def without_noise(html: str) -> str:
    """Return HTML that `sanitise` made, with the key in place of each picture's address, and without its size.

    For comparing only: two texts that differ in nothing but sizes and tokens of pictures come out equal.
    """
    return _SHOWN.sub(_noiseless, html) if "<img" in html or "<source" in html or "<video" in html else html


_SHOWN = re.compile(r'<(?:img|source|video|a)(?: [a-z]+="[^"]*")*>')
_ATTRIBUTE = re.compile(r' (?P<name>src|poster|href|width|height)="(?P<value>[^"]*)"')


def _noiseless(found: re.Match[str]) -> str:
    link = found[0].startswith("<a ")

    def attribute(one: re.Match[str]) -> str:
        if one["name"] in ("width", "height"):
            return ""
        address = unescape(one["value"])
        if link and not is_picture_file(address):
            return one[0]
        return f' {one["name"]}="{picture_key(address)}"'

    return _ATTRIBUTE.sub(attribute, found[0])
