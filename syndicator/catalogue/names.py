"""What to call a publisher and a source that nobody has named: slugs from their addresses.

A publisher is called as its domain is, without the parts that every domain has (`www.bbc.com` and `feeds.bbc.co.uk`
are `bbc`); where a platform lends its domain to many, the part before it counts. A source is called by the words of
its path that say more than "this is a feed".
"""

import re
from collections.abc import Container
from itertools import count
from urllib.parse import unquote, urlsplit

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What a name may be: it becomes part of an address."""
MAIN = "main"
LONGEST = 60

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gob", "gov", "gouv", "info", "mil", "net", "org", "press"})
"""Under a country's domain, these are no names: `alarabiya.co.uk`, `sana.gov.sy`."""
_PLATFORMS = frozenset(
    {"blogspot", "github", "gitlab", "livejournal", "medium", "netlify", "substack", "tumblr", "wixsite", "wordpress"}
)
_SAYS_NOTHING = frozenset(
    "api aspx atom default feed feeds html index json jsonfeed php posts rdf rss rss2 subscribe v1 v2 wp xml".split()
)


def publisher_name(url: str) -> str:
    """`https://www.bbc.com/arabic` -> `bbc`; a numeric host keeps its numbers."""
    host = (urlsplit(url).hostname or "").lower().strip(".")
    labels = host.split(".")
    if ":" in host or all(label.isdigit() for label in labels):
        return _slug(host) or MAIN
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


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text)[:LONGEST].strip("-")
