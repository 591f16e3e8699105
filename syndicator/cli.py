"""The operator's commands. Each opens the house, asks it one thing, and says what came of it.

Exit codes: 0 well done; 1 it could not be done; 2 the definitions, the settings or the command line are wrong.
"""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from syndicator import __version__, catalogue, logs
from syndicator.errors import ConfigurationError, SyndicatorError
from syndicator.ingest.box import BoxFault
from syndicator.model import Article, Lease, Outcome, Poll
from syndicator.service import Service, make_schema, now, opened
from syndicator.settings import Settings
from syndicator.settings import load as load_settings

WEB_PORT = 8000
OUTCOMES = {
    Outcome.CHANGED: "new",
    Outcome.UNCHANGED: "nothing new",
    Outcome.NOT_MODIFIED: "not modified",
    Outcome.FAILED: "failed",
}

out = Console(highlight=False, soft_wrap=True)


def main() -> None:
    """The command `syndicator`: faults of the house become one plain message and an exit code."""
    try:
        commands(standalone_mode=False)
    except ConfigurationError as error:
        for mistake in error.mistakes:
            click.echo(mistake, err=True)
        sys.exit(2)
    except SyndicatorError as error:
        click.echo(f"syndicator: {error}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="syndicator")
@click.option("--verbose", is_flag=True, help="Log more.")
def commands(verbose: bool) -> None:
    """News syndication for Arabic news: many sources in, clean articles, valid feeds out.

    SYNDICATOR_HOME names the directory that holds config/, feeds/ and data/ (default: the current one).
    """
    logs.configure(verbose=verbose)


def _settings() -> Settings:
    return load_settings(os.environ)


@contextmanager
def _house(*, write: bool) -> Iterator[Service]:
    with opened(_settings(), write=write) as service:
        yield service


# ---------------------------------------------------------------- running


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=WEB_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def web(host: str, port: int, workers: int) -> None:
    """Serve the feeds."""
    from syndicator.web.server import serve  # only here: granian is not needed by any other command

    with _house(write=False):
        pass  # definitions and schema are looked at once, before several processes would complain
    serve(host=host, port=port, workers=workers)


@commands.command()
def worker() -> None:
    """Poll the sources and render the feeds, until stopped."""
    from syndicator.schedule.clockwork import run_worker

    with _house(write=True) as service:
        run_worker(service)


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=WEB_PORT, show_default=True, type=click.IntRange(1, 65535))
def run(host: str, port: int) -> None:
    """Run web and worker together, until Ctrl-C."""
    from honcho.manager import Manager

    with _house(write=True) as service:
        click.echo(f"{len(service.catalogue.sources)} sources, {len(service.catalogue.feeds)} feeds")
    click.echo(f"the list of feeds: http://{host}:{port}/   health of the sources: http://{host}:{port}/status")
    manager = Manager()
    command = [sys.executable, "-m", "syndicator"]
    manager.add_process("web", _shell([*command, "web", "--host", host, "--port", str(port)]), quiet=False)
    manager.add_process("worker", _shell([*command, "worker"]), quiet=False)
    manager.loop()
    sys.exit(manager.returncode)


def _shell(command: list[str]) -> str:
    import shlex

    return "exec " + shlex.join(command)


@commands.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    before, after = make_schema(_settings())
    click.echo(f"schema: {before or 'none'} -> {after}" if before != after else f"schema: {after}, up to date")


# ---------------------------------------------------------------- polling


@commands.command()
@click.argument("sources", nargs=-1)
def poll(sources: tuple[str, ...]) -> None:
    """Poll now: all sources that are due, or the named ones (PUBLISHER or PUBLISHER/NAME) whatever their schedule."""
    with _house(write=True) as service:
        polls = list(_poll_named(service, sources) if sources else _poll_due(service))
        service.publish()
        service.tick()
        _relabel(service)
    failed = sum(done.outcome is Outcome.FAILED for done in polls)
    new, changed = sum(done.new for done in polls), sum(done.changed for done in polls)
    click.echo(f"{len(polls)} polled, {failed} failed, {new} new, {changed} changed")
    if polls and failed == len(polls):
        sys.exit(1)


def _poll_named(service: Service, names: tuple[str, ...]) -> Iterator[Poll]:
    known = service.catalogue.sources
    chosen: dict[str, None] = {}
    for name in names:
        found = [key for key in known if key == name or key.startswith(f"{name}/")]
        if not found:
            raise ConfigurationError([f"{name}: no such source; 'syndicator sources' lists them"])
        chosen.update(dict.fromkeys(found))
    with ThreadPoolExecutor(service.settings.fetch.parallel) as pool:
        waiting = {pool.submit(lambda key: _one(service, service.claim_now(key)), key) for key in chosen}
        yield from _finished(waiting)


def _poll_due(service: Service) -> Iterator[Poll]:
    """Polls all that is due; waits for hosts that want a pause, but not for those that want a long rest."""
    size = service.settings.fetch.parallel
    pause = timedelta(seconds=service.settings.fetch.gap + 1)
    with ThreadPoolExecutor(size) as pool:
        waiting: set[Future[Poll | None]] = set()
        while True:
            waiting |= {pool.submit(_one, service, lease) for lease in service.claim(size - len(waiting))}
            if not waiting:
                if not service.due_within(pause):
                    return
                time.sleep(0.05)
                continue
            done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            yield from _finished(done)


def _one(service: Service, lease: Lease) -> Poll | None:
    return service.poll(lease)


def _finished(polls: set[Future[Poll | None]]) -> Iterator[Poll]:
    for future in polls:
        try:
            done = future.result()
        except (BoxFault, SyndicatorError) as error:
            click.echo(f"not saved: {error}", err=True)
            continue
        if done is not None:
            click.echo(_line(done))
            yield done


def _line(done: Poll) -> str:
    what = OUTCOMES[done.outcome]
    counts = f" {done.new} new, {done.changed} changed of {done.entries}" if done.outcome is Outcome.CHANGED else ""
    return f"{done.source:<40} {what}{counts}{': ' + done.error if done.error else ''} ({done.duration:.1f} s)"


@commands.command()
def relabel() -> None:
    """Give every stored article the topics and feeds that today's definitions say."""
    with _house(write=True) as service:
        changed = _relabel(service, again=True)
        service.publish()
    click.echo(f"{changed} articles changed topics or feeds")


def _relabel(service: Service, *, again: bool = False) -> int:
    if not (again or service.outdated):
        return 0
    columns = (TextColumn("relabel"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("relabel", total=service.store.count_articles())
        return service.relabel(lambda count: progress.advance(task, count), again=again)


# ---------------------------------------------------------------- definitions


@commands.command()
def check() -> None:
    """Validate all definitions; print every mistake with file, definition and key."""
    mistakes: list[str] = []
    settings, found = None, None
    try:
        settings = _settings()
    except ConfigurationError as error:
        mistakes += error.mistakes
    home = settings.home if settings else Path(os.environ.get("SYNDICATOR_HOME") or ".").resolve()
    try:
        found = catalogue.load(home)
    except ConfigurationError as error:
        mistakes += [mistake for mistake in error.mistakes if mistake not in mistakes]
    for mistake in mistakes:
        click.echo(mistake)
    if mistakes or found is None:
        click.echo(f"{len(mistakes)} {'mistake' if len(mistakes) == 1 else 'mistakes'}")
        sys.exit(1)
    click.echo(
        f"no mistakes: {len(found.publishers)} publishers with {len(found.sources)} sources,"
        f" {len(found.topics)} topics, {len(found.feeds)} feeds"
    )


@commands.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
def init(directory: Path) -> None:
    """Write a starter config/ and feeds/ to DIRECTORY. What is there already stays as it is."""
    starter = _starter()
    written = 0
    for folder in ("config", "feeds"):
        for path in sorted((starter / folder).rglob("*.toml")):
            target = directory / path.relative_to(starter)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
                written += 1
    (directory / "data").mkdir(parents=True, exist_ok=True)
    click.echo(f"{written} files written below {directory}")
    click.echo(f"next: SYNDICATOR_HOME={directory} syndicator check, then syndicator run")


def _starter() -> Path:
    """The definitions that the program ships with: inside an installed wheel, or the repository's own."""
    here = Path(__file__).parent
    return here / "starter" if (here / "starter").is_dir() else here.parent


# ---------------------------------------------------------------- looking


@commands.command()
def sources() -> None:
    """The sources at a glance: health, last success, next poll and why, new articles a day, last error."""
    with _house(write=False) as service:
        moment = now()
        table = Table("source", "health", "last success", "next poll", "why", "new/day", "last error", box=None)
        for row in service.sources_at_a_glance():
            table.add_row(
                row.source.id,
                row.health,
                _ago(row.state.last_success, moment),
                _ago(row.state.next_poll, moment),
                row.state.why,
                f"{row.new_a_day:.1f}",
                row.state.error or "",
            )
        out.print(table)


@commands.command()
def feeds() -> None:
    """The published feeds: address, title, what they choose, how fresh they are."""
    with _house(write=False) as service:
        table = Table("address", "title", "chooses", "last change", box=None)
        for feed in service.catalogue.feeds.values():
            document = service.document(feed.path, "atom")
            choice = ", ".join(
                f"{name}: {' '.join(sorted(getattr(feed, name)))}"
                for name in ("topics", "sources", "languages")
                if getattr(feed, name)
            )
            changed = _ago(document.last_modified if document else None, now())
            table.add_row(f"/feeds/{feed.path}", feed.title, choice or "everything", changed)
        out.print(table)


@commands.command()
@click.argument("what")
def explain(what: str) -> None:
    """Show which phrase in which place gave an article its topics. WHAT is an address, an id, a file or '-'."""
    with _house(write=False) as service:
        article = _article(service, what)
        topics = service.definitions.topics
        out.print(f"{article.title}\n{article.url}\n", markup=False)
        table = Table("topic", "score", "place", "phrase", "as written", "weight", "", box=None)
        for found in topics.explain(article):
            note = f"masked by {found.masked_by}" if found.masked_by else ""
            score = f"{found.score:.1f} {'yes' if found.carried else 'no'}"
            table.add_row(found.topic, score, found.place, found.phrase, found.matched, f"{found.weight:.1f}", note)
        out.print(table)
        given = sorted(set(article.topics) - set(topics.label(article)))
        if given:
            out.print(f"given by its sources: {' '.join(given)}")
        out.print(f"topics: {' '.join(article.topics) or 'none'}\nfeeds: {' '.join(article.feeds) or 'none'}")


def _article(service: Service, what: str) -> Article:
    """A stored article, or the text of a file or of standard input: its first line is the title."""
    if (article := service.find_article(what)) is not None:
        return article
    if what == "-":
        text = sys.stdin.read()
    elif Path(what).is_file():
        text = Path(what).read_text("utf-8", "replace")
    else:
        raise ConfigurationError([f"{what}: no stored article has this address or id, and there is no such file"])
    return service.as_article(text)


def _ago(moment: datetime | None, today: datetime) -> str:
    """`in 5 min`, `3 h ago`: for tables."""
    if moment is None:
        return "never"
    seconds = (moment - today).total_seconds()
    size = abs(seconds)
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if size >= length:
            text = f"{size / length:.0f} {unit}"
            break
    else:
        text = f"{size:.0f} s"
    return f"in {text}" if seconds > 0 else f"{text} ago"
