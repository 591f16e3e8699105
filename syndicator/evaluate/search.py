"""Whether a search finds what it should and nothing else, in the index itself.

`search.toml` has `articles` (a name: title and text) and `queries` (a query: the names of those that answer it). They
are saved to an empty SQLite database and looked for there.
"""

import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from uuid import NAMESPACE_URL, uuid5

from syndicator.choice import Choice
from syndicator.errors import ConfigurationError
from syndicator.evaluate.corpus import address
from syndicator.evaluate.result import TESTS, Result, Score, folder
from syndicator.model import Article
from syndicator.store import Search, Store, migrations, open_database
from syndicator.text.html import from_text

_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_MANY = 1000


def measure(data: Path | None = None) -> Result:
    """Figures: `precision`, `recall`, `exact` (queries whose answer is exactly right).

    `data` is a folder with a `search.toml`. Raises `ConfigurationError`.
    """
    texts, queries = read(folder(data, TESTS / "search") / "search.toml")
    with tempfile.TemporaryDirectory() as where:
        database = open_database(f"sqlite:///{where}/search.db", write=True)
        try:
            migrations.upgrade(database)
            names = fill(Store(database), texts)
            search = Search(database)
            started = process_time()
            found = {
                query: {names[hit.article] for hit in search.find(Choice(query=query), limit=_MANY)}
                for query in queries
            }
            speed = len(queries) / max(process_time() - started, 1e-9)
        finally:
            database.close()
    total, rows, worst = Score(0, 0, 0), [], []
    for query, wanted in queries.items():
        score = Score(len(found[query] & wanted), len(found[query]), len(wanted))
        total += score
        rows.append((query, f"{score.precision:.2f}", f"{score.recall:.2f}", str(score.found)))
        missing, beyond = sorted(wanted - found[query]), sorted(found[query] - wanted)
        if missing or beyond:
            worst.append(f"{query}: misses {missing}, finds {beyond} besides")
    exact = 1 - len(worst) / len(queries) if queries else 1.0
    return Result(
        figures={"precision": total.precision, "recall": total.recall, "exact": exact},
        count=len(queries),
        speed=speed,
        header=("query", "precision", "recall", "found"),
        rows=tuple(rows),
        worst=tuple(worst),
    )


def read(path: Path) -> tuple[Mapping[str, Sequence[str]], Mapping[str, set[str]]]:
    """Texts by name, and the names that answer each query. Raises `ConfigurationError`."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        texts = {name: (title, text) for name, (title, text) in table["articles"].items()}
        queries = {query: set(names) for query, names in table["queries"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError([f"{path}: is no table of articles and queries: {error!r}"]) from None
    if unknown := sorted({name for names in queries.values() for name in names} - texts.keys()):
        raise ConfigurationError([f"{path}: queries name articles that are not there: {' '.join(unknown)}"])
    return texts, queries


def fill(store: Store, texts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Saves the texts as articles; returns their names by id."""
    articles = {name: _article(name, place, *parts) for place, (name, parts) in enumerate(texts.items())}
    with store.writing() as transaction:
        transaction.save([(None, article) for article in articles.values()], _MOMENT)
    return {article.id: name for name, article in articles.items()}


def _article(name: str, place: int, title: str, text: str) -> Article:
    url = f"https://example.org/{name}"
    moment = _MOMENT + timedelta(minutes=place)
    return Article(
        id=str(uuid5(NAMESPACE_URL, url)),
        url=address(url),
        title=title,
        summary="",
        body=from_text(text),
        language="und",
        published=moment,
        updated=moment,
        origins=(),
    )
