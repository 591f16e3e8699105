"""A reader searches what was polled: on the command line and on the page."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from syndicator.cli.searching import search
from syndicator.errors import ConfigurationError
from syndicator.web.app import create_app
from tests.support.articles import article
from tests.support.houses import furnish, house, publisher

TITLE = "مدارس جديدة للسوريّين <في حلب>"


@pytest.fixture
def furnished(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A home with two stored articles, which the environment names."""
    url = f"sqlite:///{tmp_path / 'syndicator.db'}"
    furnish(home, {"config/sources/nahr.toml": publisher("نهر", main='url = "https://nahr.example.com/rss"')})
    with house(home, url) as service, service.store.writing() as transaction:
        first = article(1, title=TITLE, topics=("syria",))
        other = article(2, title="مدرسة في صور", summary="", topics=())
        transaction.save([(None, first), (None, other)], first.published)
    monkeypatch.setenv("SYNDICATOR_HOME", str(home))
    monkeypatch.setenv("SYNDICATOR_DATABASE_URL", url)
    monkeypatch.setenv("SYNDICATOR_BASE_URL", "https://feeds.example.org")
    return url


def asked(*arguments: str) -> str:
    result = CliRunner().invoke(search, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_command_finds_forms_and_narrows(furnished: str) -> None:
    """A word is found in every form; options narrow; what stands there is shown as written, newest first."""
    both = asked("مدرسة")
    assert both.index(TITLE) < both.index("مدرسة في صور")
    assert "صور" not in asked("مدرسة", "--topic", "syria")
    assert TITLE in asked("سوريا -صور")
    assert asked("اليابان") == ""
    assert asked("مدرسة", "--until", "2020-01-01") == ""
    assert asked("مدرسة", "--limit", "1").count("https://") == 1


def test_a_query_without_a_word_and_a_date_that_is_none_are_told(furnished: str) -> None:
    """The operator learns which option is wrong and what it should look like."""
    for arguments, told in ((["--", "-مصر"], "QUERY"), (["مصر", "--since", "حين"], "--since")):
        with pytest.raises(ConfigurationError, match=told):
            CliRunner().invoke(search, arguments, catch_exceptions=False)


def test_the_page_marks_what_was_found(home: Path, furnished: str) -> None:
    """Matches are marked as written; a title stays text, whatever it holds; the page runs from the right."""
    with house(home, furnished, write=False) as service:
        answer = create_app(service).test_client().get("/search?q=مدرسة سوريا", headers={"Accept": "text/html"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<mark>مدارس</mark> جديدة <mark>للسوريّين</mark> &lt;في حلب&gt;" in page
    assert 'dir="auto"' in page
    assert 'dir="rtl"' in page
