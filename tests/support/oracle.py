"""What a browser could run or fetch in a piece of HTML: an opinion independent of the sanitiser.

html5lib parses as browsers do. Every element is walked, in every namespace, and its addresses are read as the WHATWG
URL standard reads them: controls and spaces at the ends off, tabs and newlines out, scheme in any case. The document
is serialised and parsed a second time as well, because mutation attacks live between two parses, and it is read with
scripting on and off, because `noscript` means something else in each.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


FORBIDDEN = _names(
    """script style iframe frame frameset object embed applet base link meta form input button textarea select svg math
    noscript template title xmp plaintext noembed noframes portal isindex marquee bgsound layer ilayer param"""
)
ADDRESSES = _names(
    """href src action formaction poster background cite data dynsrc lowsrc longdesc codebase classid profile usemap
    ping manifest icon xlink:href srcdoc archive"""
)
REFUSED = frozenset({"style", "class", "id", "name", "srcset", "imagesrcset", "target", "ping", "srcdoc", "is", "slot"})
SCHEMES = frozenset({"http", "https", "mailto"})

_ENDS = "".join(map(chr, range(0x21)))
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def dangers(html: str) -> list[str]:
    """Each thing in the HTML that runs, fetches or names what it must not, in words; empty when it is safe."""
    found: set[str] = set()
    for scripting in (False, True):
        first = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False, scripting=scripting)
        again = html5lib.serialize(first, tree="etree", omit_optional_tags=False, quote_attr_values="always")
        second = html5lib.parseFragment(again, treebuilder="etree", namespaceHTMLElements=False, scripting=scripting)
        found.update(_walk(first), _walk(second))
    return sorted(found)


def addresses(html: str) -> list[str]:
    """Every address that an element of the HTML carries, as written."""
    tree = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    return [value for element in tree.iter() for name, value in element.attrib.items() if _local(name) in ADDRESSES]


def visible_text(html: str) -> str:
    """The words that a browser shows, without any white space: where words part is a matter of layout."""
    tree = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    return "".join("".join(_text(tree)).split())


def deepest(html: str) -> int:
    """The depth of the tree that a browser builds when scripts may run, as nh3 does."""
    tree = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False, scripting=True)
    most, waiting = 0, [(tree, 0)]
    while waiting:
        element, level = waiting.pop()
        most = max(most, level)
        waiting += [(child, level + 1) for child in element]
    return most


def _walk(tree: Element) -> Iterator[str]:
    for element in tree.iter():
        tag = _local(element.tag) if isinstance(element.tag, str) else ""
        if tag in FORBIDDEN:
            yield f"element <{tag}>"
        for key, value in element.attrib.items():
            name = _local(key)
            if name.startswith("on") or name in REFUSED:
                yield f"attribute {name} on <{tag}>"
            if name in ADDRESSES and scheme(value) not in SCHEMES:
                yield f"address {value[:60]!r} in {name} on <{tag}>"


def scheme(address: str) -> str:
    """The scheme of an address in lower case, as a browser reads it; empty for a relative address."""
    text = re.sub("[\t\n\r]", "", address.strip(_ENDS))
    found = _SCHEME.match(text)
    return found[1].lower() if found else ""


def _local(name: object) -> str:
    return str(name).rpartition("}")[2].lower()


def _text(element: Element) -> Iterator[str]:
    if isinstance(element.tag, str) and _local(element.tag) not in ("script", "style", "template", "noscript"):
        yield element.text or ""
        for child in element:
            yield from _text(child)
            yield child.tail or ""
