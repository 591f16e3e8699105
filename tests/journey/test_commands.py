"""The operator's commands as real processes: output, exit codes, and what they leave behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import requests

from tests.support.commands import environ, run
from tests.support.houses import SETTINGS, furnish, publisher
from tests.support.servers import Reply, Request, serve

RSS = """<rss version="2.0"><channel><title>نهر</title><link>https://nahr.example.com/</link><description/>
<item><title>وصول قافلة إلى حلب</title><link>https://nahr.example.com/1</link>
<pubDate>Sat, 14 Mar 2026 09:00:00 +0300</pubDate><description>وصلت القافلة صباح اليوم.</description></item></channel></rss>"""


def outlet(request: Request) -> Reply:
    if request.path == "/rss":
        return Reply(200, [("Content-Type", "application/rss+xml")], RSS.encode())
    return Reply(404)


HOURLY = {"config/settings.toml": SETTINGS.replace("every = 0.001\nlongest = 0.002", "every = 60")}
"""Nothing that was polled is due again while a test runs, however busy the machine is."""


def test_poll_check_explain_and_feeds(home: Path) -> None:
    """An operator's first minutes: check, poll, look at what came, and ask why."""
    with serve(outlet) as server:
        furnish(home, HOURLY | {"config/sources/nahr.toml": publisher("نهر", main=f'url = "{server.url}rss"')})
        checked = run(home, "check")
        assert checked.returncode == 0
        assert "no mistakes: 1 publishers with 1 sources, 1 topics, 2 feeds" in checked.stdout
        polled = run(home, "poll")
        assert polled.returncode == 0, polled.stderr
        assert "nahr/main" in polled.stdout
        assert "1 polled, 0 failed, 1 new, 0 changed" in polled.stdout
        again = run(home, "poll", "nahr")
        assert again.returncode == 0
        assert "1 polled, 0 failed, 0 new, 0 changed" in again.stdout
    explained = run(home, "explain", "https://nahr.example.com/1")
    assert explained.returncode == 0, explained.stderr
    assert "syria" in explained.stdout
    assert "حلب" in explained.stdout
    read = run(home, "explain", "-", given="قصف على دمشق\nقالت وكالة الأنباء إن القصف أصاب دمشق.")
    assert "topics: syria" in read.stdout
    assert "/feeds/syria" in run(home, "feeds").stdout
    assert "well" in run(home, "sources").stdout


def test_poll_exit_codes(home: Path) -> None:
    """0 if one source answered, 1 if all failed, 2 for a configuration error."""
    with serve(outlet) as server:
        bad = f'url = "{server.url}none"'
        furnish(
            home, HOURLY | {"config/sources/nahr.toml": publisher("نهر", main=f'url = "{server.url}rss"', gone=bad)}
        )
        mixed = run(home, "poll")
        assert mixed.returncode == 0
        assert "2 polled, 1 failed" in mixed.stdout
        failed = run(home, "poll", "nahr/gone")
        assert failed.returncode == 1
        assert "404" in failed.stdout
        assert run(home, "poll", "nobody").returncode == 2
    (home / "feeds/bad.toml").write_text("titel = 'x'\n", "utf-8")
    broken = run(home, "poll")
    assert broken.returncode == 2
    assert "feeds/bad.toml: titel: unknown key; did you mean 'title'?" in broken.stderr


def test_check_prints_every_mistake(home: Path) -> None:
    """Every mistake of every file is told at once, with file, definition and key; exit code 1."""
    furnish(
        home,
        {
            "config/sources/nahr.toml": publisher("نهر", main='url = "nowhere"\nevry = 5\ntopics = ["syria"]'),
            "feeds/other.toml": 'title = "أخرى"\ntopics = ["nope"]\n',
            "config/settings.toml": "[fetch]\ndeadline = -1\n",
        },
    )
    checked = run(home, "check")
    assert checked.returncode == 1
    assert "config/sources/nahr.toml: [feeds.main] evry: unknown key; did you mean 'every'?" in checked.stdout
    assert "config/sources/nahr.toml: [feeds.main] url: must be an absolute http or https address" in checked.stdout
    assert "config/settings.toml: [fetch] deadline: " in checked.stdout


def test_init_makes_a_home_that_checks(tmp_path: Path) -> None:
    """`init DIR` writes a starter that has no mistakes, and leaves alone what is there."""
    home = tmp_path / "new"
    made = run(tmp_path, "init", str(home))
    assert made.returncode == 0, made.stderr
    assert run(home, "check").returncode == 0
    (home / "feeds/arabic.toml").write_text('title = "لي"\n', "utf-8")
    assert run(tmp_path, "init", str(home)).returncode == 0
    assert (home / "feeds/arabic.toml").read_text("utf-8") == 'title = "لي"\n'


def test_migrate_says_what_it_did(home: Path) -> None:
    """`migrate` makes the schema once, and may be run again."""
    furnish(home, {"config/sources/nahr.toml": publisher("نهر", main='url = "https://nahr.example.com/rss"')})
    assert "none -> " in run(home, "migrate").stdout
    assert "up to date" in run(home, "migrate").stdout


def test_run_serves_polls_and_stops_cleanly(home: Path) -> None:
    """`run` starts web and worker; SIGTERM ends both within the patience, and leaves no process behind."""
    with serve(outlet) as server:
        furnish(home, {"config/sources/nahr.toml": publisher("نهر", main=f'url = "{server.url}rss"')})
        port = 18_000 + os.getpid() % 2_000
        command = [sys.executable, "-m", "syndicator", "run", "--port", str(port)]
        with subprocess.Popen(
            command, env=environ(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                assert wait_for(f"http://127.0.0.1:{port}/readyz")
                assert wait_for(f"http://127.0.0.1:{port}/feeds/syria.rss")
                children = psutil.Process(process.pid).children(recursive=True)
                assert len(children) >= 3
                process.send_signal(signal.SIGTERM)
                process.wait(20)
            finally:
                process.kill()
        _, alive = psutil.wait_procs(children, timeout=5)
        assert alive == []


def wait_for(url: str, seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if requests.get(url, timeout=2).status_code == 200:
                return True
        except requests.ConnectionError:
            pass
        time.sleep(0.2)
    return False


def test_second_worker_on_sqlite_is_refused(home: Path) -> None:
    """Two workers on one SQLite file would harm each other: the second says so and ends."""
    furnish(home, {"config/sources/nahr.toml": publisher("نهر", main='url = "https://nahr.example.com/rss"')})
    command = [sys.executable, "-m", "syndicator", "worker"]
    with subprocess.Popen(command, env=environ(home), stderr=subprocess.PIPE, text=True) as first:
        try:
            assert first.stderr is not None
            assert any("worker started" in line for line in first.stderr)
            second = run(home, "worker")
            assert second.returncode == 1
            assert "another process" in second.stderr
            first.send_signal(signal.SIGTERM)
            assert first.wait(20) == 0
        finally:
            first.kill()
