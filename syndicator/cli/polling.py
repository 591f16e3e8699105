"""The commands that do the worker's work once, here and now: poll and relabel."""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from syndicator.cli.house import house
from syndicator.errors import ConfigurationError, SyndicatorError
from syndicator.model import Outcome, Poll
from syndicator.service import Service

OUTCOMES = {
    Outcome.CHANGED: "new",
    Outcome.UNCHANGED: "nothing new",
    Outcome.NOT_MODIFIED: "not modified",
    Outcome.FAILED: "failed",
}


@click.command()
@click.argument("sources", nargs=-1)
def poll(sources: tuple[str, ...]) -> None:
    """Poll now: all sources that are due, or the named ones (PUBLISHER or PUBLISHER/NAME) whatever their schedule."""
    with house(write=True) as service:
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
        waiting = {pool.submit(lambda key: service.poll(service.claim_now(key)), key) for key in chosen}
        yield from _finished(waiting)


def _poll_due(service: Service) -> Iterator[Poll]:
    """Polls all that is due; waits for hosts that want a pause, but not for those that want a long rest."""
    size = service.settings.fetch.parallel
    pause = timedelta(seconds=service.settings.fetch.gap + 1)
    with ThreadPoolExecutor(size) as pool:
        waiting: set[Future[Poll | None]] = set()
        while True:
            waiting |= {pool.submit(service.poll, lease) for lease in service.claim(size - len(waiting))}
            if not waiting:
                if not service.due_within(pause):
                    return
                time.sleep(0.05)
                continue
            done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            yield from _finished(done)


def _finished(polls: set[Future[Poll | None]]) -> Iterator[Poll]:
    for future in polls:
        try:
            done = future.result()
        except SyndicatorError as error:
            click.echo(f"not saved: {error}", err=True)
            continue
        if done is not None:
            click.echo(_line(done))
            yield done


def _line(done: Poll) -> str:
    what = OUTCOMES[done.outcome]
    counts = f" {done.new} new, {done.changed} changed of {done.entries}" if done.outcome is Outcome.CHANGED else ""
    notes = "".join(f"\n{'':<40} {note}" for note in done.notes)
    return f"{done.source:<40} {what}{counts}{': ' + done.error if done.error else ''} ({done.duration:.1f} s){notes}"


@click.command()
def relabel() -> None:
    """Give every stored article the topics and feeds that today's definitions say."""
    with house(write=True) as service:
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
