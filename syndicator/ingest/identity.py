"""Which stored article an incoming item is: decided from all that is known, not from one key.

A guid, a link, a title, a date and a text are evidence. Publishers use one guid for every item, one link for every day,
a new guid at every poll, a new scheme for the whole site. So none of them decides alone:

| guid within its source | link | it is the stored article when |
|---|---|---|
| the same | the same page | it tells a related story, or has the same date, or nothing tells the two apart |
| the same | another page | title or text are alike, or the date is the same |
| another | the same page | title and date, or title and text, or text and date are alike |
| another | another page | title and date are the same and the texts alike: an edited address, a new scheme |
| not known | the same address | it tells a related story, or has the same date, or is not much later |

Otherwise the item is a new article, and the stored one stays what it was. "The same page" is `page_key`: an address
without scheme, `www`, slash, session id. A link that several items of one document share says nothing. Another page
needs the same source: one report in two papers, or in two feeds under two addresses, is a story (`cluster`), not an
article. The same words with other
numbers under another date are another edition, where guid or link say so, too (`editions`).

**One item, one article.** Two items of one document are two articles. So pairs are taken by the weight of their
evidence, and an article that one item is cannot be another's too. Where guids are positions in a list, every story
keeps its article while the list moves on. Doubles inside one document are taken out before (`normalise`).

Pure: the caller brings the candidates (`store.Transaction.candidates`).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from uuid import UUID, uuid5

from syndicator.ingest.editions import files, is_standing, without_numbers
from syndicator.model import NO_HABITS, Article, Candidate, Habits
from syndicator.text.common import COMMON
from syndicator.text.headline import headline_keys, text_keys, title_words
from syndicator.text.html import text_of
from syndicator.text.url import page_key
from syndicator.text.words import tokens

NAMESPACE = UUID("0b6a6f0e-5d0f-5b0e-9d55-7f8d2f3c9a10")
"""Of the ids of articles (RFC 9562, 5.5): `uuid5(NAMESPACE, source id + newline + guid)`."""
SECOND = timedelta(seconds=1)
ANEW = timedelta(hours=12)
"""From so much later on, a date is that of another edition, not of a correction."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
"""From an hour on, a page that shows one thing after another shows another one; a date without an hour is a day."""
NEAR, FAR = timedelta(days=3), timedelta(days=30)
"""Dates of one article that its publisher addresses anew are no further apart; the second is for long texts."""
TEXT_WORDS = 400
"""Words of a text that are compared."""
RELATED_TITLE, LIKE_TITLE = 0.34, 0.5
"""Shares of words that two titles have in common."""
RELATED_TEXT, LIKE_TEXT, SAME_TEXT = 0.25, 0.6, 0.9
"""Shares of word pairs that two texts have in common."""
TELLING = 4
"""Words from which on a title alone says which item it is."""
ENOUGH_PAIRS, LONG = 5, 20
"""Word pairs from which on a text can be compared, and from which on it is not written twice by chance."""
COMPARED = 24
"""Stored articles that one item is compared with: those found by most keys."""
MOST_ATTEMPTS = 100
"""Ids that are tried for one new article."""
MOST_DOUBLES = 8
"""Items of one document that one item is compared with, for each thing that they have in common."""

WORTHLESS = frozenset(
    {"", "n/a", "na", "none", "null", "nil", "undefined", "nan", "guid", "id", "-", "--", "#", "/", "?"}
)
"""What templates write where a guid is missing, in lower case."""
DERIVED = "sha256:"
"""Begins the identifiers of items that have no guid of their own."""
LONGEST_GUID = 1_000
"""Characters; a longer one is kept as its hash, because an index of PostgreSQL holds no more than 2,704 bytes."""

_REVISION = re.compile(r"#(?:rev(?:ision)?[-_]?)?\d{1,6}$", re.IGNORECASE)
_EMPTY_WORDS = frozenset(word for share in (0.8, 0.4) for word in tokens(COMMON[share]))


def stem(guid: str) -> str:
    """Return a guid without what changes while the item stays: a revision (`…#0`, `…#1`), an address's scheme."""
    bare = _REVISION.sub("", guid)
    return (page_key(bare) or bare) if bare.startswith(("http://", "https://")) else bare


@dataclass(frozen=True)
class Features:
    """What an article is compared by; each is worked out when it is first asked for."""

    article: Article
    urls: frozenset[str]
    pages: frozenset[str]
    headlines: frozenset[str]

    @classmethod
    def of(cls, article: Article, found: Candidate | None = None) -> "Features":
        """Those of an item, or of a stored article with what it was found by."""
        urls: frozenset[str] = frozenset({article.url})
        pages = frozenset({page_key(article.url)})
        headlines = headline_keys(article.publishers, article.title, article.url)
        if found is not None:
            urls, pages, headlines = urls | found.urls, pages | found.pages, headlines | found.headlines
        return cls(article, urls, pages - {""}, headlines)

    @cached_property
    def title(self) -> frozenset[str]:
        """The words of the title that say something."""
        words = frozenset(title_words(self.article.title))
        return (words - _EMPTY_WORDS) or words

    @cached_property
    def texts(self) -> tuple[frozenset[tuple[str, str]], ...]:
        """The word pairs of summary and body, of each as much as is compared."""
        found = (_pairs(self.article.summary), _pairs(text_of(self.article.body)))
        return tuple(pairs for pairs in found if len(pairs) >= ENOUGH_PAIRS)

    @cached_property
    def beginning(self) -> frozenset[str]:
        """The keys of its text, as the store finds it by."""
        return text_keys(self.article.publishers, self.article.summary or text_of(self.article.body))

    @cached_property
    def numbered(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Its words and its numbers."""
        return without_numbers(self.article)


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    words = tokens(text[: TEXT_WORDS * 20])[:TEXT_WORDS]
    return frozenset(pairwise(words))


def in_common(one: Collection[object], other: Collection[object]) -> float:
    """Return the share of the smaller set that the other one has, too; 0 when one is empty."""
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return sum(item in large for item in small) / len(small) if small else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What an item and a stored article have in common."""

    guid: bool | None
    """None: there is nothing to compare."""
    link: int
    """2: the same address; 1: the same page, perhaps; 0: another one, or one that several items share."""
    shared: bool
    source: bool
    """The article came from the item's source."""
    headline: bool
    title: float
    telling: bool
    """The title alone says which item it is."""
    text: float | None
    """None: there is too little text."""
    long: bool
    """Both have a text that nobody writes twice."""
    apart: timedelta | None
    """How much later the item is dated; None when one of the two has no date."""
    timed: bool
    """The date says more than the day."""
    edition: bool
    """The same words with other numbers."""
    nameless: bool
    """The item has no guid but its address."""
    standing: bool
    """Its page shows one thing after another."""

    @property
    def related(self) -> bool:
        """Whether both may tell one story, at different times."""
        return self.headline or self.title >= RELATED_TITLE or self._text(RELATED_TEXT)

    @property
    def alike(self) -> bool:
        """Whether the item says what the article says, in other words perhaps."""
        if self.headline and (self.text is None or self.text >= RELATED_TEXT):
            return True
        return self._text(LIKE_TEXT) or (self.title >= LIKE_TITLE and self.within(ANEW) and self.text is None)

    @property
    def same_date(self) -> bool:
        return self.apart is not None and abs(self.apart) < SECOND

    @property
    def same_moment(self) -> bool:
        return self.same_date and self.timed

    def within(self, span: timedelta) -> bool:
        """Whether the dates are no further apart than that, as far as they are known."""
        return self.apart is None or abs(self.apart) < span

    def _text(self, least: float) -> bool:
        return self.text is not None and self.text >= least

    @property
    def same(self) -> bool:
        """Whether the item is the article: the table above."""
        if self.guid is not False and self.link and self.standing and self._shows_another:
            return False
        if self.guid is True and self.link:
            return self.related or self.same_date or (self.text is None and not self._later(ANEW))
        if self.guid is True:
            return self.alike or self.same_moment or (self.shared and self.related and self.within(ANEW))
        if self.guid is None and self.link == 2:
            return self.related or self.same_date or (not self._later(ANEW) and (self.text is None or not self.source))
        if self.link:
            return self._same_page
        return self.source and self._moved

    def _later(self, span: timedelta) -> bool:
        return self.apart is not None and self.apart >= span

    @property
    def _shows_another(self) -> bool:
        """Whether a page that shows one thing after another shows another one, or the next edition of a daily piece."""
        if self.edition:
            return self.nameless and self._later(ANEW) and self.within(FAR)
        return self.text is None and not self.related and self._later(HOUR)

    @property
    def _same_page(self) -> bool:
        """Another guid, or an address that is only perhaps the same."""
        if self.edition and self.standing and self.guid is False and self._later(HOUR):
            return False
        if self.headline and self.within(ANEW) and (self.text is None or self.text >= RELATED_TEXT):
            return True
        if self._text(SAME_TEXT):
            return self.within(ANEW) or (self.headline and self.within(NEAR))
        if self.guid is None and self.alike and self.within(ANEW):
            return True
        return self.related and (self.same_moment or (self.same_date and self._text(LIKE_TEXT)))

    @property
    def _moved(self) -> bool:
        """Another guid and another address."""
        if self.headline and self.same_date:
            return self._text(LIKE_TEXT) or (self.text is None and (self.telling or self.shared))
        if self.same_moment:
            return self._text(SAME_TEXT)
        if self.edition or not (self.source and self.within(FAR if self.long and self.headline else NEAR)):
            return False
        if self._text(SAME_TEXT):
            if self.headline:
                return self.long or self.shared or self.within(HOUR if self.timed else DAY)
            return self.title >= LIKE_TITLE and self.shared and (self.same_date or self._unknown)
        if self.headline and self.telling and self.text is None:
            return self.apart is None or (self.shared and self.guid is None and self.within(ANEW))
        return False

    @property
    def _unknown(self) -> bool:
        """Neither date nor guid tell anything."""
        return self.apart is None or self.guid is None

    @property
    def anew(self) -> bool:
        """Whether the publisher dated the article anew and rewrote it."""
        alike = self.headline and not self.edition and (self.text is None or self._text(LIKE_TEXT))
        return self.source and self._later(ANEW) and not alike

    @property
    def weight(self) -> float:
        """How much speaks for the two being one; it orders pairs that may be."""
        alike = 4 * self.headline + 2 * self.title + 3 * (self.text or 0.0)
        return alike + 3 * (self.guid is True) + 1.5 * self.link + 2 * self.same_date


def compare(incoming: Features, stored: Features, habits: Habits = NO_HABITS) -> Comparison:
    """Compare an item, which has one origin, with a stored article, by what its source's guids and dates say."""
    new, old = incoming.article, stored.article
    mine = new.origins[0]
    known = old.origin_at(mine.source)
    shared = new.shared_link or old.shared_link
    dated = new.dated and old.dated and not habits.date_unstable
    return Comparison(
        guid=None if known is None or habits.guid_unstable else _same_guid(mine.guid, known.guid, new, old),
        link=0 if shared else 2 if new.url in stored.urls else int(bool(incoming.pages & stored.pages)),
        shared=shared,
        source=known is not None,
        headline=bool(incoming.headlines & stored.headlines)
        or (len(incoming.title) > 0 and incoming.title == stored.title),
        title=in_common(incoming.title, stored.title),
        telling=len(incoming.title) >= TELLING,
        text=max((in_common(a, b) for a in incoming.texts for b in stored.texts), default=None),
        long=any(len(a) >= LONG for a in incoming.texts) and any(len(b) >= LONG for b in stored.texts),
        apart=new.published - old.published if dated else None,
        timed=any((new.published.hour, new.published.minute, new.published.second)),
        edition=incoming.numbered[0] == stored.numbered[0] and incoming.numbered[1] != stored.numbered[1],
        nameless=mine.guid.startswith(DERIVED) or page_key(mine.guid) in incoming.pages,
        standing=is_standing(new.url),
    )


def _same_guid(new: str, old: str, incoming: Article, stored: Article) -> bool | None:
    """Whether two guids of one source are the same; None when one of them only stands in for a missing one."""
    if new == old or stem(new) == stem(old):
        return True
    return None if {new, old} & {incoming.url, stored.url} or DERIVED in (new[:7], old[:7]) else False


def once(document: Sequence[Article]) -> list[Article]:
    """Return the items of one document, each once, in its newest words, and marks links that several of them share.

    The items have different names unless they are one. They stay in the order of the document.
    """
    kept: list[Features] = []
    by_key: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for article in document:
        features = Features.of(article)
        keys = _doubles(features)
        near = {place for key in keys for place in by_key[key][:MOST_DOUBLES]}
        double = next((place for place in sorted(near) if _one_item(features, kept[place])), None)
        if double is None:
            for key in keys:
                by_key[key].append(len(kept))
            kept.append(features)
        elif (article.published, article.updated) > (kept[double].article.published, kept[double].article.updated):
            kept[double] = features
    pages = Counter(page for features in kept for page in features.pages)
    return [
        replace(one.article, shared_link=True) if any(pages[page] > 1 for page in one.pages) else one.article
        for one in kept
    ]


def _doubles(features: Features) -> list[tuple[object, ...]]:
    """What two items of one document have in common if they are one, each alone no proof."""
    article = features.article
    return [
        (article.origins[0].guid,),
        *((_REVISION.sub("", article.origins[0].guid), page) for page in features.pages),
        *((page, features.title) for page in features.pages),
    ]


def _one_item(one: Features, other: Features) -> bool:
    """Whether two items of one document are one."""
    found = compare(one, other)
    if one.article.origins[0].guid == other.article.origins[0].guid:
        return True
    if found.link == 1 and found.apart is not None and not found.same_date:
        return False
    if found.guid is True and found.link:
        return found.related
    if found.edition or _other_files(one.article, other.article):
        return False
    if found.link and found.headline:
        return found.text >= LIKE_TEXT if found.text is not None else found.same_date or found.apart is None
    return False


def _other_files(one: Article, other: Article) -> bool:
    """Whether both have pictures or files, and none in common: pieces of a gallery, parts of a programme."""
    mine, others = files(one), files(other)
    return bool(mine and others) and not mine & others


@dataclass(frozen=True, slots=True)
class Match:
    """The stored article that an item is; none for a new one."""

    stored: Article | None = None
    anew: bool = False
    """Its publisher dated it anew and rewrote it: it is news again."""


NEW = Match()


def assign(
    incoming: Sequence[Article],
    candidates: Iterable[Candidate],
    *,
    taken: Collection[str] = (),
    habits: Habits = NO_HABITS,
) -> list[Match]:
    """Return for each item what it is.

    The items come from one document and have one origin each. `taken` are ids of articles that other items of the
    document are.
    """
    known = [Features.of(each.article, each) for each in candidates if each.article.id not in taken]
    by_key = _by_key(known)
    pairs: list[tuple[float, int, int, Comparison]] = []
    for place, item in enumerate(incoming):
        features = Features.of(item)
        counts = Counter(other for key in _keys(features) for other in by_key.get(key, ()))
        for other, _ in counts.most_common(COMPARED):
            found = compare(features, known[other], habits)
            if found.guid is True if item.withdrawn else found.same:
                pairs.append((-found.weight, place, other, found))
    matches = [NEW] * len(incoming)
    used: set[int] = set()
    for _, place, other, found in sorted(pairs, key=itemgetter(0, 1, 2)):
        if matches[place] is NEW and other not in used:
            used.add(other)
            matches[place] = Match(known[other].article, found.anew)
    return matches


def _by_key(known: Sequence[Features]) -> Mapping[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, features in enumerate(known):
        for key in _keys(features):
            found[key].append(place)
    return found


def _keys(features: Features) -> Iterator[str]:
    """What an article is found by; each kind begins with a mark of its own."""
    for origin in features.article.origins:
        yield f"g{origin.source}\n{origin.guid}"
    yield from (f"u{url}" for url in features.urls)
    yield from (f"p{page}" for page in features.pages)
    yield from (f"h{key}" for key in features.headlines)
    yield from (f"t{key}" for key in features.beginning)


def new_ids(created: Sequence[Article], taken: Callable[[Collection[str]], Collection[str]]) -> dict[str, Article]:
    """Give another id to new articles whose guid made an article before; returns those, by the id that they had.

    `taken` returns those of some ids that are stored.
    """
    found: dict[str, Article] = {}
    waiting = {article.id: article for article in created}
    for attempt in range(MOST_ATTEMPTS):
        used = set(taken([article.id for article in waiting.values()]))
        again = {key: article for key, article in waiting.items() if article.id in used}
        if not again:
            return found | waiting
        found |= {key: article for key, article in waiting.items() if article.id not in used}
        waiting = {key: replace(article, id=_other_id(article, attempt)) for key, article in again.items()}
    raise AssertionError("ids of articles are used up")


def _other_id(article: Article, attempt: int) -> str:
    origin = article.origins[0]
    said = (origin.source, origin.guid, article.title, article.published.isoformat(), str(attempt))
    return str(uuid5(NAMESPACE, "\n".join(said)))
