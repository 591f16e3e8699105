"""A page's headline without the name of its site: "Headline - Section - Site" is "Headline".

A part goes only if something tells that it is the site's: `og:site_name`, the publisher's title, JSON-LD, the host
name, the link to the front page, or an `<h1>` that has the headline without it. Without any of these a short last
part goes behind a bar, because hardly a headline has one; behind a dash only if it speaks of a newspaper, an agency
or a channel. "Iran - Iraq: the talks" stays whole.
"""

import re
from collections.abc import Callable, Sequence, Set
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from syndicator.ingest.extract.blocks import key
from syndicator.text.html import plain

_SEPARATOR = re.compile(r"(\s+(?:[|–—\-−·•»«›‹/ـ¦❘⎜│~]|::|--|>|<)\s+|\s*[|¦│]\s*|\s+::\s*)")
_BAR = re.compile(r"[|¦│❘⎜»«›‹]|::")
_OUTLET = re.compile(
    r"\b(?:صحيفة|جريدة|قناة|وكالة|موقع|شبكة|إذاعة|راديو|تلفزيون|بوابة|نيوز|نت|أونلاين|الإخبارية|للأنباء|الإخباري"
    r"|مجلة|news|times|post"
    r"|daily|tv|press|agency|gazette|tribune|herald|radio|magazine|online|journal|quotidien|presse|hebdo|télévision"
    r"|chaîne"
    r"|خبرگزاری|روزنامه|شبکه|پایگاه|سایت|تلویزیون|رادیو)\b|\.(?:com|net|org|info|news)\b",
    re.I,
)
_GENERIC = frozenset(
    str.split(
        """صحيفة جريدة قناة وكالة موقع شبكة اذاعة أخبار اخبار بوابة مجلة نت نيوز أونلاين الرسمي العربية عربي the
        news site website online com net official le la les خبرگزاری روزنامه سایت شبکه پایگاه خبری"""
    )
)
_PLAIN = re.compile(
    r"\W*(?:طباعة|نسخة للطباعة|صفحة للطباعة|print(?:able)?(?: version| page)?|version imprimable|imprimer|نسخه چاپی"
    r"|چاپ|الرئيسية"
    r"|home|accueil|خانه|صفحه اصلی)\W*",
    re.I,
)
"""Parts of titles that say what kind of page it is."""
_MOST_WORDS = 5
_FEWEST = 3


class Sites:
    """The names that a page's site goes by."""

    def __init__(self, names: Sequence[str | None], url: str) -> None:
        self._keys = {line for name in names if name and (line := key(name))}
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        self._hosts = {host, *(label for label in host.split(".")[:-1] if len(label) > 3)}

    def has(self, part: str) -> bool:
        """Whether a part of a title is the site's name, give or take words such as "newspaper" and the host's name."""
        line = key(part)
        if not line or _PLAIN.fullmatch(part):
            return True
        if line in self._keys or part.strip().lower().removeprefix("www.") in self._hosts:
            return True
        if re.sub(r"[^a-z0-9]", "", part.lower()) in {re.sub(r"[^a-z0-9]", "", host) for host in self._hosts}:
            return True
        bare = _bare(line)
        if not bare or len(line.split()) > _MOST_WORDS + 1:
            return False
        return any(bare == _bare(name) or (len(name) > 3 and f" {name} " in f" {line} ") for name in self._keys)


def _bare(line: str) -> frozenset[str]:
    return frozenset(line.split()) - _PLAIN_GENERIC


_PLAIN_GENERIC = frozenset(word for name in _GENERIC for word in key(name).split())


def without_site(title: str, *, sites: Sites, headings: Sequence[str], known: Callable[[], Set[str]]) -> str:
    """The title without what is the site's; `headings` are the page's `<h1>`, `known` gives its sections and links."""
    parts, bars = _parts(title)
    if len(parts) == 1:
        return _without_prefix(parts[0], sites)
    lines = {key(one) for one in headings if len(key(one)) >= 10}
    if (heading := _among(lines, parts, bars, sites)) is not None:
        return heading
    first, last = 0, len(parts)
    whole = key(title) in lines
    while last - first > 1 and sites.has(parts[last - 1]):
        last -= 1
    while last - first > 1 and sites.has(parts[first]):
        first += 1
    printed = len(parts) < len(_SEPARATOR.split(title)[::2])
    if first == 0 and printed and last > 1 and _is_outlet(parts[0], parts[1:last]):
        first = 1
    if first == 0 and not whole:
        if last == len(parts):
            last = _without_strangers(parts, bars, known)
        if last < len(parts) and last > 1 and _is_section(parts[last - 1], known()):
            last -= 1
    elif last - first > 1 and first == 0 and last < len(parts) and _is_section(parts[last - 1], known()):
        last -= 1
    return _joined(parts, bars, first, last)


def _parts(title: str) -> tuple[list[str], list[str]]:
    """The parts of a title and the separators between them, without parts such as "print"."""
    split = _SEPARATOR.split(title)
    parts, bars = split[:1], []
    for bar, part in zip(split[1::2], split[2::2], strict=True):
        if _PLAIN.fullmatch(part):
            continue
        if _PLAIN.fullmatch(parts[-1]):
            parts[-1] = part
        else:
            parts.append(part)
            bars.append(bar)
    return parts, bars


def _is_outlet(part: str, others: Sequence[str]) -> bool:
    """Whether a part at the beginning speaks of a newspaper, an agency or a channel, and a headline follows."""
    behind = " ".join(others).split()
    return _OUTLET.search(part) is not None and len(part.split()) <= _MOST_WORDS - 2 and len(behind) > _FEWEST


def _among(lines: Set[str], parts: Sequence[str], bars: Sequence[str], sites: Sites) -> str | None:
    """The parts of a title that are one of the page's headings, when those are not all of it."""
    count = min(len(parts), 12)
    for begin in range(count):
        for end in range(count, begin, -1):
            run = _joined(parts, bars, begin, end)
            if end - begin < len(parts) and key(run) in lines and not sites.has(run):
                return run
    return None


def _without_strangers(parts: Sequence[str], bars: Sequence[str], known: Callable[[], Set[str]]) -> int:
    """How many parts are left when the last is a site that nothing names."""
    end = len(parts)
    before = " ".join(parts[: end - 1]).split()
    part = parts[end - 1]
    short = 0 < len(part.split()) <= _MOST_WORDS and len(before) >= _FEWEST and len(before) >= len(part.split())
    if short and (_BAR.search(bars[end - 2]) or _OUTLET.search(part) or key(part) in known()):
        return end - 1
    return end


def _is_section(part: str, known: Set[str]) -> bool:
    return len(part.split()) <= _MOST_WORDS and key(part) in known


def _without_prefix(title: str, sites: Sites) -> str:
    """ "Site: Headline" without the site."""
    before, colon, after = title.partition(":")
    if colon and len(after.split()) >= _FEWEST and len(before.split()) <= _MOST_WORDS and sites.has(before):
        return after.strip()
    return title


def _joined(parts: Sequence[str], bars: Sequence[str], first: int, last: int) -> str:
    inner = parts[first]
    for at in range(first + 1, last):
        inner += bars[at - 1] + parts[at]
    return inner.strip()


def told_by_links(root: HtmlElement, url: str) -> set[str]:
    """Keys of the page's sections, and of what stands on links to its front page."""
    found: set[str] = set()
    home = urlsplit(url)
    fronts = {"/", f"{home.scheme}://{home.netloc}", f"{home.scheme}://{home.netloc}/"}
    for meta in root.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() in ("article:section", "section", "twitter:site"):
            found.add(key(meta.get("content", "")))
    for count, link in enumerate(root.iter("a")):
        if count > 400:
            break
        text = plain(link.text_content())
        if link.get("href", "").strip() in fronts:
            found |= {
                key(one) for one in (text, link.get("title", ""), *(img.get("alt", "") for img in link.iter("img")))
            }
        elif len(text) < 40:
            found.add(key(text))
    return found - {""}
