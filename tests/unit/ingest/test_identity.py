"""Which stored article an item is: polls with known truth, read by the real pipeline into a real store."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from syndicator.ingest.identity import headline_keys, in_common, stem
from syndicator.model import Article, ExtractRules, ListingRules, Publisher, Source
from tests.support.sites import START, Reader, Site, follow

CASES = tomllib.loads((Path(__file__).parents[2] / "data" / "identity" / "polls.toml").read_text("utf-8"))["case"]
SEQUENCES = 40
"""Random sequences in the suite; `python -m benchmarks.identity` runs thousands."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with Reader(tmp_path_factory.mktemp("sites")) as reader:
        yield reader


def source_of(name: str) -> Source:
    publisher = Publisher(id=name, title="دار", homepage=f"http://{name}.example/", extract=ExtractRules())
    return Source(id=f"{name}/main", publisher=publisher, url=f"http://{name}.example/rss", listing=ListingRules())


def document(items: list[list[str]], name: str) -> bytes:
    """One RSS document; see `polls.toml` for what an item is."""
    written = []
    for title, link, guid, date, text in items:
        guid = f"http://{name}.example{guid}" if guid.startswith("/") else guid
        when = date.removeprefix("= ") if date.startswith("=") else _date(date)
        fields = {"title": title, "link": link, "guid": guid, "pubDate": when, "description": text}
        written.append("".join(f"<{key}>{escape(value)}</{key}>" for key, value in fields.items() if value))
    body = "".join(f"<item>{item}</item>" for item in written).replace("{site}", f"{name}.example")
    return (
        f"<rss version='2.0'><channel><title>دار</title><link>http://{name}.example/</link>{body}</channel></rss>"
    ).encode()


def _date(hours: str) -> str:
    if not hours:
        return ""
    sign = 1 if hours.startswith("+") else -1
    return format_datetime(START + sign * timedelta(hours=float(hours.removeprefix("+"))))


def newest_first(articles: list[Article]) -> list[Article]:
    return sorted(articles, key=lambda article: (article.published, article.arrived), reverse=True)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{at} {case['kind']}" for at, case in enumerate(CASES)])
def test_polls_of_one_source(reader: Reader, number: int) -> None:
    """What polls bring is stored as it was meant: nothing lost, nothing overwritten, nothing doubled, in order."""
    case: dict[str, Any] = CASES[number]
    name = f"case{number}"
    source = source_of(name)
    reader.store.sync_sources({source.id: f"{name}.example"})
    first: list[Article] = []
    for at, items in enumerate(case["polls"]):
        poll = reader.poll(source, document(items, name), START + at * timedelta(hours=2))
        if at == 0:
            first = reader.articles(source)
        elif case.get("quiet"):
            assert (poll.new, poll.changed) == (0, 0)
    found = newest_first(reader.articles(source))
    assert [" ".join(article.title.split()) for article in found] == case["stored"]
    if case.get("quiet"):
        assert {(a.id, a.updated, a.body) for a in found} == {(a.id, a.updated, a.body) for a in first}
        assert not any(reader.store.versions(article.id) for article in found)
    if "changed" in case:
        assert poll.changed == case["changed"]


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_sites_with_known_truth(reader: Reader, seed: int) -> None:
    """Items may appear, change, vanish, come back, be reordered, re-dated, re-addressed and re-used: each story stays one."""
    assert follow(reader, Site(seed, f"s{seed}")) == []


def test_two_feeds_of_one_publisher_do_not_take_turns(reader: Reader) -> None:
    """Feeds with other teasers for one article, one of them with new guids at every poll, change nothing after the first."""
    one, two = source_of("pair"), replace(source_of("pair"), id="pair/second")
    reader.store.sync_sources({one.id: "pair.example", two.id: "pair.example"})
    title = "وصول قافلة مساعدات إلى إدلب"
    quiet = []
    for at in range(4):
        moment = START + at * timedelta(hours=2)
        first = [
            [title, "/1", f"s{at}-1", "1", "وصلت أربعون شاحنة محملة بالدواء والغذاء إلى المخيمات الشمالية صباح اليوم"]
        ]
        second = [
            [title, f"/1?PHPSESSID=x{at}", "", "1", "قال مصدر في الهلال الأحمر إن القافلة هي الأولى منذ شهرين كاملين"]
        ]
        quiet += [reader.poll(one, document(first, "pair"), moment), reader.poll(two, document(second, "pair"), moment)]
    assert sum(poll.new for poll in quiet) == 1
    assert sum(poll.changed for poll in quiet[2:]) == 0
    assert {article.id for article in reader.articles(one)} == {article.id for article in reader.articles(two)}


def test_what_was_left_out_is_told(reader: Reader) -> None:
    """A poll says how many items it kept once, how many had no date that can be, and how many were too old."""
    source = source_of("notes")
    reader.store.sync_sources({source.id: "notes.example"})
    items = [
        ["أول خبر", "/1", "a", "1", "نص"],
        ["أول خبر", "/1", "a", "1", "نص"],
        ["خبر بلا تاريخ صالح", "/2", "b", "= Thu, 01 Jan 1970 00:00:00 GMT", "نص"],
        ["خبر قديم جدا", "/3", "c", str(24 * 365 * 11), "نص"],
    ]
    poll = reader.poll(source, document(items, "notes"), START)
    assert poll.new == 2
    assert poll.notes == (
        "1 item written twice in one document, kept once",
        "1 item dated by when it was seen, because of the date (a machine's zero): Thu, 01 Jan 1970 00:00:00 GMT",
        f"1 item is from before {START - timedelta(days=3650):%Y-%m-%d}, which is all that [keep] articles keeps, and left out",
    )
    assert reader.store.state(source.id).notes == poll.notes
    assert reader.store.history(source.id, 1)[0].notes == poll.notes


def test_habits_are_learned(reader: Reader) -> None:
    """A source that changes its guids at every poll, and one whose newest item stands last, are known after some polls."""
    source = source_of("habits")
    reader.store.sync_sources({source.id: "habits.example"})
    titles = ["أول خبر طويل العنوان", "ثاني خبر طويل العنوان", "ثالث خبر طويل العنوان", "رابع خبر طويل العنوان"]
    for at in range(3):
        shown = titles[: 2 + at]
        items = [[title, f"/{n}", f"{at}-{n}", str(90 - n), "نص"] for n, title in enumerate(shown)]
        reader.poll(source, document(items, "habits"), START + at * timedelta(hours=2))
    habits = reader.store.state(source.id).habits
    assert habits.guid_unstable
    assert habits.reversed
    assert (habits.link_changed, habits.link_reused) == (0, 0)
    assert len(reader.articles(source)) == 4


def test_a_long_guid_costs_nothing(reader: Reader) -> None:
    """A guid of 10,000 characters is kept as its hash, and known again."""
    source = source_of("long")
    reader.store.sync_sources({source.id: "long.example"})
    items = [["خبر", "/1", "ق" * 10_000, "1", "نص"], ["خبر آخر", "/2", "b", "2", "نص"]]
    assert reader.poll(source, document(items, "long"), START).new == 2
    again = [["خبر مصحح", *items[0][1:]], items[1]]
    poll = reader.poll(source, document(again, "long"), START + timedelta(hours=2))
    assert (poll.new, poll.changed) == (0, 1)


def test_stems_of_guids() -> None:
    """A revision's number and an address's scheme are no part of a guid; a number that is one stays."""
    assert stem("https://www.a.example/x#0") == stem("http://a.example/x#12")
    assert stem("tag:a.example,2026:1") != stem("tag:a.example,2026:2")
    assert stem("a#1") == "a"
    assert stem("#1 of 2") == "#1 of 2"


def test_titles_are_of_one_publisher() -> None:
    """The same title at another publisher is another key; an address as a title is none."""
    url = "https://a.example/1"
    assert headline_keys(["a"], "خبر أول", url) != headline_keys(["b"], "خبر أول", url)
    assert headline_keys(["a"], "خبرٌ أوّل", url) == headline_keys(["a"], "خبر أول", url)
    assert not headline_keys(["a"], url, url)


def test_share_of_common_words() -> None:
    """The share is of the smaller set, and 0 when one is empty."""
    assert in_common({1, 2}, {2, 3, 4}) == 0.5
    assert in_common(set(), {1}) == 0


@pytest.mark.parametrize("with_text", [True, False])
def test_dates_that_are_renewed_for_days(reader: Reader, with_text: bool) -> None:
    """A source without guids, with one link for all, that dates its items anew at each poll doubles none of them."""
    source = source_of(f"renewed{with_text}")
    reader.store.sync_sources({source.id: "renewed.example"})
    titles = ["حريق كبير في ميناء اللاذقية", "قافلة مساعدات تصل إلى إدلب", "رفع أسعار المحروقات عشرة بالمئة"]
    for at in range(0, 100, 9):
        items = [
            [title, "/live", "", f"+{at}", f"{title} كما قال مصدر محلي في تصريح صحفي" * with_text] for title in titles
        ]
        reader.poll(source, document(items, "renewed"), START + timedelta(hours=at))
    assert len(reader.articles(source)) == 3
    assert reader.store.state(source.id).habits.date_unstable


@pytest.mark.parametrize("habit", ["another guid", "another session", "another date", "nothing"])
@pytest.mark.parametrize("text", ["أخمدت فرق الإطفاء حريقا كبيرا في مستودعات الميناء فجر اليوم الأربعاء", ""])
def test_two_feeds_of_one_publisher(reader: Reader, habit: str, text: str) -> None:
    """One article in two feeds, with another headline in each, is one, and its words do not go to and fro."""
    name = f"two{len(habit)}{len(text)}"
    sources = [replace(source_of(name), id=f"{name}/{feed}") for feed in ("a", "b")]
    reader.store.sync_sources({source.id: source.id for source in sources})
    for at in range(4):
        for place, source in enumerate(sources):
            title = "حريق كبير في ميناء اللاذقية" + " فجرا" * place
            link = f"/n/1?PHPSESSID={source.id[-1]}{at}" if habit == "another session" else "/n/1"
            guid = f"{source.id}-{at}" if habit.startswith("another") and habit != "another date" else source.id
            date = f"+{2 * at}" if habit == "another date" else str(2 - place)
            moment = START + timedelta(hours=2 * at + place)
            poll = reader.poll(source, document([[title, link, guid, date, text]], name), moment)
            assert (poll.new, poll.changed) == (0, 0) or at == 0
    assert len({article.id for source in sources for article in reader.articles(source)}) == 1
