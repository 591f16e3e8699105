"""The page that an embedded player shows, and what its link says.

A frame, film or post of another site cannot be shown by a feed reader. A link to its page can. Players have
addresses of their own; this module turns them into the address of the page for people:
`youtube.com/embed/ID` is `youtube.com/watch?v=ID`.

Frames that show no content have no page: advertisements, counters, buttons, hidden frames.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from urllib.parse import parse_qs, unquote, urlsplit

from syndicator.text.url import host

_ID = r"([A-Za-z0-9_-]{1,64})"


def _inner(name: str) -> Callable[[re.Match[str], str], str | None]:
    """The address that stands in the query of the player's own."""

    def found(_: re.Match[str], address: str) -> str | None:
        written = parse_qs(urlsplit(address).query).get(name, [""])[0].strip()
        return written if written.startswith(("http://", "https://")) else None

    return found


def _to(pattern: str) -> Callable[[re.Match[str], str], str | None]:
    return lambda match, _: match.expand(pattern)


_PLAYERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], str | None]], ...] = tuple(
    (re.compile(rf"https?://(?:[\w-]+\.)*?{pattern}", re.IGNORECASE), page)
    for pattern, page in (
        (r"youtube(?:-nocookie)?\.com/embed/videoseries\?(?:[^#]*&)?list=" + _ID, _to(r"https://www.youtube.com/playlist?list=\1")),
        (r"youtube(?:-nocookie)?\.com/embed/live_stream\?(?:[^#]*&)?channel=" + _ID, _to(r"https://www.youtube.com/channel/\1/live")),
        (r"youtube(?:-nocookie)?\.com/(?:embed|v|e|shorts|live)/" + _ID, _to(r"https://www.youtube.com/watch?v=\1")),
        (r"youtu\.be/" + _ID, _to(r"https://www.youtube.com/watch?v=\1")),
        (r"player\.vimeo\.com/video/(\d{1,20})", _to(r"https://vimeo.com/\1")),
        (r"dailymotion\.com/(?:embed/video|swf(?:/video)?)/" + _ID, _to(r"https://www.dailymotion.com/video/\1")),
        (r"dailymotion\.com/player[^?]*\?(?:[^#]*&)?video=" + _ID, _to(r"https://www.dailymotion.com/video/\1")),
        (r"facebook\.com/(?:v[\d.]+/)?plugins/(?:post|video)\.php", _inner("href")),
        (r"platform\.twitter\.com/embed/.*?[?&]id=(\d{1,20})", _to(r"https://twitter.com/i/status/\1")),
        (r"(?:instagram\.com)/(p|reel|tv)/" + _ID + r"/embed", _to(r"https://www.instagram.com/\1/\2/")),
        (r"tiktok\.com/(?:embed(?:/v\d)?|player/v\d)/(\d{1,25})", _to(r"https://www.tiktok.com/@/video/\1")),
        (r"t\.me/(\w{1,64}/\d{1,12})\b", _to(r"https://t.me/\1")),
        (r"w\.soundcloud\.com/player", _inner("url")),
        (r"open\.spotify\.com/embed(?:-podcast)?/(\w{1,20}/\w{1,40})", _to(r"https://open.spotify.com/\1")),
        (r"embed\.podcasts\.apple\.com/([^?#]{1,300})", _to(r"https://podcasts.apple.com/\1")),
        (r"rumble\.com/embed/" + _ID, _to(r"https://rumble.com/embed/\1/")),
        (r"streamable\.com/(?:e|o|s)/" + _ID, _to(r"https://streamable.com/\1")),
        (r"ok\.ru/videoembed/(\d{1,25})", _to(r"https://ok.ru/video/\1")),
        (r"archive\.org/embed/([^/?#]{1,200})", _to(r"https://archive.org/details/\1")),
        (r"drive\.google\.com/file/d/" + _ID + "/preview", _to(r"https://drive.google.com/file/d/\1/view")),
        (r"(?:docs|drive)\.google\.com/(?:gview|viewer)", _inner("url")),
        (r"view\.officeapps\.live\.com/op/(?:embed|view)\.aspx", _inner("src")),
    )
)  # fmt: skip
"""Players by their address, and how the page is found from it."""

_NOTHING_TO_SEE = re.compile(
    r"https?://(?:[\w.-]*\.)?(?:doubleclick\.net|googlesyndication\.com|googletagmanager\.com|google-analytics\.com"
    r"|googleadservices\.com|amazon-adsystem\.com|adnxs\.com|taboola\.com|outbrain\.com|criteo\.\w+|pubmatic\.com"
    r"|rubiconproject\.com|openx\.net|scorecardresearch\.com|accounts\.google\.com|recaptcha\.net|addthis\.com"
    r"|addtoany\.com|sharethis\.com|disqus\.com|google\.com/recaptcha"
    r"|facebook\.com/(?:v[\d.]+/)?(?:plugins/(?:like|share_button|page|follow|likebox|comments|send|group)|tr\b)"
    r"|platform\.twitter\.com/widgets/(?:follow|tweet|hub)|ads?\.[\w-]+\.\w+)",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"(?:youtube|vimeo|dailymotion|facebook|twitter|x|instagram|tiktok|telegram|soundcloud|spotify|embedded|video|audio"
    r"|iframe|frame|media|player|content|post|tweet|embed|external|widget|مشغل|فيديو|الفيديو|يوتيوب|على|youtube-?player"
    r"|\W)*",
    re.IGNORECASE,
)
_PIXELS = re.compile(r"\s*[0-2](?:px)?\s*")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:width|height)\s*:\s*[0-2]px", re.IGNORECASE)
_SOURCES = ("src", "data-src", "data-lazy-src", "data-litespeed-src", "data-original", "data-url", "data-href", "data")
_EXTENSIONS = {
    "mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm", "ogv": "video/ogg", "mov": "video/quicktime",
    "m3u8": "application/vnd.apple.mpegurl", "mpd": "application/dash+xml", "mp3": "audio/mpeg", "m4a": "audio/mp4",
    "aac": "audio/aac", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav",
    "flac": "audio/flac",
}  # fmt: skip
_CUSTOM: dict[str, tuple[str, str]] = {
    "amp-youtube": ("data-videoid", "https://www.youtube.com/watch?v={}"),
    "lite-youtube": ("videoid", "https://www.youtube.com/watch?v={}"),
    "youtube-video": ("videoid", "https://www.youtube.com/watch?v={}"),
    "amp-vimeo": ("data-videoid", "https://vimeo.com/{}"),
    "lite-vimeo": ("videoid", "https://vimeo.com/{}"),
    "amp-dailymotion": ("data-videoid", "https://www.dailymotion.com/video/{}"),
    "amp-twitter": ("data-tweetid", "https://twitter.com/i/status/{}"),
    "amp-instagram": ("data-shortcode", "https://www.instagram.com/p/{}/"),
    "amp-soundcloud": ("data-trackid", "https://api.soundcloud.com/tracks/{}"),
    "amp-tiktok": ("data-src", "{}"),
    "amp-facebook": ("data-href", "{}"),
    "amp-iframe": ("src", "{}"),
    "amp-video": ("src", "{}"),
    "amp-audio": ("src", "{}"),
}
CUSTOM = frozenset(_CUSTOM)
"""Elements of AMP and of web components that stand for a player."""


def page_of(address: str) -> str:
    """The page for people behind a player's address; the address itself for a player that is not known."""
    address = f"https:{address}" if address.startswith("//") else address
    for pattern, page in _PLAYERS:
        if found := pattern.match(address):
            return page(found, address) or address
    return address


def framed(name: str, attributes: Mapping[str, str]) -> str | None:
    """The page that a frame, embed, object or custom element shows; None when there is nothing to see.

    `attributes` by lower-case name, with their entities decoded. The page may be relative.
    """
    if name in _CUSTOM:
        key, pattern = _CUSTOM[name]
        written = attributes.get(key, "").strip()
        return page_of(pattern.format(written)) if written else None
    if any(_PIXELS.fullmatch(attributes.get(side, "")) for side in ("width", "height")):
        return None
    if "hidden" in attributes or _HIDDEN.search(attributes.get("style", "")):
        return None
    named = (attributes[key].strip() for key in _SOURCES if attributes.get(key, "").strip())
    address = next((one for one in named if is_address(one)), None)
    if address is None:
        return None
    page = page_of(address)
    return None if _NOTHING_TO_SEE.match(page) else page


def posted(attributes: Mapping[str, str]) -> str | None:
    """The page of a post whose element names it in an attribute: Facebook, Instagram, TikTok, Telegram, Reddit."""
    if chat := attributes.get("data-telegram-post", "").strip():
        return f"https://t.me/{chat}" if re.fullmatch(r"\w{1,64}/\d{1,12}", chat) else None
    for key in ("data-instgrm-permalink", "data-text-post-permalink", "data-href", "cite"):
        written = attributes.get(key, "").strip()
        if written.startswith(("http://", "https://")):
            return written
    return None


def is_address(written: str) -> bool:
    """Whether something can be behind it for a stranger: no script, no data, no local object."""
    scheme = re.match(r"\s*([A-Za-z][A-Za-z0-9+.-]*):", written)
    return scheme is None or scheme[1].lower() in ("http", "https")


def words_of(page: str, attributes: Mapping[str, str]) -> str:
    """What the link says: the element's own title, or the host's name."""
    for key in ("title", "aria-label", "data-title", "alt"):
        written = " ".join(attributes.get(key, "").split())
        if written and not _GENERIC.fullmatch(written):
            return written[:300]
    return host(page).removeprefix("www.") or unquote(page.rpartition("/")[2]) or page


def link(page: str, words: str) -> str:
    """A paragraph with the link, as HTML."""
    return f'<p><a href="{escape(page)}">{escape(words, quote=False)}</a></p>'


def media_type(address: str, written: str | None) -> str | None:
    """The type of a file to listen to or watch: as written, else by its ending; None when neither tells."""
    kind = (written or "").partition(";")[0].strip().lower()
    if kind.startswith(("video/", "audio/", "application/")):
        return kind
    ending = re.search(r"\.(\w{2,4})(?:$|[?#])", address)
    return _EXTENSIONS.get(ending[1].lower()) if ending else None
