"""One event, many sources, many threads: always one story."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from syndicator.service import Service
from tests.support.houses import furnish, house, publisher
from tests.support.servers import Reply, Request, serve

SOURCES = 40
THREADS = 16
ROUNDS = 3
EVENTS = (
    (
        "غرق مركب يقل مهاجرين قبالة سواحل تونس",
        (
            "أعلنت وزارة الدفاع التونسية غرق مركب يقل خمسة وسبعين مهاجرا قبالة سواحل صفاقس فجر اليوم، وأنقذت البحرية"
            " ستين منهم بينما تتواصل عمليات البحث عن المفقودين بمشاركة زوارق صيد من المنطقة"
        ),
    ),
    (
        "افتتاح معرض الكتاب في مسقط بمشاركة ثلاثين دولة",
        (
            "افتتح وزير الإعلام العماني معرض مسقط الدولي للكتاب بمشاركة دور نشر من ثلاثين دولة عربية وأجنبية، ويستمر المعرض"
            " عشرة أيام تتخللها ندوات وأمسيات شعرية وورش للأطفال"
        ),
    ),
    (
        "هزة أرضية بقوة خمس درجات تضرب شرق تركيا",
        (
            "ضربت هزة أرضية بلغت قوتها خمس درجات على مقياس ريختر ولاية ملاطية شرقي تركيا مساء أمس، ولم ترد أنباء عن وقوع"
            " ضحايا بحسب إدارة الكوارث والطوارئ التي أرسلت فرقا لتفقد القرى القريبة من مركز الهزة"
        ),
    ),
)


def _rss(source: int, event: int) -> bytes:
    title, text = EVENTS[event]
    return (
        '<rss version="2.0"><channel><title>t</title><link>https://s.test/</link><item>'
        f"<title>{title}</title><link>https://s{source}.test/{event}</link><guid>g{event}</guid>"
        f"<description>{text}. (مراسل {source})</description>"
        f"<pubDate>Mon, 02 Mar 2026 05:{source:02}:00 GMT</pubDate></item></channel></rss>"
    ).encode()


def _stories(service: Service) -> list[tuple[str, int]]:
    """The story ids with how many articles tell each."""
    articles = service.store.after("", 1000)
    told = service.store.told_by({article.story or "" for article in articles})
    assert {article.id for article in articles} == {key for keys in told.values() for key in keys}
    return sorted((story, len(keys)) for story, keys in told.items())


@pytest.mark.timeout(240)
def test_forty_sources_on_sixteen_threads_tell_one_story(home: Path, database_url: str) -> None:
    """However many report an event at the same moment, it is one story, and its id is that of an article in it."""
    event = [0]

    def answer(request: Request) -> Reply:
        return Reply(headers=[("Content-Type", "application/rss+xml")], body=_rss(int(request.path[2:]), event[0]))

    with serve(answer) as server:
        feeds = {f"f{n}": f'url = "{server.url}f{n}"' for n in range(SOURCES)}
        furnish(home, {"config/sources/many.toml": publisher("كثير", **feeds)})
        url = database_url.replace("postgresql://", "postgresql+psycopg://")
        with house(home, url) as service:
            sources = list(service.catalogue.sources)
            for number in range(ROUNDS):
                event[0] = number
                with ThreadPoolExecutor(THREADS) as pool:
                    leases = list(pool.map(service.claim_now, sources))
                    assert all(list(pool.map(service.poll, leases)))
                stories = _stories(service)
                assert [count for _, count in stories] == [SOURCES] * (number + 1)
                assert all(service.store.articles([story])[0].story == story for story, _ in stories)
