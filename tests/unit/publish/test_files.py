"""Editions as files: whole at every moment, and left alone while nothing changes."""

import gzip
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from benchmarks.serving import free_port, nginx_command
from syndicator.model import Document
from syndicator.publish.files import write
from syndicator.service import now
from tests.support.articles import article
from tests.support.commands import environ, run
from tests.support.houses import furnish, house, publisher
from tests.support.servers import Reply, serve

MOMENT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


def document(text: str, moment: datetime = MOMENT) -> Document:
    body = text.encode()
    return Document(
        content_type="application/rss+xml; charset=utf-8",
        body=body,
        gzip=gzip.compress(body, mtime=0),
        etag=f'W/"{text}"',
        last_modified=moment,
    )


def test_files_are_the_documents(tmp_path: Path) -> None:
    """Each document is two files of the same bytes, dated with its Last-Modified, readable by another user."""
    done = write(tmp_path, [("region/levant.rss", document("المشرق")), ("syria.atom", document("سوريا"))])
    assert (done.written, done.unchanged, done.removed) == (2, 0, 0)
    plain, packed = tmp_path / "feeds/region/levant.rss", tmp_path / "feeds/region/levant.rss.gz"
    assert plain.read_text("utf-8") == gzip.decompress(packed.read_bytes()).decode() == "المشرق"
    for path in (plain, packed):
        assert path.stat().st_mtime == MOMENT.timestamp()
        assert path.stat().st_mode & 0o777 == 0o644


def test_the_same_bytes_are_left_alone(tmp_path: Path) -> None:
    """A second writing touches only what changed: the others keep their inode and their time."""
    write(tmp_path, [("a.rss", document("a")), ("b.rss", document("b"))])
    before = {path.name: path.stat() for path in (tmp_path / "feeds").iterdir()}
    done = write(tmp_path, [("a.rss", document("a")), ("b.rss", document("c", MOMENT + timedelta(hours=1)))])
    assert (done.written, done.unchanged) == (1, 1)
    after = {path.name: path.stat() for path in (tmp_path / "feeds").iterdir()}
    for name in ("a.rss", "a.rss.gz"):
        assert (after[name].st_ino, after[name].st_mtime) == (before[name].st_ino, before[name].st_mtime)
    for name in ("b.rss", "b.rss.gz"):
        assert after[name].st_ino != before[name].st_ino
        assert after[name].st_mtime == MOMENT.timestamp() + 3600


def test_a_reader_keeps_the_old_bytes(tmp_path: Path) -> None:
    """Whoever has the old file open reads it to its end: a change is a rename."""
    write(tmp_path, [("a.rss", document("old"))])
    with (tmp_path / "feeds/a.rss").open() as reading:
        write(tmp_path, [("a.rss", document("new"))])
        assert reading.read() == "old"
    assert (tmp_path / "feeds/a.rss").read_text() == "new"


def test_files_of_feeds_that_are_gone_go_and_nothing_else(tmp_path: Path) -> None:
    """Files of gone feeds and empty directories are removed; what is not ours stays, definitions above all."""
    write(tmp_path, [("a.rss", document("a")), ("deep/er/b.json", document("b"))])
    (tmp_path / "feeds/a.toml").write_text("title = 'a'")
    (tmp_path / "feeds/.left-over.new").write_text("half")
    done = write(tmp_path, [("a.rss", document("a"))])
    assert done.removed == 3
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert left == {"feeds", "feeds/a.rss", "feeds/a.rss.gz", "feeds/a.toml"}


@pytest.fixture
def filled(home: Path) -> Path:
    """A home with rendered feeds, and no process on it."""
    furnish(home, {"config/sources/nahr.toml": publisher("نهر", main='url = "https://nahr.example.com/rss"')})
    with house(home, f"sqlite:///{home / 'data/syndicator.db'}") as service:
        with service.store.writing() as transaction:
            transaction.save([(None, service.definitions.label(article(1)))], now())
        service.publish()
    return home


def test_publish_writes_what_the_web_serves(filled: Path, tmp_path: Path) -> None:
    """`publish --to` writes all feeds in all formats; run again, it says that nothing changed."""
    public = tmp_path / "public"
    first, second = (run(filled, "publish", "--to", str(public)) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert "6 written, 0 unchanged" in first.stdout
    assert "0 written, 6 unchanged" in second.stdout
    with house(filled, f"sqlite:///{filled / 'data/syndicator.db'}", write=False) as service:
        for name in ("rss", "atom", "json"):
            assert (public / f"feeds/arabic.{name}").read_bytes() == service.document("arabic", name).body
    nowhere = run(filled, "publish", "--to", "/proc/nothing")
    assert nowhere.returncode == 1
    assert "--to /proc/nothing: cannot be written" in nowhere.stderr


def test_publish_follows(filled: Path, tmp_path: Path) -> None:
    """With --follow a change is in the files within seconds of its commit."""
    public = tmp_path / "public"
    command = [sys.executable, "-m", "syndicator", "publish", "--to", str(public), "--follow"]
    with subprocess.Popen(command, env=environ(filled), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "6 written" in process.stdout.readline()
            with house(filled, f"sqlite:///{filled / 'data/syndicator.db'}") as service:
                with service.store.writing() as transaction:
                    changed = replace(service.definitions.label(article(2)), title="خبر جديد")
                    transaction.save([(None, changed)], now())
                service.publish()
            until = time.monotonic() + 10
            while "خبر جديد" not in (public / "feeds/arabic.json").read_text("utf-8"):
                assert time.monotonic() < until
                time.sleep(0.05)
        finally:
            process.terminate()


@contextmanager
def nginx(folder: Path, public: Path, upstream: int) -> Iterator[str]:
    port = free_port()
    with subprocess.Popen(nginx_command(folder, public, port, upstream), stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 10
            while True:
                try:
                    requests.get(f"http://127.0.0.1:{port}/feeds/a.rss", timeout=2)
                    break
                except requests.ConnectionError:
                    assert time.monotonic() < until
                    time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.mark.skipif(not shutil.which("nginx", path="/usr/sbin:/usr/bin"), reason="nginx is not installed")
def test_nginx_serves_them_with_our_sample(tmp_path: Path) -> None:
    """With docs/nginx.conf the files come with our types and headers, gzip and 304; the rest comes from the service."""
    public = tmp_path / "public"
    write(public, [("a.rss", document("أهلا" * 100)), ("a.json", document("{}"))])
    for each in tmp_path.parents:
        if not each.stat().st_mode & 0o001 and each.owner() != "root":
            pytest.skip(f"{each} cannot be entered by nginx")

    def behind(request):
        return Reply(226 if "a-im" in request.headers else 404, [], request.path.encode())

    with serve(behind) as service, nginx(tmp_path, public, service.port) as url:
        packed = requests.get(f"{url}/feeds/a.rss", timeout=5, headers={"Accept-Encoding": "gzip"})
        assert packed.content.decode() == "أهلا" * 100
        assert packed.headers["Content-Encoding"] == "gzip"
        plain = requests.get(f"{url}/feeds/a.rss", timeout=5, headers={"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        for answer in (packed, plain):
            assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
            assert answer.headers["Last-Modified"] == "Sat, 14 Mar 2026 09:26:53 GMT"
            assert answer.headers["Cache-Control"].startswith("public, max-age=300")
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "Accept-Encoding" in answer.headers["Vary"]
            again = requests.get(
                f"{url}/feeds/a.rss",
                timeout=5,
                headers={
                    "If-None-Match": answer.headers["ETag"],
                    "Accept-Encoding": answer.headers.get("Content-Encoding", "identity"),
                },
            )
            assert again.status_code == 304
        assert requests.get(f"{url}/feeds/a.json", timeout=5).headers["Content-Type"] == "application/feed+json"
        assert requests.get(f"{url}/feeds/other", timeout=5).text == "/feeds/other"
        assert requests.get(f"{url}/status", timeout=5).text == "/status"
        assert requests.get(f"{url}/feeds/a.rss", timeout=5, headers={"A-IM": "feed"}).status_code == 226
