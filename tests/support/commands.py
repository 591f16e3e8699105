"""The operator's commands, each a real process, forked from one that has imported them: a start takes a second less."""

import os
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess

from benchmarks import serving

TIMEOUT = 60.0
"""Seconds that a command may take."""

_processes = get_context("forkserver")
_processes.set_forkserver_preload(["syndicator.cli"])


def environ(home: Path) -> dict[str, str]:
    """What a command is told of the world: a home, and nothing that the caller's environment says of the service."""
    told = {"SYNDICATOR_BASE_URL": "https://feeds.example.org", "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"}
    return serving.environ(home) | told


def run(home: Path, *arguments: str, given: str = "") -> CompletedProcess[str]:
    """`syndicator ARGUMENTS` to its end, with `given` on standard input."""
    with tempfile.TemporaryDirectory() as name:
        files = tuple(Path(name, stream) for stream in ("in", "out", "err"))
        files[0].write_text(given, "utf-8")
        process = _processes.Process(target=_command, args=(arguments, environ(home), files))
        process.start()
        process.join(TIMEOUT)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"syndicator {' '.join(arguments)}: no end after {TIMEOUT} s")
        said, complained = (file.read_text("utf-8") for file in files[1:])
    return CompletedProcess(arguments, process.exitcode, said, complained)


def _command(arguments: tuple[str, ...], environment: dict[str, str], files: tuple[Path, Path, Path]) -> None:
    """The forked process's whole life."""
    for descriptor, file in enumerate(files):
        opened = os.open(file, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(descriptor, mode, encoding="utf-8", closefd=False) for descriptor, mode in enumerate("rww")
    )
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["syndicator", *arguments]
    from syndicator.cli import main

    main()
