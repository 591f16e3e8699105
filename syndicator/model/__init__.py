"""The nouns: every value that one room hands to another. Read this first.

Three families, never mixed:

- **Defined**: people wrote them in `config/` and `feeds/` - `Publisher`, `Source`, `Topic`, `Feed` (in `choice`).
- **Carried**: one item on its way - `Response`, `Channel` of `Entry`, `Article`, `Edition`, `Document`.
- **Learned**: what polling taught us - `Validators`, `SourceState`, `Poll`.

All are frozen, slotted, keyword-only dataclasses: a stage that knows more returns `replace(noun, ...)`.
Every moment is an aware `datetime` in UTC. An **edition** is one published feed as it stands at one moment: what it
carries, and the addresses around it. Rendered in one format it is a `Document`, stored until the feed changes.
"""

from syndicator.choice import Feed
from syndicator.model.carried import (
    Article,
    Candidate,
    Category,
    Channel,
    Document,
    Edition,
    Enclosure,
    Entry,
    Image,
    Member,
    Origin,
    Reference,
    Response,
    Validators,
)
from syndicator.model.defined import (
    THRESHOLD,
    ExtractRules,
    ListingRules,
    Person,
    Publisher,
    Source,
    Territory,
    Topic,
)
from syndicator.model.learned import (
    NO_HABITS,
    SLOW,
    Habits,
    Lease,
    Outcome,
    Poll,
    SourceState,
)

__all__ = [
    "NO_HABITS",
    "SLOW",
    "THRESHOLD",
    "Article",
    "Candidate",
    "Category",
    "Channel",
    "Document",
    "Edition",
    "Enclosure",
    "Entry",
    "ExtractRules",
    "Feed",
    "Habits",
    "Image",
    "Lease",
    "ListingRules",
    "Member",
    "Origin",
    "Outcome",
    "Person",
    "Poll",
    "Publisher",
    "Reference",
    "Response",
    "Source",
    "SourceState",
    "Territory",
    "Topic",
    "Validators",
]
