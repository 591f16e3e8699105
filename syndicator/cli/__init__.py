"""The operator's commands. Each opens the house, asks it one thing, and says what came of it.

Exit codes: 0 well done; 1 it could not be done; 2 the definitions, the settings or the command line are wrong.
"""

import sys

import click

from syndicator import __version__, logs
from syndicator.cli import definitions, evaluating, looking, polling, preview, publishing, running, searching, sources
from syndicator.errors import ConfigurationError, SyndicatorError


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


for command in (
    sources.sources,
    looking.feeds,
    looking.explain,
    searching.search,
    polling.poll,
    polling.relabel,
    definitions.check,
    definitions.init,
    evaluating.evaluate,
    preview.preview,
    publishing.publish,
    running.run,
    running.web,
    running.worker,
    running.migrate,
):
    commands.add_command(command)
