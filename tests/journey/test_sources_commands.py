"""Adding, importing, exporting and looking at sources, as an operator does it: real processes, real HTTP."""

import os
import pty
import re
import select
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from subprocess import CompletedProcess
from xml.sax.saxutils import escape

from tests.support import commands
from tests.support.houses import furnish, publisher
from tests.support.servers import Reply, Request, Server, serve

ITEMS = "".join(
    f"<item><title>{title}</title><link>https://nahr.example.com/{n}</link>"
    f"<pubDate>Sat, 14 Mar 2026 0{9 - n}:00:00 +0300</pubDate><description>وصلت القافلة صباح اليوم.</description></item>"
    for n, title in enumerate(["وصول قافلة إلى حلب", "افتتاح جسر على الفرات", "أمطار غزيرة في اللاذقية"])
)
RSS = f'<rss version="2.0"><channel><title>نهر</title><link>https://nahr.example.com/</link>{ITEMS}</channel></rss>'
SPORT = RSS.replace("nahr.example.com/", "nahr.example.com/sport/")
PAGE = (
    '<html lang="ar"><head><link rel="alternate" type="application/rss+xml" href="/rss.xml">'
    '<link rel="alternate" type="application/rss+xml" href="/sport/rss.xml"></head><body></body></html>'
)
ONE = PAGE.replace('href="/sport/rss.xml"', 'href="/gone.xml"')
PAGES = {"/": PAGE, "/one": ONE, "/rss.xml": RSS, "/sport/rss.xml": SPORT, "/nothing": "<html><p>لا شيء</p></html>"}


def outlet(request: Request) -> Reply:
    return Reply(200, [], PAGES[request.path].encode()) if request.path in PAGES else Reply(404)


def run(home: Path, *arguments: str, given: str = "") -> CompletedProcess[str]:
    return commands.run(home, "sources", *arguments, given=given)


def on_a_terminal(home: Path, *arguments: str, answer: bytes = b"", columns: int = 100) -> tuple[int, str]:
    """The command with a terminal around it, and what it showed there; `answer` is typed at its first question."""
    main, side = pty.openpty()
    command = [sys.executable, "-m", "syndicator", "sources", *arguments]
    env = commands.environ(home) | {"COLUMNS": str(columns), "LINES": "50", "TERM": "xterm", "NO_COLOR": "1"}
    process = subprocess.Popen(command, env=env, stdin=side, stdout=side, stderr=side, close_fds=True)
    os.close(side)
    shown, until = b"", time.monotonic() + 60
    while time.monotonic() < until:
        if select.select([main], [], [], 0.2)[0]:
            try:
                data = os.read(main, 65_536)
            except OSError:
                break
            if not data:
                break
            shown += data
            if answer and b"which one" in shown:
                os.write(main, answer)
                answer = b""
        elif process.poll() is not None:
            break
    os.close(main)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode("utf-8", "replace"))
    return process.wait(10), text.replace("\r\n", "\n")


def files(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for folder in ("config", "feeds") for path in (home / folder).rglob("*.toml")}


def asked(server: Server) -> list[str]:
    return [request.path for request in server.requests]


# ---------------------------------------------------------------- add


def test_a_feed_is_shown_written_and_polled(home: Path) -> None:
    """The way from an address to articles: add shows what it would yield and writes it; the next poll brings that."""
    furnish(home, {"config/sources/other.toml": publisher("أخرى", main='url = "https://other.example.com/rss"')})
    with serve(outlet) as server:
        added = run(home, "add", f"{server.url}rss.xml", "--publisher", "nahr", "--topic", "syria")
        assert added.returncode == 0, added.stderr
        for said in ("feed, the address itself", "نهر", "3 entries, 2026-03-14 04:00 to 2026-03-14 06:00 UTC",
                     "language ar; 0 with images", "teasers only", "- وصول قافلة إلى حلب",
                     "written to config/sources/nahr.toml", "next: syndicator poll nahr/main"):  # fmt: skip
            assert said in added.stdout
        assert tomllib.loads((home / "config/sources/nahr.toml").read_text("utf-8")) == {
            "title": "نهر",
            "homepage": "https://nahr.example.com/",
            "language": "ar",
            "feeds": {"main": {"url": f"{server.url}rss.xml", "topics": ["syria"]}},
        }
        polled = commands.run(home, "poll", "nahr")
        assert "1 polled, 0 failed, 3 new" in polled.stdout
        assert asked(server) == ["/rss.xml", "/rss.xml"]


def test_several_feeds_have_to_be_chosen_from(home: Path) -> None:
    """Without a terminal the list is printed, how to choose is said, nothing is written; with --choose it is."""
    furnish(home, {})
    with serve(outlet) as server:
        before = files(home)
        listed = run(home, "add", server.url)
        assert listed.returncode == 2
        assert f" 1  {server.url}rss.xml" in listed.stdout
        assert f" 2  {server.url}sport/rss.xml" in listed.stdout
        assert "choose one with --choose N, 1 to 2" in listed.stderr
        assert files(home) == before
        chosen = run(home, "add", server.url, "--choose", "2")
        assert chosen.returncode == 0, chosen.stderr
    said = tomllib.loads((home / "config/sources/127-0-0-1.toml").read_text("utf-8"))
    assert said["feeds"] == {"sport": {"url": f"{server.url}sport/rss.xml"}}


def test_at_a_terminal_the_operator_is_asked(home: Path) -> None:
    """Somebody who sits there chooses by number."""
    furnish(home, {})
    with serve(outlet) as server:
        code, shown = on_a_terminal(home, "add", server.url, answer=b"2\n")
    assert code == 0, shown
    assert "which one" in shown
    assert "[feeds.sport]" in (home / "config/sources/127-0-0-1.toml").read_text("utf-8")


def test_the_only_feed_is_taken_and_what_failed_is_told(home: Path) -> None:
    """One usable feed needs no choice; a declared one that is gone is named with its reason."""
    furnish(home, {})
    with serve(outlet) as server:
        added = run(home, "add", f"{server.url}one", "--publisher", "nahr", "--name", "all", "--full-text")
        assert added.returncode == 0, added.stderr
        assert f"not usable: {server.url}gone.xml: {server.url}gone.xml answered with status 404" in added.stdout
    assert tomllib.loads((home / "config/sources/nahr.toml").read_text("utf-8"))["feeds"] == {
        "all": {"url": f"{server.url}rss.xml", "full_text": True}
    }


def test_a_dry_run_writes_nothing(home: Path) -> None:
    """What would be written is shown, whole; no file is touched, and no database is made."""
    existing = "# ours\n" + publisher("نهر", all='url = "https://127.0.0.1/rss"  # first')
    furnish(home, {"config/sources/nahr.toml": existing})
    before = files(home)
    with serve(outlet) as server:
        shown = run(home, "add", f"{server.url}rss.xml", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert f"config/sources/nahr.toml would be:\n\n{existing}" in shown.stdout
    assert f'[feeds.main]\nurl = "{server.url}rss.xml"' in shown.stdout
    assert files(home) == before
    assert not (home / "data").exists()


def test_comments_and_order_of_a_file_stay(home: Path) -> None:
    """A publisher that is there gets one table more, at its end; every line of it stays as it was."""
    existing = '# من نحن\ntitle = "نهر" # الاسم\n\n# أول\n[feeds.all]\nurl = "https://127.0.0.1/rss"\n# آخر سطر\n'
    furnish(home, {"config/sources/nahr.toml": existing})
    with serve(outlet) as server:
        assert run(home, "add", f"{server.url}rss.xml").returncode == 0
    written = (home / "config/sources/nahr.toml").read_text("utf-8")
    assert written.startswith(existing)
    assert tomllib.loads(written)["feeds"]["main"]["url"] == f"{server.url}rss.xml"


def test_what_is_polled_already_is_said_and_not_written_twice(home: Path) -> None:
    """In whatever spelling: no request is made for it, and the file stays."""
    with serve(outlet) as server:
        furnish(home, {"config/sources/nahr.toml": publisher("نهر", main=f'url = "{server.url}rss.xml"')})
        before = files(home)
        again = run(home, "add", f"HTTP://127.0.0.1:{server.port}/./rss.xml#top")
        assert again.returncode == 0
        assert "is polled already, as nahr/main" in again.stdout
        assert not server.requests
        found = run(home, "add", f"{server.url}one")
        assert found.returncode == 0
        assert "polled already as nahr/main" in found.stdout
        assert files(home) == before


def test_what_cannot_be_added_is_one_plain_sentence(home: Path) -> None:
    """No feed, no answer, no address, no such topic, no such name: a reason, an exit code, and nothing written."""
    furnish(home, {})
    before = files(home)
    with serve(outlet) as server:
        for arguments, code, said in [
            ((f"{server.url}nothing",), 1, "no feed was found at"),
            (("ftp://nahr.example.com/rss",), 2, "must be an http or https address"),
            ((f"{server.url}rss.xml", "--topic", "none"), 2, "--topic none: no file config/topics/none.toml"),
            ((f"{server.url}rss.xml", "--name", "../x"), 2, "only small Latin letters"),
        ]:
            refused = run(home, "add", *arguments)
            assert (refused.returncode, said in refused.stderr) == (code, True), (arguments, refused)
            assert "Traceback" not in refused.stderr
    assert files(home) == before


# ---------------------------------------------------------------- import and export


LIST = """<opml version="1.0"><body><outline text="عربية">
<outline text="نهر" xmlUrl="https://www.nahr.example/rss"/>
<outline text="نهر: رياضة" xmlUrl="https://www.nahr.example/sport/rss"/>
<outline text="معروف" xmlUrl="http://known.example.com/rss/"/>
<outline text="بحر" xmlURL="https://bahr.example/feed" type="rss"/>
<outline text="بريد" xmlUrl="mailto:a@example.org"/></outline></body></opml>"""


def test_a_list_is_imported(home: Path, tmp_path: Path) -> None:
    """One line for each feed: added, known, or refused and why; one file for each publisher."""
    furnish(home, {"config/sources/known.toml": publisher("معروف", main='url = "https://known.example.com/rss"')})
    path = tmp_path / "list.opml"
    path.write_text(LIST, "utf-8")
    before = files(home)
    dry = run(home, "import", str(path), "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "would add nahr/main  https://www.nahr.example/rss" in dry.stdout
    assert files(home) == before
    done = run(home, "import", str(path))
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()[:4]] == [
        ["added", "nahr/main", "https://www.nahr.example/rss"],
        ["added", "nahr/sport", "https://www.nahr.example/sport/rss"],
        ["known", "known/main", "http://known.example.com/rss/"],
        ["added", "bahr/main", "https://bahr.example/feed"],
    ]
    assert "refused   بريد  mailto:a@example.org: only http and https addresses" in done.stdout
    assert done.stdout.endswith("3 added, 1 known, 1 refused\n")
    assert tomllib.loads((home / "config/sources/nahr.toml").read_text("utf-8"))["feeds"].keys() == {"main", "sport"}
    after = files(home)
    again = run(home, "import", "-", given=LIST)
    assert again.stdout.endswith("0 added, 4 known, 1 refused\n")
    assert files(home) == after


def test_what_is_no_list_is_refused(home: Path, tmp_path: Path) -> None:
    """A file that is no subscription list is named with what it is instead."""
    furnish(home, {})
    path = tmp_path / "page.html"
    path.write_text("<html><body>404</body></html>", "utf-8")
    refused = run(home, "import", str(path))
    assert refused.returncode == 2
    assert "page.html: not a subscription list: it is a web page" in refused.stderr
    missing = run(home, "import", str(tmp_path / "none.opml"))
    assert missing.returncode == 2
    assert "none.opml" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_an_export_imports_into_an_empty_home_as_it_was(home: Path, tmp_path: Path) -> None:
    """Export and import are a round trip: the same sources by id, address, kind and language; publishers too."""
    furnish(
        home,
        {
            "config/sources/nahr.toml": publisher(
                "نهر & بحر", main='url = "https://a.example.com/rss?x=1&y=2"', map='url = "https://b.example.com/m.xml"'
                '\nkind = "sitemap"\nlanguage = "en"',
            ),
            "config/sources/bahr.toml": publisher('بحر \\"الأخبار\\"', all='url = "https://c.example.com/feed"'),
        },
    )  # fmt: skip
    path = tmp_path / "out.opml"
    assert run(home, "export", str(path)).returncode == 0
    assert escape("نهر & بحر") in path.read_text("utf-8")
    other = tmp_path / "other"
    (other / "config/sources").mkdir(parents=True)
    imported = run(other, "import", str(path))
    assert imported.returncode == 0, imported.stderr
    assert imported.stdout.endswith("3 added, 0 known, 0 refused\n")
    again = run(other, "export").stdout
    dates = re.compile(r"<dateCreated>.*</dateCreated>")
    assert dates.sub("", again) == dates.sub("", path.read_text("utf-8"))


# ---------------------------------------------------------------- the table


def _ill(home: Path, server: Server) -> None:
    furnish(
        home,
        {
            "config/sources/nahr-with-a-long-name.toml": publisher(
                "نهر",
                main=f'url = "{server.url}rss.xml"',
                **{"law-and-crime-prevention": f'url = "{server.url}none.xml"'},
            )
        },
    )
    commands.run(home, "poll")


def test_the_table(home: Path) -> None:
    """In a pipe one line a source, tab-separated and whole, the ill ones first; on 100 columns nothing is lost."""
    with serve(outlet) as server:
        _ill(home, server)
    shown = run(home)
    assert shown.returncode == 0, shown.stderr
    rows = [line.split("\t") for line in shown.stdout.splitlines()]
    assert [len(row) for row in rows] == [9, 9]
    (ill, well) = rows
    assert ill[:2] == ["nahr-with-a-long-name/law-and-crime-prevention", "stumbling"]
    assert "404" in ill[6]
    assert ill[4].startswith("failed")
    assert well[:2] == ["nahr-with-a-long-name/main", "well"]
    assert well[5] == "0.4"
    code, shown_there = on_a_terminal(home, columns=100)
    assert code == 0, shown_there
    lines = shown_there.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0].split()[:2] == ["source", "health"]
    assert sum("stumbling" in line for line in lines) == 1
    first = "".join(line[: lines[0].index("health")].strip() for line in lines[1:])
    assert first == f"{ill[0]}{well[0]}"
