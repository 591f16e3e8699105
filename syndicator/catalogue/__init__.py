"""What people wrote: read whole and checked once, and written for them where they ask for it.

`read` and `names` know the definitions, `edit` writes them, `opml` reads and writes subscription lists.
"""

from syndicator.catalogue.read import Catalogue, address_key, load

__all__ = ["Catalogue", "address_key", "load"]
