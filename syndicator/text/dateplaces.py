"""Where on a page a date stands: near the headline, or in what belongs to something else than the article."""

import re
from datetime import date, datetime, timedelta
from itertools import islice

from lxml.html import HtmlElement

from syndicator.text import datelabels as labels

NEAR, BEFORE = 40, 15
"""Texts behind and in front of the headline among which the article's date is looked for."""
SURE = 20
"""Points of what says that a date is one of publication: a label, a class made for it."""
_OWN = frozenset({"entry", "post", "article", "story", "byline", "meta", "content", "single", "item"})
"""Words in names of elements that belong to an article, even if others there speak of the page's head or foot."""
_TEASER, _LINK = 400, 20
"""Characters of a part that is too small for an article, and letters of a link that is a headline."""


def classes(element: HtmlElement) -> set[str]:
    """The squeezed names that an element's `class` and `id` give it."""
    return {labels.squeezed(name) for name in f"{element.get('class', '')} {element.get('id', '')}".split()}


class Where:
    """Where elements stand in relation to the headline."""

    def __init__(self, root: HtmlElement, headline: HtmlElement | None, at: int, today: date | None = None) -> None:
        self.at, self.end = at, at + NEAR
        self.today = today
        self.given = headline is not None
        self._shown = set(headline.iter()) if headline is not None else set()
        inmost = headline if headline is not None else root
        self._chain = {inmost, *inmost.iterancestors()}
        self._strange: dict[HtmlElement, bool] = {}

    def shows(self, element: HtmlElement) -> bool:
        """Whether an element is the headline or in it; in an item of a listing, whether it is in a heading or link."""
        if self.given:
            return element in self._shown
        for one in [element, *islice(element.iterancestors(), 3)]:
            if one in self._chain or any("date" in name or "time" in name for name in classes(one)):
                return False
            if one.tag in ("h1", "h2", "h3", "h4", "a"):
                return True
        return False

    def strange(self, element: HtmlElement) -> bool:
        """Whether an element belongs to something else than the article."""
        way = []
        result = False
        for one in (element, *element.iterancestors()):
            if one in self._chain or one.tag in ("body", "html"):
                break
            if one in self._strange:
                result = self._strange[one]
                break
            way.append(one)
        for height, one in reversed(list(enumerate(way))):
            result = result or self._is_aside(one) or (self.given and height < 5 and _is_teaser(one))
            self._strange[one] = result
        return result

    def _is_aside(self, element: HtmlElement) -> bool:
        words = set(re.findall(r"[a-z]+", f"{element.get('class', '')} {element.get('id', '')}".lower()))
        own = bool(words & _OWN)
        if element.tag in labels.ASIDE_TAGS and not (element.tag == "footer" and own):
            return True
        if element.tag == "header" or "header" in words:
            return self.given and not own
        if own:
            words -= {"footer", "nav"}
        return bool(words & labels.ASIDE_WORDS) or "Comment" in element.get("itemtype", "")

    def points(self, position: int, element: HtmlElement, marks: float, at: datetime) -> float:
        """What a place is worth to a date `at` whose names and label are worth `marks`.

        In front of the headline, the day on which the page was fetched is nobody's date.
        """
        apart = position - self.at
        if apart >= 0 and position <= self.end:
            return 20 - apart / 3
        if apart < 0 and self.today is not None and abs(at.date() - self.today) <= timedelta(days=2):
            return -40
        if -BEFORE <= apart < 0 and marks and (marks >= SURE or self._shares_part(element)):
            return 8
        return -5 if marks >= SURE or (marks and self._shares_part(element)) else -20

    def _shares_part(self, element: HtmlElement) -> bool:
        common = next((one for one in element.iterancestors() if one in self._chain), None)
        return common is not None and common.tag not in ("body", "html")


def _is_teaser(element: HtmlElement) -> bool:
    """A small part with a linked heading, or a link as long as a headline, of its own."""
    if element.tag not in ("article", "li", "div", "section", "td", "tr", "a"):
        return False
    for heading in element.iter("h2", "h3", "h4", "h5", "h6"):
        linked = element.tag == "a" or heading.getparent().tag == "a" or next(heading.iter("a"), None) is not None
        if linked and len(element.text_content()) < _TEASER:
            return True
    if element.tag == "article":
        return True
    return any(_is_headline(link) for link in element.iter("a")) and len(element.text_content()) < _TEASER


def _is_headline(link: HtmlElement) -> bool:
    """Whether a link is as long as a headline, and no date itself."""
    return sum(map(str.isalpha, link.text_content())) >= _LINK and next(link.iter("time"), None) is None
