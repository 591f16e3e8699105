"""What was published in the last two days as a news sitemap, for search engines.

Sources: sitemaps.org 0.9 and Google's news extension 0.9: at most 1,000 addresses, none older than two days. The
addresses are the publishers' own, as everywhere.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from lxml import etree

from syndicator.model import Publisher
from syndicator.store import Headline
from syndicator.text.html import legal

AGE = timedelta(hours=48)
MOST = 1_000
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def news_sitemap(headlines: Sequence[Headline], publishers: Mapping[str, Publisher]) -> bytes:
    """UTF-8; an article whose publisher is not defined any more is left out, as a publication must have a name."""
    names: dict[str | None, str] = {None: SITEMAP.strip("{}"), "news": NEWS.strip("{}")}
    root = etree.Element(f"{SITEMAP}urlset", nsmap=names)  # type: ignore[arg-type]
    for each in headlines[:MOST]:
        publisher = publishers.get(each.source.partition("/")[0])
        if publisher is None:
            continue
        url = etree.SubElement(root, f"{SITEMAP}url")
        _text(url, f"{SITEMAP}loc", each.url)
        news = etree.SubElement(url, f"{NEWS}news")
        publication = etree.SubElement(news, f"{NEWS}publication")
        _text(publication, f"{NEWS}name", publisher.title)
        _text(publication, f"{NEWS}language", each.language.partition("-")[0].lower())
        _text(news, f"{NEWS}publication_date", each.published.replace(microsecond=0).isoformat())
        _text(news, f"{NEWS}title", each.title or each.url)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _text(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = legal(text)
