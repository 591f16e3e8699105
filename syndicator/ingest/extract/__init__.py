"""The article's own page read for what the feed left out: text, pictures with caption and credit, authors, date."""

from syndicator.ingest.extract.page import NOT_LONGER, Extraction, extract
from syndicator.ingest.extract.repeats import Cut, clean_body

__all__ = ["NOT_LONGER", "Cut", "Extraction", "clean_body", "extract"]
