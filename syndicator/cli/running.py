"""The commands that run the service: web, worker, both, and the schema before them."""

import shlex
import sys

import click

from syndicator.cli.house import house, settings
from syndicator.service import make_schema

WEB_PORT = 8000


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=WEB_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def web(host: str, port: int, workers: int) -> None:
    """Serve the feeds."""
    from syndicator.web.server import serve  # only here: granian is not needed by any other command

    with house(write=False):
        pass  # definitions and schema are looked at once, before several processes would complain
    serve(host=host, port=port, workers=workers)


@click.command()
def worker() -> None:
    """Poll the sources and render the feeds, until stopped."""
    from syndicator.schedule.clockwork import run_worker

    with house(write=True) as service:
        run_worker(service)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=WEB_PORT, show_default=True, type=click.IntRange(1, 65535))
def run(host: str, port: int) -> None:
    """Run web and worker together, until Ctrl-C."""
    from honcho.manager import Manager

    with house(write=True) as service:
        click.echo(f"{len(service.catalogue.sources)} sources, {len(service.catalogue.feeds)} feeds")
    click.echo(f"the list of feeds: http://{host}:{port}/   health of the sources: http://{host}:{port}/status")
    manager = Manager()
    command = [sys.executable, "-m", "syndicator"]
    manager.add_process("web", _shell([*command, "web", "--host", host, "--port", str(port)]), quiet=False)
    manager.add_process("worker", _shell([*command, "worker"]), quiet=False)
    manager.loop()
    sys.exit(manager.returncode)


def _shell(command: list[str]) -> str:
    return "exec " + shlex.join(command)


@click.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    before, after = make_schema(settings())
    click.echo(f"schema: {before or 'none'} -> {after}" if before != after else f"schema: {after}, up to date")
