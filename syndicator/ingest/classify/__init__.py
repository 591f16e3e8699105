"""What an article is about: its topics, places and people, each by a score that explains itself.

`evidence` says what is read and how a judgement is told; `topics`, `places` and `people` judge. All read one `Reading`.
"""

from collections.abc import Iterable
from dataclasses import replace

from syndicator.ingest.classify.evidence import WORDS, Evidence, Place, Reading, texts_of
from syndicator.ingest.classify.people import People
from syndicator.ingest.classify.places import Places
from syndicator.ingest.classify.topics import Topics
from syndicator.logs import logger
from syndicator.model import Article

__all__ = ["WORDS", "Evidence", "People", "Place", "Places", "Reading", "Topics", "classify", "texts_of"]

log = logger(__name__)


def classify(
    article: Article,
    topics: Topics,
    given: Iterable[str] = (),
    places: Places | None = None,
    people: People | None = None,
) -> Article:
    """The article with its labels: what its text says, and the topics that its source has for all of its articles."""
    reading = Reading(article, [one.matcher for one in (topics, places, people) if one])
    if reading.cut:
        log.warning("only the beginning of a long article is labelled", article=article.id, words=WORDS)
    return replace(
        article,
        topics=tuple(sorted({*topics.label(reading), *given})),
        places=places.label(reading) if places else article.places,
        people=people.label(reading) if people else article.people,
    )
