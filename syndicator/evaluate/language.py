"""Whether the language of a text is told from the text alone: its title and first sentence, without any hint.

Our own table (`language.toml`: a language, and sentences in it), and other people's articles where they lie beside the
project: an Arabic corpus, and a real feed in Urdu. With `data`: a folder with a `language.toml`, with articles
(`*.jsonl`, whose `language` is Arabic if they name none), or both.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import process_time

from syndicator.errors import ConfigurationError
from syndicator.evaluate.corpus import rows
from syndicator.evaluate.result import CORPORA, TESTS, Result, folder
from syndicator.ingest.parse import parse
from syndicator.model import ExtractRules, ListingRules, Publisher, Response, Source
from syndicator.text.html import plain, text_of
from syndicator.text.language import detect

_SENTENCE = re.compile(r"[.!?؟۔]\s")
_URDU = "miniflux-bbc-urdu-utf8.xml"
_SHOWN = 10


def measure(data: Path | None = None) -> Result:
    """Figures: `table`, `corpora`: the shares that are right. Raises `ConfigurationError`."""
    sets = {"table": list(_table(folder(data, TESTS / "text")))}
    absent = {}
    if data is not None or CORPORA.is_dir():
        sets["corpora"] = list(_articles(data or CORPORA))
        sets["corpora"] += _feed(CORPORA / "feeds-real" / _URDU) if data is None else []
    else:
        absent["corpora"] = f"{CORPORA} is not there"
    figures, table, wrong, count = {}, [], [], 0
    detect("هذا نص عربي قصير")  # the model is read once, before the clock runs
    started = process_time()
    for name, asked in sets.items():
        found = [(detect(text), language, text) for text, language in asked]
        right = Counter(language for read, language, _ in found if read == language)
        for language, many in sorted(Counter(language for _, language, _ in found).items()):
            table.append((name, language, str(many), f"{right[language] / many:.4f}"))
        if found:
            figures[name] = right.total() / len(found)
        wrong += [f"{read}, is {language}: {text}" for read, language, text in found if read != language]
        count += len(found)
    if not count:
        raise ConfigurationError([f"{data}: has neither a language.toml nor articles"])
    return Result(
        figures=figures,
        count=count,
        speed=count / max(process_time() - started, 1e-9),
        header=("set", "language", "texts", "right"),
        rows=tuple(table),
        worst=tuple(wrong[:_SHOWN]),
        absent=absent,
    )


def _table(where: Path) -> Iterator[tuple[str, str]]:
    path = where / "language.toml"
    try:
        for language, sentences in tomllib.loads(path.read_text("utf-8")).items() if path.is_file() else ():
            yield from ((sentence, language) for sentence in sentences)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError([f"{path}: is no table of sentences: {error!r}"]) from None


def _articles(where: Path) -> Iterator[tuple[str, str]]:
    for row in rows(where):
        yield _beginning(row["title"], row.get("description") or ""), row.get("language") or "ar"


def _feed(path: Path) -> list[tuple[str, str]]:
    """The items of the feed in Urdu."""
    publisher = Publisher(id="evaluated", title="Evaluated", extract=ExtractRules())
    source = Source(id="evaluated/urdu", publisher=publisher, url="https://example.org/", listing=ListingRules())
    channel = parse(Response(url=source.url, status=200, body=path.read_bytes()), source)
    return [(_beginning(plain(entry.title or ""), text_of(entry.summary or "")), "ur") for entry in channel.entries]


def _beginning(title: str, text: str) -> str:
    return f"{title}. {_SENTENCE.split(text, maxsplit=1)[0]}"
