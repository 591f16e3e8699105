"""Where feeds usually are: on well-known services, with well-known software, and anywhere else.

Only what is real: the addresses that a service documents, or that its pages declare themselves. Telegram, Facebook, X
and Instagram have no feeds and are not guessed at.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

from syndicator.text.url import absolute, host

_COMMON = ("feed/", "rss.xml", "feed.xml", "atom.xml", "rss", "index.xml", "feed.json")
_RARE = ("feeds/posts/default", "?feed=rss2", "?format=feed&type=rss", "rss/", "blog-feed.xml")
_BY_SOFTWARE = {
    "wordpress": ("feed/", "?feed=rss2"),
    "drupal": ("rss.xml", "rss", "feed"),
    "joomla": ("?format=feed&type=rss", "index.php?format=feed&type=rss"),
    "blogger": ("feeds/posts/default?alt=rss", "feeds/posts/default"),
    "ghost": ("rss/",),
    "hugo": ("index.xml",),
    "jekyll": ("feed.xml",),
    "wix": ("blog-feed.xml",),
    "squarespace": ("?format=rss", "blog?format=rss", "news?format=rss"),
    "typo3": ("rss.xml", "?type=100"),
    "movable": ("atom.xml", "index.xml"),
    "discuz": ("forum.php?mod=rss",),
}
SOFTWARE = frozenset(_BY_SOFTWARE)
_SITEMAPS = ("sitemap.xml", "sitemap_index.xml", "news-sitemap.xml", "sitemap-news.xml")
_HOSTED = {
    "blogspot": "/feeds/posts/default",
    "wordpress": "/feed/",
    "substack": "/feed",
    "medium": "/feed",
    "tumblr": "/rss",
    "livejournal": "/data/rss",
}
"""Platforms that give every publisher a host of its own, by the last label but one."""
_SUBSCRIBE = re.compile(
    r"(?:[a-z0-9-]+\.)*(?:feedly|netvibes|inoreader|theoldreader|newsblur|bloglines|newsgator|feedbin|subtome|rojo"
    r"|pageflakes|my\.yahoo|fusion\.google|reader\.google)\.[a-z.]{2,6}"
)
_SUBSCRIBES = ("url", "feedurl", "add_feed", "feed", "feeds", "rss", "ut", "u", "subscribe", "resource", "u1", "href")


def of_service(url: str) -> list[str]:
    """The feeds of a page on a service that has a place for them, the best first; none for any other page."""
    parts = urlsplit(url)
    name = host(url).removeprefix("www.").removeprefix("m.")
    path = [unquote(one) for one in parts.path.split("/") if one]
    query = {key: values[0] for key, values in parse_qs(parts.query, max_num_fields=50).items()}
    made = next((found for find in (_youtube, _reddit, _others) if (found := find(name, path, query))), None)
    return [address] if made and (address := absolute(made, url)) else []


def _youtube(name: str, path: list[str], query: dict[str, str]) -> str | None:
    if name not in ("youtube.com", "music.youtube.com"):
        return None
    feed = "https://www.youtube.com/feeds/videos.xml"
    if path[:1] == ["playlist"] and "list" in query:
        return f"{feed}?playlist_id={query['list']}"
    if len(path) > 1 and path[0] in ("channel", "user"):
        return f"{feed}?{'channel_id' if path[0] == 'channel' else 'user'}={path[1]}"
    return None


def _reddit(name: str, path: list[str], query: dict[str, str]) -> str | None:
    there = name in ("reddit.com", "old.reddit.com") and len(path) > 1 and path[0] in ("r", "user", "u")
    return f"/{path[0]}/{path[1]}/.rss" if there else None


def _others(name: str, path: list[str], query: dict[str, str]) -> str | None:
    """Services with one rule each, then platforms that lend hosts."""
    first, second = (*path[:2], "", "")[:2]
    if name == "medium.com" and first and first != "feed":
        return f"/feed/{first}" if first.startswith("@") or not second else f"/feed/{first}/{second}"
    if name == "github.com" and second:
        return f"/{first}/{second}/releases.atom"
    if name == "news.google.com" and first in ("topics", "search", "home"):
        rest = "/".join(path[1:] if first == "home" else path)
        asked = "&".join(f"{key}={query[key]}" for key in ("q", "hl", "gl", "ceid") if key in query)
        return f"/rss{f'/{rest}' if rest else ''}{f'?{asked}' if asked else ''}"
    if name == "dailymotion.com" and first and first not in ("video", "playlist"):
        return f"/rss/user/{first}"
    if name == "vimeo.com" and first and not first.isdigit():
        return f"/{first}/videos/rss"
    if name == "bsky.app" and first == "profile" and second:
        return f"/profile/{second}/rss"
    labels = name.split(".")
    if "blogspot" in labels[1:]:
        return _HOSTED["blogspot"]
    return _HOSTED.get(labels[-2]) if len(labels) > 2 else None


def usual(base: str, software: str | None) -> list[str]:
    """Where a page's feed may be, the likeliest first: by its software, then in its folder, then on its site.

    `software` is one of `SOFTWARE`, or None.
    """
    roots = _roots(base)
    names = [(root, name) for root in roots for name in _BY_SOFTWARE.get(software or "", ())]
    names += [(root, name) for some in (_COMMON, _RARE) for root in roots for name in some]
    profile = urlsplit(base).path.rstrip("/")
    places = [f"{profile}.rss"] if re.fullmatch(r"/@[\w.-]+", profile) else []
    found = (absolute(name, root) for root, name in [*((base, place) for place in places), *names])
    return list(dict.fromkeys(place for place in found if place))


def sitemaps(base: str, software: str | None) -> list[str]:
    """Where a site's sitemap may be that robots.txt does not name."""
    names = ("wp-sitemap.xml", *_SITEMAPS) if software == "wordpress" else _SITEMAPS
    return [place for name in names if (place := absolute(f"/{name}", base))]


def _roots(url: str) -> tuple[str, ...]:
    """The page's own folder and the site's root: `https://example.org/arabic` has its feeds below itself or there."""
    folder = url.partition("#")[0].partition("?")[0].rstrip("/") + "/"
    site = absolute("/", url) or folder
    return (site,) if folder == site else (folder, site)


def subscribed(url: str) -> Iterator[str]:
    """The feeds that a link to a reading service subscribes to: `feedly.com/i/subscription/feed/https://...`."""
    if not _SUBSCRIBE.fullmatch(host(url)):
        return
    parts = urlsplit(url)
    place = unquote(parts.path).lower().find("/http")
    if place >= 0:
        inner = unquote(parts.path)[place + 1 :]
        yield f"{inner}?{parts.query}" if parts.query else inner
    query = parse_qs(parts.query, max_num_fields=50) if parts.query.count("&") < 50 else {}
    for key in _SUBSCRIBES:
        yield from (value for value in query.get(key, ())[:1] if value.lower().startswith(("http://", "https://")))
