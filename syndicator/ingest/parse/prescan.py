"""Counts before it is read: whether an XML text stays within limits that the parsers after it can bear.

The libraries that read feeds have no limits and some quadratic corners: 50,000 attributes on one element or 50,000
categories in one item keep feedparser busy for half a minute. Expat counts them in a tenth of a second for
five megabytes. Entities are never declared here: `mend` has taken the document type away, and if one is
left the text is refused.
"""

from pyexpat import ExpatError, ParserCreate

from syndicator.errors import ParseLimit

DEPTH = 64
ELEMENTS = 200_000
ATTRIBUTES = 64
CHILDREN = 4_096
"""Direct children of one item; far more than anyone needs, and little enough for what is quadratic in them."""

_ITEMS = frozenset({"item", "entry"})


def prescan(text: str) -> str | None:
    """None if the text is well-formed XML, else what is wrong with it, in expat's words.

    Raises `ParseLimit` when a limit is passed, also in a text that turns out to be broken further on.
    """
    counter = _Counter()
    parser = ParserCreate("utf-8")
    parser.StartElementHandler = counter.start
    parser.EndElementHandler = counter.end
    parser.EntityDeclHandler = counter.entity
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except ExpatError as error:
        return str(error)
    return None


class _Counter:
    def __init__(self) -> None:
        self.elements = 0
        self.children: list[int] = []
        self.names: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > ELEMENTS:
            raise ParseLimit(f"The feed has more than {ELEMENTS:,} elements.")
        if len(attributes) > ATTRIBUTES:
            raise ParseLimit(f"An element of the feed has more than {ATTRIBUTES} attributes.")
        if self.children:
            self.children[-1] += 1
            if self.children[-1] > CHILDREN and self.names[-1].rpartition(":")[2].lower() in _ITEMS:
                raise ParseLimit(f"An item of the feed has more than {CHILDREN:,} elements in it.")
        if len(self.names) >= DEPTH:
            raise ParseLimit(f"The feed is nested deeper than {DEPTH} elements.")
        self.names.append(name)
        self.children.append(0)

    def end(self, name: str) -> None:
        self.names.pop()
        self.children.pop()

    def entity(self, name: str, *_: object) -> None:
        raise ParseLimit(f"The feed declares an entity of its own ({name}); such feeds are not read.")
