"""What to call a publisher and a source that nobody has named: slugs from their addresses.

A publisher is called as its domain is, without the parts that every domain has (`www.bbc.com` and `feeds.bbc.co.uk`
are `bbc`); where a platform lends its domain to many, the part before it counts. Where many publish on one host
(YouTube, FeedBurner, Google, Medium), the account in the path or query counts. A source is called by the words of its
path that say more than "this is a feed".
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Container, Iterable
from itertools import count
from urllib.parse import parse_qs, unquote, urlsplit

from syndicator.model import Publisher, Source
from syndicator.text.url import host

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What a name may be: it becomes part of an address."""
MAIN = "main"
LONGEST = 60
_TELLING = 4
"""Latin letters that a title has at least if it may name a publisher."""

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gob", "gov", "gouv", "info", "mil", "net", "org", "press"})
"""Under a country's domain, these are no names: `alarabiya.co.uk`, `sana.gov.sy`."""
_PLATFORMS = frozenset(
    {"blogspot", "github", "gitlab", "livejournal", "medium", "netlify", "substack", "tumblr", "wixsite", "wordpress"}
)
_LENDERS = frozenset({"feedburner", "feedblitz"})
"""They serve other people's feeds under their own name."""
_SHARED = {
    **dict.fromkeys(("feedburner.com", "feedproxy.google.com", "feedblitz.com", "medium.com", "blogger.com"), ""),
    **dict.fromkeys(("wordpress.com", "substack.com", "tumblr.com", "livejournal.com", "posterous.com"), ""),
    "youtube.com": "youtube",
    "news.google.com": "google-news",
    "google.com": "google",
    "reddit.com": "reddit",
    "vimeo.com": "vimeo",
    "dailymotion.com": "dailymotion",
    "github.com": "github",
    "gitlab.com": "gitlab",
    "bsky.app": "bluesky",
    "t.me": "telegram",
    "twitter.com": "twitter",
    "nitter.net": "nitter",
    "facebook.com": "facebook",
    "flickr.com": "flickr",
    "rss.app": "rss-app",
    "rsshub.app": "rsshub",
    "fetchrss.com": "fetchrss",
    "politepol.com": "politepol",
    "feed43.com": "feed43",
    "kill-the-newsletter.com": "newsletter",
    "anchor.fm": "",
    "soundcloud.com": "soundcloud",
    "spreaker.com": "spreaker",
    "buzzsprout.com": "buzzsprout",
    "megaphone.fm": "megaphone",
    "simplecast.com": "simplecast",
    "acast.com": "",
    "transistor.fm": "",
    "podbean.com": "",
    "audioboom.com": "audioboom",
    "libsyn.com": "",
    "yahoo.com": "yahoo",
    "bing.com": "bing",
    "stackexchange.com": "",
}
"""Domains on which many publish, and what stands before the account in a name; on their subdomains, too."""
_BY_PATH = frozenset(
    {"feedburner.com", "feedproxy.google.com", "feedblitz.com", "medium.com", "reddit.com", "github.com", "google.com"}
)
"""Where the account stands in the path, whatever the query says."""
_BY_HOST = frozenset({"podbean.com", "libsyn.com", "stackexchange.com", "transistor.fm", "buzzsprout.com"})
"""Where a subdomain is an account, unless it is one of these."""
_SUBDOMAINS = frozenset({"www", "m", "feeds", "feeds2", "feed", "rss", "old", "api", "ar", "en", "amp", "public-api"})
_ACCOUNTS = ("channel_id", "user", "playlist_id", "q", "p", "list", "id", "name")
"""Parameters that name an account or a search."""
_FOLDERS = frozenset(
    {
        *("channel", "channels", "c", "user", "users", "u", "r", "profile", "show", "shows", "public", "podcast", "s"),
        *("alerts", "search", "topics", "articles", "videos", "video", "comments", "blog", "blogs", "groups", "forum"),
        *("services", "feeds2", "id", "playlist", "releases", "tags", "tagged", "episodes", "publication", "story"),
    }
)
"""Parts of a path on such a domain that name no account."""
_RANDOM = re.compile(r"(?=\D*\d)[\w-]{16,}|[\d-]+|UC[\w-]{22}|PL[\w-]{10,}")
_SAYS_NOTHING = frozenset(
    {
        *("api", "aspx", "atom", "default", "feed", "feeds", "html", "index", "json", "jsonfeed", "php", "posts"),
        *("rdf", "rss", "rss2", "subscribe", "v1", "v2", "wp", "xml"),
    }
)


def publisher_name(url: str) -> str:
    """`https://www.bbc.com/arabic` -> `bbc`; a numeric host keeps its numbers.

    On a host that many share, the account: `https://feeds.feedburner.com/nahr` -> `nahr`, a YouTube channel ->
    `youtube-` and its id.
    """
    if account := _account(url):
        return _account_name(account[1], account[2])
    domain = host(url).strip("[].")
    labels = domain.split(".")
    if ":" in domain or all(label.isdigit() for label in labels):
        return _slug(domain) or MAIN
    country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    own = labels[:-2] if country else labels[:-1] or labels
    if len(own) > 1 and own[-1] in _PLATFORMS:
        own = own[:-1]
    return _slug(own[-1]) or MAIN


def _account_name(before: str, account: str) -> str:
    """An account that has no Latin letters or digits is called by a number of its own."""
    name = _slug(account) or hashlib.sha256(account.encode("utf-8", "replace")).hexdigest()[:8]
    return _slug(f"{before}-{name}" if before else name)


def _domain(url: str) -> tuple[str, str] | None:
    """The domain on which many publish, and the label before it; None for a host that only one has."""
    labels = host(url).split(".")
    at = next((at for at in range(len(labels)) if ".".join(labels[at:]) in _SHARED), None)
    if at is None:
        return None
    lent = labels[at - 1] if at and labels[at - 1] not in _SUBDOMAINS else ""
    return None if lent and labels[at] in _PLATFORMS else (".".join(labels[at:]), lent)


def _account(url: str) -> tuple[str, str, str] | None:
    """The domain that many share, what stands before its accounts in names, and the account as written.

    None elsewhere, and if no account is named.
    """
    shared = _domain(url)
    if shared is None:
        return None
    domain, lent = shared
    if lent and domain in _BY_HOST:
        return domain, _SHARED[domain], lent
    parts = urlsplit(url)
    query = parse_qs(parts.query, max_num_fields=50) if parts.query.count("&") < 50 else {}
    named = next((query[key][0] for key in _ACCOUNTS if key in query), None)
    segments = [one.removeprefix("@").rpartition(":")[2] for one in unquote(parts.path).split("/")]
    words = [re.sub(r"\.(?:rss|xml|atom|json)$", "", one) for one in segments]
    said = [one for one in words if one.strip(".~-") and one.lower() not in _SAYS_NOTHING | _FOLDERS]
    in_path = said[-1 if domain == "google.com" else 0] if said else None
    account = in_path if domain in _BY_PATH else named or in_path
    return (domain, _SHARED[domain], account) if account else None


def source_name(url: str, taken: Container[str] = ()) -> str:
    """`https://feeds.example.org/arabic/sports/rss.xml` -> `arabic-sports`; `main` when the path says nothing.

    A name that is taken gets a number.
    """
    words = re.findall(r"[a-z0-9]+", unquote(urlsplit(url).path).lower())
    name = _slug("-".join(word for word in words if word not in _SAYS_NOTHING)) or MAIN
    if name not in taken:
        return name
    return next(numbered for n in count(2) if (numbered := f"{name}-{n}") not in taken)


class Namer:
    """Finds a publisher and a free name for one new source after another."""

    def __init__(self, publishers: Iterable[Publisher], sources: Iterable[Source]) -> None:
        self._taken: defaultdict[str, set[str]] = defaultdict(set)
        self._sites: defaultdict[str, set[str]] = defaultdict(set)
        self._named: dict[str, str] = {}
        """Accounts by the publisher's name that they gave."""
        for publisher in publishers:
            if publisher.homepage:
                self._sites[_site(publisher.homepage)].add(publisher.id)
        for source in sources:
            publisher_id, _, name = source.id.partition("/")
            self._sites[_site(source.url)].add(publisher_id)
            self._taken[publisher_id].add(name)

    def publisher(self, url: str, homepage: str | None = None, title: str = "") -> str:
        """The one publisher that is on this site already, else what the site is called.

        A site is a host, or an account on a host that many share. A feed on such a host belongs to its homepage's site
        if that is one. An account whose id is random is called by `title` if that is in Latin letters.
        """
        where = homepage if homepage and is_shared(url) and not is_shared(homepage) else url
        there = self._sites[_site(where)]
        if len(there) == 1:
            return next(iter(there))
        account = _account(where)
        if account is None:
            return publisher_name(where)
        said = _slug(title) if _RANDOM.fullmatch(account[2]) or not account[2].isascii() else ""
        if sum(letter.isalpha() for letter in said) < _TELLING:
            return publisher_name(where)
        name = _account_name(account[1], said)
        if self._named.setdefault(name, _site(where)) != _site(where):
            name = publisher_name(where)
        there.add(name)
        return name

    def name(self, publisher: str, url: str, wanted: str | None = None) -> str:
        """A name that this publisher has not given yet, and will not give again."""
        taken = self._taken[publisher]
        name = wanted if wanted and wanted not in taken else source_name(url, taken)
        taken.add(name)
        return name


def is_shared(url: str) -> bool:
    """Tell whether an address is on a host on which many publish."""
    return _domain(url) is not None or publisher_name(url) in _LENDERS


def _site(url: str) -> str:
    """What tells publishers apart: the host, with the account if many share it."""
    account = _account(url)
    return f"{account[0]}/{account[2]}" if account else host(url)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:LONGEST].strip("-")
