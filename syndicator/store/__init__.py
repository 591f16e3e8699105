"""Everything that lasts: articles, origins, routes, documents, and what polling taught us.

`Store` is one class on SQLAlchemy Core for SQLite and PostgreSQL alike: the seam is a URL. The statements that the
two spell differently stand in `dialects`; the shape of the tables in `tables`; how it came about in `migrations`.
"""

from syndicator.store.dialects import open_database
from syndicator.store.inbox import Inbox, Letter
from syndicator.store.ledger import Headline, Ledger, Shown
from syndicator.store.search import Hit, Search
from syndicator.store.sql import Standing, Store
from syndicator.store.subscriptions import Owed, Subscriber, Subscribers, Subscription, Subscriptions
from syndicator.store.transaction import Transaction
from syndicator.store.watch import Watch

__all__ = [
    "Headline",
    "Hit",
    "Inbox",
    "Ledger",
    "Letter",
    "Owed",
    "Search",
    "Shown",
    "Standing",
    "Store",
    "Subscriber",
    "Subscribers",
    "Subscription",
    "Subscriptions",
    "Transaction",
    "Watch",
    "open_database",
]
