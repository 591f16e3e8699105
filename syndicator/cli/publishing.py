"""The command that writes the editions as files, for another server to serve."""

import time
from collections.abc import Iterator
from pathlib import Path

import click

from syndicator.cli.house import house
from syndicator.errors import StoreError, SyndicatorError
from syndicator.model import Document
from syndicator.publish import files
from syndicator.service import Service

WAIT = 5.0
"""Seconds; a change is heard of at once, a change of the definitions after this."""


@click.command()
@click.option("--to", "directory", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--follow", is_flag=True, help="Go on until stopped, and write what changes within seconds.")
def publish(directory: Path, follow: bool) -> None:
    """Write the feeds as the worker rendered them to DIR/feeds, with gzip beside each, for nginx or a CDN.

    Files of feeds that are gone are removed.
    """
    with house(write=False) as service:
        click.echo(str(_write(service, directory)))
        if not follow:
            return
        watch = service.store.watch()
        while True:
            try:
                watch.wait(WAIT)
                service.refresh()
                done = _write(service, directory)
            except StoreError as error:
                click.echo(f"the files stay as they are: {error}", err=True)
                time.sleep(WAIT)
                continue
            if done.written or done.removed:
                click.echo(str(done))


def _write(service: Service, directory: Path) -> files.Written:
    try:
        return files.write(directory, _documents(service))
    except OSError as error:
        raise SyndicatorError(f"--to {directory}: cannot be written: {error.strerror or error}") from error


def _documents(service: Service) -> Iterator[tuple[str, Document]]:
    """All documents of today's feeds, one in memory at a time."""
    for each in service.store.standing():
        if each.feed in service.catalogue.feeds:
            document = service.document(each.feed, each.format)
            if document is not None:
                yield f"{each.feed}.{each.format}", document
