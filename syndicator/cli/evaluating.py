"""The command that measures quality: figures against gold, and whether they still are as good as they were."""

import sys
from pathlib import Path

import click
from rich.table import Table

from syndicator.cli.house import out
from syndicator.errors import ConfigurationError
from syndicator.evaluate import MEASURES, Result, below, read_floors

_FOLDER = click.Path(path_type=Path, exists=True)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("measure", type=click.Choice([*MEASURES, "all"]))
@click.option("--data", type=_FOLDER, help="The gold to measure against, instead of the project's.")
@click.option("--floors", type=_FILE, help="A JSON file of floors; a figure below its floor makes the exit code 1.")
@click.option("--brief", is_flag=True, help="The figures alone, without the table of cases.")
def evaluate(measure: str, data: Path | None, floors: Path | None, brief: bool) -> None:
    """Measure quality against gold: precision, recall, speed. MEASURE is one of them, or 'all'."""
    if data is not None and measure == "all":
        raise ConfigurationError(["--data belongs to one measure: name it instead of 'all'"])
    pinned = read_floors(floors) if floors is not None else {}
    fallen: list[str] = []
    for name in MEASURES if measure == "all" else (measure,):
        result = MEASURES[name](data)
        _show(name, result, pinned.get(name, {}), brief=brief)
        fallen += below(name, result, pinned.get(name, {}))
    if measure == "all":
        fallen += [f"{name}: has floors, but there is no such measure" for name in pinned if name not in MEASURES]
    for line in fallen:
        click.echo(line, err=True)
    if fallen:
        sys.exit(1)


def _show(name: str, result: Result, floors: dict[str, float], *, brief: bool) -> None:
    out.print(f"{name}: {result.count} measured, {result.speed:.1f} a second", style="bold", markup=False)
    if result.rows and not brief:
        table = Table(*result.header, box=None)
        for row in result.rows:
            table.add_row(*row)
        out.print(table)
    table = Table("figure", "value", "floor", box=None)
    for figure, value in result.measured.items():
        table.add_row(figure, f"{value:.4f}", f"{floors[figure]:g}" if figure in floors else "")
    for figure, why in result.absent.items():
        table.add_row(figure, f"not measured: {why}", f"{floors[figure]:g}" if figure in floors else "")
    out.print(table)
    if result.worst:
        out.print("to look at first:")
        for line in result.worst:
            out.print(f"  {line}", markup=False)
    out.print()
