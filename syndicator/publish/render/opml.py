"""The published feeds as an OPML 2.0 subscription list, to be imported by any reader.

A feed's folders are the folders of its path: `countries/syria` stands in the outline `countries`.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from lxml import etree

from syndicator.model import Feed
from syndicator.publish.render.content import clean, whole_seconds


def opml(feeds: Sequence[Feed], base_url: str, title: str, updated: datetime) -> bytes:
    """UTF-8. `updated` becomes `dateCreated`: the same arguments give the same bytes."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = clean(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(whole_seconds(updated))
    folders: dict[str, etree._Element] = {"": etree.SubElement(root, "body")}
    for feed in sorted(clean(tuple(feeds)), key=lambda each: each.path):
        folder = _folder(folders, feed.path.rpartition("/")[0])
        attributes = {
            "text": feed.title or feed.path,
            "type": "rss",
            "xmlUrl": f"{base_url}/feeds/{quote(feed.path)}.rss",
            "htmlUrl": base_url + "/",
            "title": feed.title or feed.path,
            "description": feed.description,
            "language": feed.language,
            "version": "RSS2",
        }
        etree.SubElement(folder, "outline", {name: value for name, value in attributes.items() if value})
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _folder(folders: dict[str, etree._Element], path: str) -> etree._Element:
    """The outline for a folder, made with those around it where it is not there yet."""
    if path not in folders:
        parent, _, name = path.rpartition("/")
        folders[path] = etree.SubElement(_folder(folders, parent), "outline", text=name)
    return folders[path]
