"""The demo as a newcomer meets it: a real process, real HTTP, a real Ctrl-C; and the newsroom it is made of."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError

import feedparser
import psutil
import pytest

from demo.newsroom import Newsroom

ROOT = Path(__file__).parents[2]
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
WINTER = "سوريا: وكالات الإغاثة تدعو إلى تمويل عاجل لمواجهة الشتاء"
WINTER_CAPTION = "خيام في مخيم للنازحين شمال إدلب بعد ليلة ماطرة"
WINTER_CREDIT = "منظور الساحل/مكتب دمشق"
SHARED = "/marfa/latakia-port-grain"
BY_ITSELF = "افتتاح جسر مؤقت فوق الفرات في دير الزور"
"""The first story that comes out while the newsroom is open."""


def get(url: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    try:
        with OPENER.open(urllib.request.Request(url, headers=headers or {}), timeout=10) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except HTTPError as error:
        with error:
            return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


class Demo:
    """`python -m demo` in a process group of its own, with its temporary files below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "demo", "--port", "0"],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(folder), "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.decode().rstrip("\n"))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, words: str, seconds: float) -> str:
        """The first line that holds the words."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for line in list(self.lines):
                if words in line:
                    return line
            assert self.process.poll() is None, f"the demo ended:\n{self.text}"
            time.sleep(0.1)
        pytest.fail(f"no line with {words!r} within {seconds:.0f} s:\n{self.text}")

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: int) -> int:
        """Sends a signal to the whole group, as a terminal does, and waits for the end."""
        os.killpg(self.process.pid, number)
        code = self.process.wait(20)
        self._reader.join(5)
        return code

    def clear(self) -> None:
        """Leaves nothing behind, whatever the test found."""
        family = self.family() if self.process.poll() is None else []
        for process in [*family, *([psutil.Process(self.process.pid)] if family else [])]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        if self.process.stdout is not None:
            self._reader.join(5)
            self.process.stdout.close()


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    _, left = psutil.wait_procs(processes, timeout=3)
    return [process for process in left if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


@dataclass
class Seen:
    """What one run of the demo showed, from its start to its stop."""

    seconds: float = 0.0
    """From the start until it said that it is ready."""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    later: bytes = b""
    """The feed, once it was said to show a new story."""
    family: list[psutil.Process] = field(default_factory=list)
    survivors: list[psutil.Process] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    code: int | None = None
    stopping: float = 0.0
    text: str = ""

    def feed(self, path: str) -> feedparser.FeedParserDict:
        _, headers, body = self.answers[path]
        return feedparser.parse(body, response_headers={"content-type": headers["content-type"]})

    def items(self, path: str) -> list[dict]:
        return json.loads(self.answers[path][2])["items"]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """One run: started, looked at, watched until a new story is in the feed, stopped with Ctrl-C."""
    demo = Demo(tmp_path_factory.mktemp("demo"))
    seen = Seen()
    began = time.monotonic()
    try:
        demo.wait_for("ready after", 60)
        seen.seconds = time.monotonic() - began
        base = demo.wait_for("/status", 5).split()[0].removesuffix("/status")
        until = time.monotonic() + 20
        while len(json.loads(get(f"{base}/feeds/arabic.json")[2])["items"]) < 23 and time.monotonic() < until:
            time.sleep(0.2)
        paths = ("/", "/status", "/readyz", "/feeds/arabic.rss", "/feeds/arabic.json")
        for path in (*paths, "/feeds/syria.atom", "/feeds/syria.json"):
            seen.answers[path] = get(base + path)
        demo.wait_for(f"in the feed  {BY_ITSELF}", 45)
        seen.later = get(f"{base}/feeds/arabic.rss")[2]
        seen.family = demo.family()
        began = time.monotonic()
        seen.code = demo.stop(signal.SIGINT)
        seen.stopping = time.monotonic() - began
        seen.survivors = alive(seen.family)
        seen.left = [path.name for path in demo.folder.iterdir()]
        seen.text = demo.text
        yield seen
    finally:
        demo.clear()


def test_the_demo_shows_articles_within_half_a_minute(seen: Seen) -> None:
    """`/feeds/arabic.rss` and `/feeds/syria.atom` hold articles within 30 s of the start, without any network."""
    assert seen.seconds <= 30, seen.text
    assert seen.feed("/feeds/arabic.rss").entries
    assert seen.feed("/feeds/syria.atom").entries


def test_every_address_that_is_printed_answers(seen: Seen) -> None:
    """The addresses to open are printed, and each answers 200."""
    for path in ("/", "/status", "/feeds/arabic.rss", "/feeds/syria.atom", "/feeds/syria.json"):
        assert f"{path} " in seen.text
        assert seen.answers[path][0] == 200, path
    assert json.loads(seen.answers["/readyz"][2])["ready"] is True


def test_the_demos_feeds_are_well_formed(seen: Seen) -> None:
    """feedparser finds no fault with what the demo serves."""
    for path, kind in (("/feeds/arabic.rss", "rss20"), ("/feeds/syria.atom", "atom10")):
        feed = seen.feed(path)
        assert not feed.bozo, feed.get("bozo_exception")
        assert feed.version == kind


def test_every_outlet_of_the_newsroom_is_heard(seen: Seen) -> None:
    """RSS, Atom, JSON Feed, windows-1256, teasers and the bare page all end in the one feed."""
    outlets = {item["url"].split("/")[3] for item in seen.items("/feeds/arabic.json")}
    assert outlets == {"marfa", "sindyan", "nabd", "wadi", "daftar", "sahel"}


def test_the_seeds_layout_becomes_one_clean_article(seen: Seen) -> None:
    """Headline and caption stand twice on the page; the article has each once, and the caption's credit apart."""
    (item,) = [item for item in seen.items("/feeds/syria.json") if item["title"] == WINTER]
    body = item["content_html"]
    assert WINTER not in body
    assert "منظور الساحل قصص إنسانية" not in body
    (image,) = item["_syndicator"]["images"]
    assert image["caption"] == WINTER_CAPTION
    assert image["credit"] == WINTER_CREDIT
    text = body.partition("</figure>")[2]
    assert WINTER_CAPTION not in text
    assert text.count("<p>") == 5
    assert "لم يقع منها شيء" not in body
    assert "syria" in item["_syndicator"]["topics"]


def test_a_story_of_two_outlets_is_one_article(seen: Seen) -> None:
    """The same link in two outlets is one article that names both."""
    (item,) = [item for item in seen.items("/feeds/arabic.json") if item["url"].endswith(SHARED)]
    assert {source["title"] for source in item["_syndicator"]["sources"]} == {"نشرة المرفأ", "بوابة السنديان"}


def test_windows_1256_arrives_as_unicode(seen: Seen) -> None:
    """The outlet in windows-1256 is read by the encoding that it declares."""
    titles = {item["title"] for item in seen.items("/feeds/arabic.json") if "/wadi/" in item["url"]}
    assert "قافلة إغاثة تنطلق من بورتسودان إلى دارفور" in titles


def test_teasers_arrive_as_whole_articles(seen: Seen) -> None:
    """Where the feed holds the first words only, the article's page gives the text."""
    (item,) = [item for item in seen.items("/feeds/arabic.json") if item["url"].endswith("/daftar/oil-prices-week")]
    assert "مع نهاية التداولات" in item["content_html"]


def test_a_new_story_reaches_the_feed_while_one_looks(seen: Seen) -> None:
    """A story that comes out while the demo runs is told, and stands in the feed when the demo says so."""
    assert f"new story    {BY_ITSELF}" in seen.text
    assert BY_ITSELF.encode() in seen.later


def test_ctrl_c_stops_everything(seen: Seen) -> None:
    """Ctrl-C ends the demo well (exit 0), in time, with no process and no file left."""
    assert seen.code == 0, seen.text
    assert len(seen.family) >= 3, "the web and the worker are processes of the demo"
    assert seen.survivors == []
    assert seen.left == []
    assert seen.stopping <= 13
    assert "Traceback" not in seen.text


def test_a_stop_in_the_middle_of_the_start_is_clean(tmp_path: Path) -> None:
    """SIGTERM before the service is ready ends the demo as well as one after it."""
    demo = Demo(tmp_path)
    try:
        demo.wait_for("starting", 20)
        until = time.monotonic() + 5
        while not (family := demo.family()) and time.monotonic() < until:
            time.sleep(0.01)
        assert family
        assert demo.stop(signal.SIGTERM) == 0, demo.text
        assert alive(family) == []
        assert list(tmp_path.iterdir()) == []
    finally:
        demo.clear()


# ---------------------------------------------------------------- the newsroom


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2031, 3, 5, 9, 30, 0, 250_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def move(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def test_two_thirds_of_the_stories_are_out_when_the_newsroom_opens() -> None:
    """At least thirty stories, two thirds of them out at the start, the rest every ten to twenty seconds."""
    clock = Clock()
    with Newsroom(clock=clock) as newsroom:
        stories = newsroom.stories
        assert len(stories) >= 30
        assert 0.6 <= len(stories.at(clock())) / len(stories) <= 0.75
        clock.move(300)
        late = sorted(item.updated for item in stories.between(stories.start, clock()))
        steps = [(after - before).total_seconds() for before, after in zip([stories.start, *late], late, strict=False)]
        assert all(10 <= step <= 20 for step in steps)
        assert len(stories.at(clock())) == len(stories)


def test_the_newsrooms_feeds_are_valid_at_every_moment() -> None:
    """Each XML feed is one that feedparser has nothing against, in the encoding that it declares."""
    clock = Clock()
    with Newsroom(clock=clock) as newsroom:
        for _ in range(2):
            for name, file, encoding in (
                ("marfa", "rss.xml", "utf-8"),
                ("wadi", "rss.xml", "windows-1256"),
                ("daftar", "rss.xml", "utf-8"),
                ("sindyan", "atom.xml", "utf-8"),
            ):
                feed = feedparser.parse(get(f"{newsroom.url}/{name}/{file}")[2])
                assert not feed.bozo
                assert feed.encoding == encoding
                assert len(feed.entries) >= 4
            assert json.loads(get(f"{newsroom.url}/nabd/feed.json")[2])["version"] == "https://jsonfeed.org/version/1.1"
            clock.move(300)


def test_the_newsroom_answers_304_until_something_changes() -> None:
    """Whoever has a feed gets 304, by ETag and by date, until a story comes out."""
    clock = Clock()
    with Newsroom(clock=clock) as newsroom:
        url = f"{newsroom.url}/marfa/rss.xml"
        status, headers, _ = get(url)
        assert status == 200
        by_tag = {"If-None-Match": headers["etag"]}
        by_date = {"If-Modified-Since": headers["last-modified"]}
        assert [get(url, by_tag)[0], get(url, by_date)[0]] == [304, 304]
        clock.move(30)
        assert [get(url, by_tag)[0], get(url, by_date)[0]] == [200, 200]


def test_a_correction_changes_title_and_date_but_not_the_address() -> None:
    """One story is corrected while the newsroom is open: same id, new title, later `updated`."""
    clock = Clock()
    with Newsroom(clock=clock) as newsroom:

        def story() -> feedparser.FeedParserDict:
            feed = feedparser.parse(get(f"{newsroom.url}/sindyan/atom.xml")[2])
            return next(entry for entry in feed.entries if entry.id.endswith("/geneva-syria-talks"))

        before = story()
        clock.move(60)
        after = story()
    assert after.link == before.link
    assert after.published == before.published
    assert after.title != before.title
    assert after.updated_parsed > before.updated_parsed


def test_every_link_and_picture_of_the_newsroom_is_there() -> None:
    """Links and pictures in the feeds lead somewhere; what is not out yet is 404."""
    clock = Clock()
    with Newsroom(clock=clock) as newsroom:
        for item in newsroom.stories.at(clock()):
            assert get(newsroom.url + item.path)[0] == 200
            if item.picture:
                status, headers, body = get(newsroom.url + item.picture)
                assert (status, headers["content-type"], body[:8]) == (200, "image/png", b"\x89PNG\r\n\x1a\n")
        assert get(f"{newsroom.url}/marfa/deir-ezzor-bridge")[0] == 404
        assert get(f"{newsroom.url}/no/such/place")[0] == 404
        assert get(f"{newsroom.url}/nowhere")[0] == 404
