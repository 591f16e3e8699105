"""Dates of pages by this program and by htmldate, in one run: `python -m benchmarks.published [--data FOLDER]`.

Both read the same pages (`syndicator/evaluate/published.py`, among them traps) and are judged by the day. `right` is
the share of dated pages whose day is found, `unhurt` the share of all pages without a wrong day. htmldate is asked as
trafilatura asks it: for the original date, with its extensive search, and with the address. Real pages (`pages-blog`)
follow where they are: their authors' own dates are the truth, once with and once without their `<meta>`.
"""

import argparse
import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from htmldate import find_date

from syndicator.evaluate.extraction import BLOG
from syndicator.evaluate.published import Page, all_pages, found_by_us, shares
from syndicator.evaluate.result import TESTS


def found_by_htmldate(page: Page) -> datetime | None:
    """The day that htmldate finds."""
    found = find_date(page.html, url=page.url, original_date=True, extensive_search=True, max_date="2026-01-10")
    return datetime.fromisoformat(found).replace(tzinfo=UTC) if found else None


def real_pages(folder: Path, *, meta: bool) -> Iterator[Page]:
    """A blog's pages, dated by the Markdown of their author."""
    for path in sorted(folder.glob("*.md")):
        written = re.match(r"\+\+\+\n(.*?)\n\+\+\+", path.read_text("utf-8"), re.S)
        html = path.with_suffix(".html").read_text("utf-8")
        if written is not None:
            day = datetime.fromisoformat(str(tomllib.loads(written[1])["date"])).replace(tzinfo=UTC)
            html = html if meta else re.sub(r"<meta[^>]*published_time[^>]*>", "", html)
            yield Page(way="blog", html=html, url=f"https://blog.example.org/{path.stem}", means=day, day=True)


def compare(name: str, pages: list[Page]) -> None:
    """Print both readers' figures for these pages, and what each got wrong."""
    readers: dict[str, Callable[[Page], datetime | None]] = {"we": found_by_us, "htmldate": found_by_htmldate}
    print(f"{name}: {len(pages)} pages, {len({page.way for page in pages})} ways")
    for reader, read in readers.items():
        started = process_time()
        judged = [(page, read(page)) for page in pages]
        spent = (process_time() - started) / len(pages) * 1000
        figures = "  ".join(f"{figure} {share:.3f}" for figure, share in shares(judged).items())
        found = sum(at is not None for page, at in judged if page.means is not None)
        print(f"  {reader:9} {figures}  found any {found}  {spent:.2f} ms a page")


def main() -> None:
    """Compare on the project's pages, and on real ones where they are."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=TESTS / "published")
    chosen = arguments.parse_args()
    compare("own pages", all_pages(chosen.data))
    if BLOG.is_dir():
        compare("real pages", list(real_pages(BLOG, meta=True)))
        compare("real pages without <meta>", list(real_pages(BLOG, meta=False)))


if __name__ == "__main__":
    main()
