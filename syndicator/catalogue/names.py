"""What to call a publisher and a source that nobody has named: slugs from their addresses.

A publisher is called as its domain is, without the parts that every domain has (`www.bbc.com` and `feeds.bbc.co.uk`
are `bbc`); where a platform lends its domain to many, the part before it counts. A source is called by the words of
its path that say more than "this is a feed".
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterable
from itertools import count
from urllib.parse import unquote, urlsplit

from syndicator.model import Publisher, Source
from syndicator.text.url import host

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What a name may be: it becomes part of an address."""
MAIN = "main"
LONGEST = 60

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gob", "gov", "gouv", "info", "mil", "net", "org", "press"})
"""Under a country's domain, these are no names: `alarabiya.co.uk`, `sana.gov.sy`."""
_PLATFORMS = frozenset(
    {"blogspot", "github", "gitlab", "livejournal", "medium", "netlify", "substack", "tumblr", "wixsite", "wordpress"}
)
_LENDERS = frozenset({"feedburner", "feedblitz"})
"""They serve other people's feeds under their own name."""
_SAYS_NOTHING = frozenset(
    {
        *("api", "aspx", "atom", "default", "feed", "feeds", "html", "index", "json", "jsonfeed", "php", "posts"),
        *("rdf", "rss", "rss2", "subscribe", "v1", "v2", "wp", "xml"),
    }
)


def publisher_name(url: str) -> str:
    """`https://www.bbc.com/arabic` -> `bbc`; a numeric host keeps its numbers."""
    domain = host(url).strip("[].")
    labels = domain.split(".")
    if ":" in domain or all(label.isdigit() for label in labels):
        return _slug(domain) or MAIN
    country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    own = labels[:-2] if country else labels[:-1] or labels
    if len(own) > 1 and own[-1] in _PLATFORMS:
        own = own[:-1]
    return _slug(own[-1]) or MAIN


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
        self._hosts: defaultdict[str, set[str]] = defaultdict(set)
        for publisher in publishers:
            if publisher.homepage:
                self._hosts[host(publisher.homepage)].add(publisher.id)
        for source in sources:
            publisher_id, _, name = source.id.partition("/")
            self._hosts[host(source.url)].add(publisher_id)
            self._taken[publisher_id].add(name)

    def publisher(self, url: str, homepage: str | None = None) -> str:
        """The one publisher that is on this host already, else what the host is called."""
        where = homepage if homepage and publisher_name(url) in _LENDERS else url
        there = self._hosts[host(where)]
        return next(iter(there)) if len(there) == 1 else publisher_name(where)

    def name(self, publisher: str, url: str, wanted: str | None = None) -> str:
        """A name that this publisher has not given yet, and will not give again."""
        taken = self._taken[publisher]
        name = wanted if wanted and wanted not in taken else source_name(url, taken)
        taken.add(name)
        return name


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text)[:LONGEST].strip("-")
