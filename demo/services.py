"""The processes of the project's `Procfile`, run on a home of their own.

honcho reads the Procfile, but its manager is not used: it gives processes five seconds to end and reports a Ctrl-C as
a failure, where a demo that was stopped on purpose has done well. Each process leads a session of its own, so a Ctrl-C
in the terminal reaches the demo alone, which then stops the others in good order: SIGTERM, patience, SIGKILL.
"""

import os
import signal
import subprocess
import sysconfig
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from honcho.environ import parse_procfile

PROCFILE = Path(__file__).parents[1] / "Procfile"
PATIENCE = 11.0
"""Seconds that all processes together have to end."""


class Services:
    """Started processes, by their names in the Procfile; all are gone when the `with` block ends."""

    def __init__(self, *, home: Path, host: str, port: int, log: Path) -> None:
        self._commands = parse_procfile(PROCFILE.read_text("utf-8")).processes
        self._home = home
        self._log = log.open("ab")
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._environ = os.environ | {
            "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)]),
            "PORT": str(port),
            "SYNDICATOR_HOST": host,
            "SYNDICATOR_HOME": str(home),
            "SYNDICATOR_BASE_URL": f"http://{host}:{port}",
            "SYNDICATOR_DATABASE_URL": "sqlite:///data/syndicator.db",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str) -> None:
        """Starts a process of the Procfile; what it says goes to the log."""
        self._running[name] = subprocess.Popen(  # noqa: S603 - the project's own Procfile
            ["/bin/sh", "-c", f"exec {self._commands[name]}"],
            cwd=self._home,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def ended(self, name: str) -> int | None:
        """The exit code of a process, or None while it runs."""
        return self._running[name].poll()

    def stop(self) -> None:
        """Ends all processes, and whatever they started and left behind."""
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        until = monotonic() + PATIENCE
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - monotonic()))
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running.clear()
        self._log.close()
