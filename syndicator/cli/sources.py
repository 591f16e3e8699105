"""The commands about the sources: how they are."""

import click
from rich.table import Table

from syndicator.cli.house import ago, house, out
from syndicator.service import now


@click.command()
def sources() -> None:
    """The sources at a glance: health, last success, next poll and why, new articles a day, last error."""
    with house(write=False) as service:
        moment = now()
        table = Table("source", "health", "last success", "next poll", "why", "new/day", "last error", box=None)
        for row in service.sources_at_a_glance():
            table.add_row(
                row.source.id,
                row.health,
                ago(row.state.last_success, moment),
                ago(row.state.next_poll, moment),
                row.state.why,
                f"{row.new_a_day:.1f}",
                row.state.error or "",
            )
        out.print(table)
