"""What people wrote: read whole, checked whole, and written for them where they ask for it."""

from syndicator.catalogue.read import Catalogue, load

__all__ = ["Catalogue", "load"]
