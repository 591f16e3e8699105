"""Everything that lasts: articles, origins, routes, documents, and what polling taught us.

`Store` is one class on SQLAlchemy Core for SQLite and PostgreSQL alike: the seam is a URL. The statements that the
two spell differently stand in `dialects`; the shape of the tables in `tables`; how it came about in `migrations`.
"""

from syndicator.store.dialects import open_database
from syndicator.store.sql import Store
from syndicator.store.transaction import Known, Transaction

__all__ = ["Known", "Store", "Transaction", "open_database"]
