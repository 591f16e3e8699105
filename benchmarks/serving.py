"""One feed of 50 full Arabic articles, served by us and by others in the same run.

    python -m benchmarks.serving                     five rounds of two seconds, a table
    python -m benchmarks.serving --rounds 1 --seconds 1

"ours" is `syndicator web` with one process. "bare" is a WSGI function of two lines that returns the same prepared
bytes and headers from the same granian, "Flask" our app without the edge, "nginx" (when it is installed) one process
with `docs/nginx.conf` on what `syndicator publish` wrote. What counting costs is the edge's time with and without the
lines that count.

Each round asks every server for every case, one after the other and back again, 16 connections with keep-alive; ratios
are taken within a round, and medians are shown. `wrk` makes the load when it is installed. CPU is the servers' own, for
one request: it moves less with whatever else the machine does.
"""

import argparse
import ast
import inspect
import os
import re
import selectors
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from random import Random
from typing import Any

import psutil

from syndicator.service import now, opened
from syndicator.settings import load
from syndicator.web import create_app, edge
from syndicator.web.counting import Counts
from syndicator.web.server import granian
from syndicator.web.shelf import Shelf
from tests.support.articles import PARAGRAPHS, article, body
from tests.support.houses import furnish, publisher

CONNECTIONS = 16
FEED = "/feeds/arabic.rss"
CASES = {"200 gzip": {"Accept-Encoding": "gzip"}, "200 identity": {}, "304": {"Accept-Encoding": "gzip"}}
ROOT = Path(__file__).resolve().parents[1]


# ---------------------------------------------------------------- what is served


def fill(home: Path, count: int) -> None:
    """A home whose feed `arabic` shows so many full articles, of eight paragraphs each."""
    feed = f'title = "كل الأخبار"\nlanguages = ["ar"]\nlimit = {count}\n'
    source = publisher("نهر", main='url = "https://nahr.example.com/rss"')
    furnish(home, {"feeds/arabic.toml": feed, "config/sources/nahr.toml": source})
    words, chance = " ".join(PARAGRAPHS).split(), Random(7)
    with opened(load(environ(home)), write=True) as service:
        made = []
        for number in range(count):
            text = tuple(" ".join(chance.choices(words, k=60)) for _ in range(8))
            made.append(service.definitions.label(article(number, body=body(text))))
        with service.store.writing() as transaction:
            transaction.save([(None, each) for each in made], now())
        service.publish()
        service.tick()


def environ(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATOR_")}
    return kept | {"SYNDICATOR_HOME": str(home)}


# ---------------------------------------------------------------- the servers' factories


def bare() -> Any:
    """The least that a WSGI function can do: the same headers and bytes as ours, and no look at the request."""
    with ExitStack() as house:
        service = house.enter_context(opened(load(os.environ), write=False))
        shelf = Shelf(service, Counts())
        shelf.look()
        held = shelf.held[FEED]
    prepared = {"304": held.unchanged, "200 gzip": held.gzip, "200 identity": held.identity}
    status, headers, body = prepared[os.environ["BENCH_CASE"]]
    line, answer = edge.LINES[status], [body] if body else []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(line, headers)
        return answer

    return app


def flask() -> Any:
    """Our app without the edge."""
    return create_app(ExitStack().enter_context(opened(load(os.environ), write=False)))


class _Silent(ast.NodeTransformer):
    """Takes the lines out of the edge that count."""

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        return None

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if "agent" in ast.unparse(node.test) else self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        return None if ast.unparse(node.targets[0]) in {"agent", "count"} else node


def counting(home: Path) -> dict[str, float]:
    """What counting adds to one answer of the edge, in microseconds by case: the call with and without its lines."""
    tree = ast.fix_missing_locations(_Silent().visit(ast.parse(inspect.getsource(edge._from_memory))))
    silent: dict[str, Any] = dict(vars(edge))
    exec(compile(tree, "edge without counting", "exec"), silent)
    with opened(load(environ(home)), write=False) as service:
        shelf = Shelf(service, Counts())
        shelf.look()
    request = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": FEED,
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) Reader/2",
    }
    cost: dict[str, float] = {}
    for case, headers in CASES.items():
        asked = request | {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        if case == "304":
            asked["HTTP_IF_NONE_MATCH"] = shelf.held[FEED].etag
        both: list[list[float]] = [[], []]
        for _ in range(15):
            for times, made in zip(both, (edge._from_memory, silent["_from_memory"]), strict=True):
                answer = made(shelf.held, Counts())
                began = time.process_time()
                for _ in range(20_000):
                    answer(asked)
                times.append((time.process_time() - began) / 20_000 * 1e6)
        cost[case] = min(both[0]) - min(both[1])
    return cost


# ---------------------------------------------------------------- the servers


@dataclass(frozen=True)
class Server:
    """A running server; `cpu` is what its processes used, in seconds."""

    port: int
    process: psutil.Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{FEED}"

    def cpu(self) -> float:
        total = 0.0
        for each in [self.process, *self.process.children(recursive=True)]:
            times = each.cpu_times()
            total += times.user + times.system
        return total


@contextmanager
def running(command: list[str], port: int, given: dict[str, str]) -> Iterator[Server]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=given, stdout=log, stderr=log, cwd=ROOT, start_new_session=True)
        try:
            until = time.monotonic() + 40
            while not _answers(port):
                if time.monotonic() > until or process.poll() is not None:
                    log.seek(0)
                    raise RuntimeError(f"{command}: does not answer\n{log.read().decode()}")
                time.sleep(0.1)
            yield Server(port, psutil.Process(process.pid))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{FEED}", timeout=2):
            return True
    except urllib.error.HTTPError as error:
        return error.code == 304  # the bare function knows no other answer
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def granian_running(factory: str, given: dict[str, str]) -> Any:
    port = free_port()
    return running([sys.executable, "-m", "benchmarks.serving", "--serve", factory, str(port)], port, given)


@contextmanager
def nginx(home: Path, folder: Path) -> Iterator[Server]:
    """nginx with our sample configuration and one process."""
    public = folder / "public"
    command = [sys.executable, "-m", "syndicator", "publish", "--to", str(public)]
    subprocess.run(command, env=environ(home), check=True, capture_output=True, cwd=ROOT)
    port = free_port()
    with running(nginx_command(folder, public, port), port, dict(os.environ)) as server:
        yield server


def nginx_command(folder: Path, public: Path, port: int, upstream: int = 9) -> list[str]:
    """The command of an nginx that serves `public` on a port of 127.0.0.1 as `docs/nginx.conf` says."""
    folder.chmod(0o755)
    for path in [public, *public.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    sample = (ROOT / "docs" / "nginx.conf").read_text("utf-8")
    sample = sample.replace("listen 80;", f"listen 127.0.0.1:{port};").replace(
        "127.0.0.1:8000", f"127.0.0.1:{upstream}"
    )
    sample = sample.replace("/var/lib/syndicator/public", str(public))
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"user root; daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;"
        "events { worker_connections 1024; }"
        f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; {paths}\n{sample}\n}}"
    )
    if os.geteuid() != 0:
        whole = whole.removeprefix("user root;")
    (folder / "nginx.conf").write_text(whole)
    return [shutil.which("nginx", path="/usr/sbin:" + os.environ["PATH"]) or "nginx", "-c", str(folder / "nginx.conf")]


# ---------------------------------------------------------------- load


@dataclass(frozen=True)
class Run:
    """What one run of load saw: requests a second, the 99th percentile in ms, the server's CPU in us a request."""

    rate: float
    p99: float
    cpu: float

    def and_back(self, other: "Run") -> "Run":
        """The mean of two runs: there and back again, so that a machine that slows down slows all alike."""
        return Run(*((mine + its) / 2 for mine, its in zip(astuple(self), astuple(other), strict=True)))


def load_of(server: Server, headers: dict[str, str], seconds: float) -> Run:
    before, started = server.cpu(), time.perf_counter()
    count, p99 = (_wrk if shutil.which("wrk") else _python_load)(server, headers, seconds)
    took = time.perf_counter() - started
    return Run(rate=count / took, p99=p99, cpu=(server.cpu() - before) / max(count, 1) * 1e6)


def _wrk(server: Server, headers: dict[str, str], seconds: float) -> tuple[int, float]:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency", server.url]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx or 3xx" in told or "Socket errors" in told:
        raise RuntimeError(told)
    requests = re.search(r"(\d+) requests in", told)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", told)
    if requests is None or p99 is None:
        raise RuntimeError(f"wrk said something else than expected:\n{told}")
    return int(requests[1]), float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]]


def _python_load(server: Server, headers: dict[str, str], seconds: float) -> tuple[int, float]:
    """As many requests as one Python thread can make; every answer is as long as the first."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    asked = f"GET {FEED} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()
    waits: list[float] = []
    with selectors.DefaultSelector() as selector:
        missing: dict[socket.socket, tuple[int, float]] = {}
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", server.port))
            size = _one_answer(connection, asked)
            selector.register(connection, selectors.EVENT_READ)
            connection.sendall(asked)
            missing[connection] = (size, time.perf_counter())
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            for key, _ in selector.select(1):
                connection = key.fileobj  # type: ignore[assignment]
                left, since = missing[connection]
                left -= len(connection.recv(1 << 20))
                if left <= 0:
                    waits.append(time.perf_counter() - since)
                    connection.sendall(asked)
                    left, since = size, time.perf_counter()
                missing[connection] = (left, since)
        for connection in missing:
            connection.close()
    return len(waits), sorted(waits)[int(len(waits) * 0.99)] * 1000


def _one_answer(connection: socket.socket, asked: bytes) -> int:
    """Bytes of one whole answer. The server's Date never changes its length."""
    connection.sendall(asked)
    read = b""
    while b"\r\n\r\n" not in read:
        read += connection.recv(1 << 20)
    head, _, rest = read.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    whole = len(head) + 4 + (int(length[1]) if length and not head.startswith(b"HTTP/1.1 304") else 0)
    got = len(head) + 4 + len(rest)
    while got < whole:
        got += len(connection.recv(1 << 20))
    return whole


def etag(server: Server) -> str:
    request = urllib.request.Request(server.url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return str(response.headers["ETag"])


# ---------------------------------------------------------------- the run


def measure(rounds: int, seconds: float) -> tuple[dict[tuple[str, str], list[Run]], dict[str, float]]:
    """All runs by case and server, in the order of the rounds; and what counting costs in us by case."""
    runs: dict[tuple[str, str], list[Run]] = {}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        home = Path(name) / "home"
        home.mkdir()
        fill(home, 50)
        cost = counting(home)
        given = environ(home)
        port = free_port()
        web = [sys.executable, "-m", "syndicator", "web", "--workers", "1", "--port", str(port)]
        shared = {
            "ours": stack.enter_context(running(web, port, given)),
            "Flask": stack.enter_context(granian_running("flask", given)),
        }
        if nginx_command_exists():
            shared["nginx"] = stack.enter_context(nginx(home, Path(name)))
        bares = {case: stack.enter_context(granian_running("bare", given | {"BENCH_CASE": case})) for case in CASES}
        tags = {server: etag(each) for server, each in shared.items()}
        for _ in range(rounds):
            for case, headers in CASES.items():
                servers = {"bare": bares[case], **shared}
                there: dict[str, Run] = {}
                for server in (*servers, *reversed(servers)):
                    tag = {"If-None-Match": tags.get(server, "*")} if case == "304" else {}
                    run = load_of(servers[server], headers | tag, seconds / 2)
                    if server in there:
                        runs.setdefault((case, server), []).append(there[server].and_back(run))
                    there[server] = run
    return runs, cost


def nginx_command_exists() -> bool:
    return shutil.which("nginx", path="/usr/sbin:" + os.environ["PATH"]) is not None


def table(runs: dict[tuple[str, str], list[Run]]) -> str:
    """The medians, as a Markdown table."""
    lines = [
        "| case | server | requests/s | p99 ms | CPU us | of bare | of nginx |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for (case, server), found in runs.items():
        ratios = [
            f"{statistics.median(a.rate / b.rate for a, b in zip(found, other, strict=True)):.2f}"
            if (other := runs.get((case, name)))
            else ""
            for name in ("bare", "nginx")
        ]
        rate, p99, cpu = (statistics.median(getattr(run, key) for run in found) for key in ("rate", "p99", "cpu"))
        lines.append(f"| {case} | {server} | {rate:,.0f} | {p99:.1f} | {cpu:.0f} | {' | '.join(ratios)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--serve", nargs=2, metavar=("FACTORY", "PORT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        factory, port = options.serve
        granian(f"benchmarks.serving:{factory}", host="127.0.0.1", port=int(port), workers=1).serve()
        return
    if not shutil.which("wrk"):
        print("wrk is not installed: a load generator in Python is used, which is slower than the servers it measures.")
    if not nginx_command_exists():
        print("nginx is not installed: it is left out.")
    runs, cost = measure(options.rounds, options.seconds)
    print(table(runs))
    shares = (
        f"{case} {us:.2f} us, {us / statistics.median(r.cpu for r in runs[case, 'ours']):.1%}"
        for case, us in cost.items()
    )
    print(f"\nCounting costs, of the CPU time of a request: {'; '.join(shares)}.")


if __name__ == "__main__":
    main()
