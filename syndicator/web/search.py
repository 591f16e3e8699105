"""What was searched for, marked in a text as it was written."""

from markupsafe import Markup, escape

from syndicator.text.query import parse
from syndicator.text.words import folded


def marked(text: str, query: str) -> Markup:
    """The text as HTML, with what answers the query in `<mark>`."""
    parts, last = [], 0
    for start, end in parse(query).spans(folded(text)):
        parts += [escape(text[last:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        last = end
    return Markup("").join([*parts, escape(text[last:])])
