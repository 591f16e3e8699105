"""The API: one log that a poller follows without a gap, and a description that holds."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings

from syndicator.service import Service
from syndicator.store import Ledger, open_database
from syndicator.web import create_app
from tests.support.articles import MOMENT, article, rich
from tests.support.houses import house
from tests.support.newsroom import bring, found_newsroom, ids

BASE = "https://feeds.example.org"
HOUR = timedelta(hours=1)
PROBLEM = "application/problem+json"


@pytest.fixture
def service(home: Path, database_url: str) -> Iterator[Service]:
    found_newsroom(home)
    with house(home, database_url) as service:
        yield service


@pytest.fixture
def client(service: Service) -> FlaskClient:
    return create_app(service).test_client()


def pages(client: FlaskClient, query: str = "", cursor: str = "0") -> tuple[list[dict], str]:
    """Everything from a cursor on, and the cursor to go on with."""
    found: list[dict] = []
    for _ in range(200):
        page = client.get(f"/api/v1/articles?cursor={cursor}&{query}").json
        found += page["articles"]
        cursor = page["cursor"]
        if not page["more"]:
            return found, cursor
    raise AssertionError("the log has no end")


def test_a_poller_gets_every_change_once_in_order(service: Service, client: FlaskClient) -> None:
    """Going on with the last cursor, a poller gets what is new, corrected and withdrawn, each once, in their order."""
    bring(service, *(article(number) for number in range(1, 8)))
    found, cursor = pages(client, "limit=3")
    assert [each["id"] for each in found] == ids([article(number) for number in range(1, 8)])
    assert [each["position"] for each in found] == sorted({each["position"] for each in found})
    assert pages(client, cursor=cursor) == ([], cursor)
    bring(service, replace(article(3), title="عنوان مصحح", updated=MOMENT + HOUR), article(9), moment=MOMENT + HOUR)
    bring(service, replace(article(5), withdrawn=True), moment=MOMENT + 2 * HOUR)
    bring(service, article(9), moment=MOMENT + 3 * HOUR)  # the same again is no change
    found, cursor = pages(client, "limit=1", cursor)
    assert [each["id"] for each in found] == ids([article(3), article(9), article(5)])
    assert found[0]["title"] == "عنوان مصحح"
    assert found[2] == {"id": ids([article(5)])[0], "position": found[2]["position"], "withdrawn": True}


def test_many_writers_leave_no_gap(service: Service, client: FlaskClient) -> None:
    """While many threads write, a poller that follows the cursor meets every article exactly once."""
    done = threading.Event()

    def write(start: int) -> None:
        for number in range(start, start + 15):
            bring(service, article(number))

    seen: list[str] = []

    def follow() -> None:
        cursor = "0"
        while True:
            last = done.is_set()
            found, cursor = pages(client, "limit=7", cursor)
            seen.extend(each["id"] for each in found)
            if last:
                return

    writers = [threading.Thread(target=write, args=(start,)) for start in (1000, 2000, 3000, 4000)]
    reader = threading.Thread(target=follow)
    for thread in (reader, *writers):
        thread.start()
    for writer in writers:
        writer.join(60)
    done.set()
    reader.join(60)
    assert len(seen) == len(set(seen)) == 60


def test_a_position_is_never_given_twice(service: Service, client: FlaskClient) -> None:
    """A cursor holds for ever: what is pruned leaves no position to be used again."""
    bring(service, *(article(number) for number in range(1, 4)))
    _, cursor = pages(client)
    service.store.prune(articles_before=MOMENT + HOUR, polls_before=MOMENT, keep=set())
    assert service.store.count_articles() == 0
    bring(service, article(9))
    found, _ = pages(client, cursor=cursor)
    assert [each["id"] for each in found] == ids([article(9)])


FILTERS = {
    "topic=health": [1, 2, 3, 4],
    "topic=countries/syria&place=SY": [1, 2, 4],
    "place=jo&place=TR": [3],
    "source=furat": [2],
    "source=furat&source=nahr&language=ar": [1, 2, 3],
    "language=en": [4],
    "q=مستشفيات": [3],
    "q=-مستشفى": [],
    "person=سلمى الحلبي": [2],
    "person=nobody": [],
}


def test_filters(service: Service, client: FlaskClient) -> None:
    """Filters are those of feeds and searches, and the cursor runs over the same log with and without them."""
    written = {
        1: article(1),
        2: rich(2),
        3: article(3, topics=("health",), places=("JO",), title="مستشفى جديد"),
        4: article(4, language="en"),
    }
    bring(service, *written.values())
    _, end = pages(client)
    for query, numbers in FILTERS.items():
        for limit in (1, 50):
            found, cursor = pages(client, f"{query}&limit={limit}")
            assert [each["id"] for each in found] == ids([written[number] for number in numbers]), query
            assert cursor == end


def test_one_article(service: Service, client: FlaskClient) -> None:
    """An article by its id, with or without urn; one that is unknown is 404, one that was taken back 410."""
    bring(service, rich(2), article(5))
    bring(service, replace(article(5), withdrawn=True), moment=MOMENT + HOUR)
    for key in (rich(2).id, f"urn:uuid:{rich(2).id}"):
        told = client.get(f"/api/v1/articles/{key}").json
        assert (told["title"].lstrip("\u200f"), told["url"]) == (rich(2).title, rich(2).url)
        assert told["feeds"] == ["arabic", "small"]
        assert told["_syndicator"]["images"][0]["credit"] == "ليث منصور"
    assert client.get(f"/api/v1/articles/{article(5).id}").status_code == 410
    for key in (article(7).id, "x", "urn:uuid:"):
        response = client.get(f"/api/v1/articles/{key}")
        assert (response.status_code, response.mimetype) == (404, PROBLEM)


NONSENSE = [
    "cursor=-1",
    "cursor=x",
    "cursor=" + "9" * 19,
    "cursor=1&cursor=2",
    "limit=0",
    "limit=101",
    "limit=ten",
    "limit=٣",
    "topic=none",
    "topic=",
    "colour=red",
    "place=ZQ",
    "language=!",
]


def test_what_means_nothing_is_a_problem(client: FlaskClient) -> None:
    """RFC 9457: a parameter that cannot be answered is a 400 that names it."""
    for query in NONSENSE:
        response = client.get(f"/api/v1/articles?{query}")
        assert (response.status_code, response.mimetype) == (400, PROBLEM), query
        assert response.json["status"] == 400
        assert query.partition("=")[0] in response.json["detail"]


def test_errors_of_any_kind_are_problems(client: FlaskClient) -> None:
    """RFC 9457: an unknown address and a wrong method are problems, too."""
    assert client.get("/api/v1/none").mimetype == PROBLEM
    response = client.post("/api/v1/articles")
    assert (response.status_code, response.mimetype) == (405, PROBLEM)
    assert "GET" in response.headers["Allow"]


def test_a_database_that_is_away_is_said(service: Service, client: FlaskClient, tmp_path: Path) -> None:
    """While the database cannot be asked the answer is 503 with Retry-After, as a problem for programs."""
    service.ledger = Ledger(open_database(f"sqlite:///{tmp_path / 'none.db'}", write=False))
    response = client.get("/api/v1/articles")
    assert (response.status_code, response.mimetype) == (503, PROBLEM)
    assert response.headers["Retry-After"] == "60"


def test_now_is_the_end_of_the_log(service: Service, client: FlaskClient) -> None:
    """`cursor=now` begins with what is yet to come."""
    bring(service, article(1))
    start = client.get("/api/v1/articles?cursor=now").json
    assert (start["articles"], start["more"]) == ([], False)
    bring(service, article(2))
    found = client.get(start["next"].removeprefix(BASE)).json["articles"]
    assert [each["id"] for each in found] == ids([article(2)])


def test_pages_of_other_sites_may_read(client: FlaskClient) -> None:
    """CORS: every answer, errors too, may be read from anywhere; a preflight is answered."""
    assert client.get("/api/v1/topics").headers["Access-Control-Allow-Origin"] == "*"
    assert client.get("/api/v1/articles?limit=0").headers["Access-Control-Allow-Origin"] == "*"
    preflight = client.options("/api/v1/articles", headers={"Origin": "https://app.example"})
    assert preflight.status_code == 204
    assert "If-None-Match" in preflight.headers["Access-Control-Allow-Headers"]


def test_conditional_get(service: Service, client: FlaskClient) -> None:
    """Everything can be asked for conditionally, and HEAD is GET without a body."""
    paths = [f"/api/v1/{name}" for name in ("articles", "feeds", "topics", "sources", "openapi.json")]
    etags = {path: client.get(path).headers["ETag"] for path in paths}
    for path, etag in etags.items():
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
        head = client.head(path)
        assert (head.data, head.headers["ETag"]) == (b"", etag)
    bring(service, article(1))
    after = {path: client.get(path, headers={"If-None-Match": etag}).status_code for path, etag in etags.items()}
    assert after == dict.fromkeys(paths, 304) | {paths[0]: 200}


def test_every_address_of_a_list_leads_somewhere(service: Service, client: FlaskClient) -> None:
    """Feeds, topics and sources come with the addresses at which they are served."""
    service.publish()
    for name in ("feeds", "topics", "sources"):
        listed = client.get(f"/api/v1/{name}").json[name]
        assert listed
        for each in listed:
            for extension, url in each["urls"].items():
                ask = client.head if extension == "events" else client.get
                assert ask(url.removeprefix(BASE)).status_code == 200, url


# ---------------------------------------------------------------- the description


def test_the_description_names_every_address(service: Service, client: FlaskClient) -> None:
    """OpenAPI's paths are exactly the app's, no more and no less."""
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in client.application.url_map.iter_rules()}
    described = client.get("/api/v1/openapi.json").json
    assert set(described["paths"]) == {rule for rule in rules if rule.startswith("/api/")}
    assert described["openapi"].startswith("3.1")


def test_the_description_holds(service: Service, client: FlaskClient) -> None:
    """What is answered has the shape that the description promises."""
    bring(service, rich(1), article(2), article(3, authors=(), images=(), summary=""))
    bring(service, replace(article(2), withdrawn=True), moment=MOMENT + HOUR)
    described = client.get("/api/v1/openapi.json").json
    for path, answer in (
        ("/api/v1/articles", client.get("/api/v1/articles").json),
        ("/api/v1/articles/{article_id}", client.get(f"/api/v1/articles/{rich(1).id}").json),
        *((f"/api/v1/{name}", client.get(f"/api/v1/{name}").json) for name in ("feeds", "topics", "sources")),
    ):
        schema = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.Draft202012Validator(schema | {"components": described["components"]}).validate(answer)


def test_no_request_breaks_the_contract(home: Path, tmp_path: Path) -> None:
    """C11: whatever is asked within the description and beside it, no answer is a 5xx or breaks the contract."""
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    found_newsroom(home)
    with house(home, f"sqlite:///{tmp_path / 'one.db'}") as service:
        bring(service, rich(1), article(2), article(3))
        bring(service, replace(article(2), withdrawn=True), moment=MOMENT + HOUR)
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", create_app(service))
        asked = 0
        for operation in (found.ok() for found in schema.get_all_operations()):
            for mode in schemathesis.GenerationMode:
                if mode.is_negative and not operation.query and not operation.path_parameters:
                    continue

                @settings(
                    max_examples=130,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                    derandomize=True,
                    database=None,
                )
                @given(operation.as_strategy(generation_mode=mode))
                def ask(case) -> None:
                    nonlocal asked
                    asked += 1
                    case.call_and_validate()

                ask()
        assert asked >= 500
