"""Choose among the sitemaps of an index: those that hold new articles before those that list categories, tags or pages.

WordPress's plug-ins (Yoast, Rank Math, AIOSEO, SEOPress), WordPress itself, Blogger, Drupal and most others say in the
name of a sitemap what it holds, and number sitemaps of one sort. Dates of an index are often missing and sometimes
wrong: a category's sitemap changes with every article, some indexes date everything with the moment of the request,
others never touch a date again. So the name comes before the date, and a date is looked behind once a day.

A sitemap whose name speaks of categories may hold articles all the same. It comes last, and its items count if they
have titles or addresses as articles have.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from syndicator.text.dates import parse as parse_date

Part = tuple[str, str | None]
"""Address and date of change as written, as in `Channel.parts`."""

USUAL, MOST = 2, 5
"""Sitemaps that are read at the first poll; the most at any poll."""
NEWS, ARTICLES, UNKNOWN, LISTS = range(4)
"""What a sitemap holds by its name, the best first."""
DAY = timedelta(days=1)

_LIST_WORDS = frozenset(
    {
        *("category", "categories", "cat", "cats", "tag", "tags", "taxonomy", "taxonomies", "tax", "term", "terms"),
        *("author", "authors", "user", "users", "writer", "writers", "columnist", "columnists", "profile", "profiles"),
        *(
            "page",
            "pages",
            "static",
            "section",
            "sections",
            "topic",
            "topics",
            "keyword",
            "keywords",
            "label",
            "labels",
        ),
        *("image", "images", "attachment", "attachments", "product", "products", "forum", "forums", "addl", "menu"),
        *("archive", "archives", "location", "locations", "template", "templates", "member", "members"),
    }
)
_ARTICLE_WORDS = frozenset(
    {"post", "posts", "article", "articles", "story", "stories", "blog", "blogs", "entry", "entries", "node", "nodes"}
)
_LIST_SEGMENTS = frozenset(
    {
        *("category", "categories", "cat", "tag", "tags", "taxonomy", "term", "author", "authors", "writer", "writers"),
        *("user", "users", "profile", "topic", "topics", "section", "sections", "keyword", "keywords", "label", "page"),
        *("وسم", "وسوم", "تصنيف", "تصنيفات", "قسم", "أقسام", "كاتب", "كتاب", "الكاتب", "مواضيع"),
    }
)
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_NUMBERED = re.compile(r"\d{4}.*[^\W\d_]|[^\W\d_].*\d{4}")
_YEARS = range(1990, 2100)
_MANY_WORDS = 4


def rank(address: str) -> int:
    """Return what a sitemap holds by its name: `NEWS`, `ARTICLES`, `UNKNOWN` or `LISTS`.

    The file's name counts before its folder, and both before the query.
    """
    parts = urlsplit(unquote(address))
    segments = [one for one in parts.path.lower().split("/") if one]
    values = [pair.partition("=")[2] for pair in parts.query.lower().split("&")]
    for text in (*reversed(segments[-2:]), *values):
        found = _rank_of_name(text)
        if found != UNKNOWN:
            return found
    return UNKNOWN


def _rank_of_name(text: str) -> int:
    words = _WORDS.findall(re.sub(r"\.(?:xml|gz|txt|php|aspx?)\b", "", text).replace("sitemap", " sitemap "))
    if any(word in _LIST_WORDS and not _counts(words, place) for place, word in enumerate(words)):
        return LISTS
    if any(word.endswith("news") or word == "أخبار" for word in words):
        return NEWS
    return ARTICLES if not _ARTICLE_WORDS.isdisjoint(words) else UNKNOWN


def _counts(words: list[str], place: int) -> bool:
    """Whether a word only says which part this is: `sitemap-page-2`, `archive-2026-11`."""
    number = words[place + 1] if place + 1 < len(words) else ""
    if words[place] == "page":
        return number.isdecimal() and (place == 0 or words[place - 1] in ("sitemap", "map", "sitemaps"))
    return words[place] in ("archive", "archives") and number.isdecimal()


def _number(address: str) -> tuple[int, ...]:
    """The numbers in an address, a year among them first."""
    parts = urlsplit(address)
    found = [int(digits) for digits in re.findall(r"\d+", f"{parts.path}?{parts.query}") if len(digits) <= 18]
    years = [number for number in found if number in _YEARS]
    return (*years[:1], *(number for number in found if number not in years[:1]))


def _family(address: str) -> str:
    """An address without its numbers: `post-sitemap.xml`, `post-sitemap2.xml` are one family."""
    return re.sub(r"[-_/.=]?\d+", "", address)


def order(parts: Sequence[Part], dates: Sequence[float]) -> list[Part]:
    """Return the parts of an index, the best first; `dates` are theirs in seconds, 0 where unknown.

    First stands the newest of the best rank. Then all that may hold articles, by date. Where dates are the same or
    missing, numbers decide: the last is likely the newest, and if numbers are no dates the first is the next likely.
    """
    numbers = [_number(address) for address, _ in parts]
    families = [_family(address) for address, _ in parts]
    ranks = [rank(address) for address, _ in parts]
    everything = range(len(parts))
    heads: dict[str, int] = {}
    for at in everything:
        if numbers[at] > numbers[heads.setdefault(families[at], at)]:
            heads[families[at]] = at

    def falling(at: int) -> list[int]:
        return [-each for each in numbers[at]]

    first = min(everything, key=lambda at: (ranks[at], -dates[at] // 60, falling(at), at), default=0)
    alike = [at for at in everything if families[at] == families[first] and at != first]
    counted = not any(number in _YEARS for number in numbers[first]) if alike else False
    second = min(alike, key=lambda at: (numbers[at], at)) if counted else None
    rest = sorted(
        (at for at in everything if at != first),
        key=lambda at: (
            ranks[at] == LISTS,
            -dates[at] // 60,
            at != second,
            heads[families[at]] != at and (counted or families[at] != families[first]),
            ranks[at],
            falling(at),
            at,
        ),
    )
    return [parts[at] for at in (first, *rest)] if parts else []


def choose(parts: Sequence[Part], since: datetime | None, moment: datetime) -> list[Part]:
    """Return the parts that one poll reads, of parts that `order` has ordered.

    The first is always read. At the first poll (`since` is None) the second is read too; later, all that may hold
    articles and say that they changed since - to the day, because some dates say no more - and the second at least if
    it may have changed. Once a day, and at every poll if the index has no dates, one more is read that seems
    unchanged: the last of another family, in turns.
    """
    if since is None:
        return list(parts[:USUAL])
    told = len({changed for _, changed in parts}) > 1 or len(parts) <= USUAL
    undated = [part for part in parts[1:] if not (told and part[1])]
    changed = [part for part in parts[1:] if told and part[1] and _changed(part[1], since - DAY, moment)]
    wanted = [*parts[:1], *(part for part in changed if rank(part[0]) != LISTS)][: MOST - 1]
    wanted += [part for part in parts[1:] if part in changed or part in undated][: max(USUAL - len(wanted), 0)]
    if undated or since.date() != moment.date():
        unread = [part for part in _heads(parts) if part not in wanted]
        turn = int(moment.timestamp() // 3600) if undated else moment.toordinal()
        wanted += unread[turn % len(unread) :][:1] if unread else []
    return wanted


def _heads(parts: Sequence[Part]) -> list[Part]:
    """The last of every family."""
    heads: dict[str, Part] = {}
    for part in parts:
        family = _family(part[0])
        if _number(part[0]) > _number(heads.setdefault(family, part)[0]):
            heads[family] = part
    return list(heads.values())


def _changed(written: str, since: datetime, moment: datetime) -> bool:
    at = parse_date(written, moment=moment)
    return at is None or at >= since


def names_article(address: str) -> bool:
    """Tell whether an address looks like an article's: many words or a long number at its end, and in no list."""
    parts = urlsplit(unquote(address))
    segments = [one for one in parts.path.lower().split("/") if one]
    if any(one in _LIST_SEGMENTS for one in segments[:-1]):
        return False
    last = segments[-1] if segments else ""
    return len(_WORDS.findall(last)) >= _MANY_WORDS or re.search(r"\d{4}", f"{last}?{parts.query}") is not None


def names_list(address: str) -> bool:
    """Tell whether an address is a homepage or a list (`/tag/x`, `/author/y`, `/taxonomy/term/5`), and no article."""
    parts = urlsplit(address)
    segments = [one for one in unquote(parts.path).lower().split("/") if one and one not in ("index.html", "index.php")]
    if not segments or (len(segments) == 1 and len(segments[0]) == 2 and segments[0].isalpha()):
        return not parts.query and not parts.fragment
    place = max((at for at, one in enumerate(segments[:-1]) if one in _LIST_SEGMENTS), default=None)
    if place is None or len(segments) - place > 4 or not _ARTICLE_WORDS.isdisjoint(segments[place:-1]):
        return False
    last = segments[-1]
    number = last.isdecimal() and len(segments) - place > 2
    return not number and len(_WORDS.findall(last)) < _MANY_WORDS and _NUMBERED.search(last) is None
