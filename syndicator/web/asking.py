"""Reads a choice off an address: `?q=...&topic=...&place=...&source=...&language=...&person=...`.

Values of one name are alternatives, names narrow each other: `?topic=syria&topic=iraq&source=dw` is what DW says of
either. Whatever names nothing is a `BadQuestion` that says so, rather than an empty answer.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from syndicator.catalogue import Catalogue
from syndicator.catalogue.ready import place_path
from syndicator.choice import Choice

NAMES = {
    "topic": "topics",
    "place": "places",
    "source": "sources",
    "language": "languages",
    "person": "people",
    "q": "query",
}
"""The names in an address, and the keys of a choice."""
MOST = 50
"""Values of one name."""
LONGEST = 300
"""Characters of one value."""
LANGUAGE = "[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}"


class BadQuestion(ValueError):
    """A parameter that cannot be answered: `name`, and a sentence."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name


def asked(given: Mapping[str, Sequence[str]], catalogue: Catalogue) -> Choice:
    """The choice that the parameters make; names that mean nothing here are not looked at."""
    values = {name: [each for each in given.get(name, ()) if each] for name in NAMES}
    for name, listed in values.items():
        if len(listed) > MOST or any(len(each) > LONGEST for each in listed):
            raise BadQuestion(name, f"at most {MOST} values of {LONGEST} characters are taken")
    if len(values["q"]) > 1:
        raise BadQuestion("q", "only one query can be asked at a time")
    return Choice(
        topics=frozenset(_known("topic", values["topic"], catalogue.topics)),
        places=frozenset(_place(each, catalogue) for each in values["place"]),
        sources=frozenset(_known("source", values["source"], catalogue.publishers.keys() | catalogue.sources.keys())),
        languages=frozenset(_language(each) for each in values["language"]),
        people=frozenset(values["person"]),
        query=" ".join(values["q"]),
    )


def as_query(choice: Choice) -> str:
    """The choice as an address has it: the same for the same choice, in whatever order it was asked."""
    pairs = []
    for name, key in NAMES.items():
        chosen = getattr(choice, key)
        pairs += [(name, each) for each in sorted([chosen] if isinstance(chosen, str) else chosen) if each]
    return urlencode(pairs)


def _known(name: str, values: Iterable[str], known: Iterable[str]) -> Iterable[str]:
    for value in values:
        if value not in known:
            raise BadQuestion(name, f"there is none called {value!r}")
        yield value


def _place(value: str, catalogue: Catalogue) -> str:
    code = value.upper()
    if place_path(code) not in catalogue.ready:
        raise BadQuestion("place", f"{value!r} is not an ISO 3166 code such as 'SY'")
    return code


def _language(value: str) -> str:
    if not re.fullmatch(LANGUAGE, value):
        raise BadQuestion("language", f"{value!r} is not a language tag such as 'ar' (BCP 47)")
    return value.lower()
