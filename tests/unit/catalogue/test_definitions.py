"""What an operator reads when a definition or a setting is wrong."""

from pathlib import Path

import pytest

from syndicator import catalogue, settings
from syndicator.errors import ConfigurationError

ROOT = Path(__file__).parents[3]
CASES = sorted(path for path in (ROOT / "tests/data/definitions").iterdir() if path.is_dir())
GOOD = 'title = "الأنباء"\n\n[feeds.all]\nurl = "https://news.example.org/rss.xml"\n'


def mistakes(home: Path) -> list[str]:
    found: list[str] = []
    for load in (lambda: settings.load({"SYNDICATOR_HOME": str(home)}), lambda: catalogue.load(home)):
        try:
            load()
        except ConfigurationError as error:
            found += error.mistakes
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_mistake_is_told_with_file_definition_and_key(case: Path) -> None:
    """Each broken home gives exactly the lines beside it, all of them at once."""
    told = [line.replace(str(case), "HOME") for line in mistakes(case)]
    assert told == (case / "expected.txt").read_text("utf-8").splitlines()


def test_no_message_speaks_of_the_library_that_checks() -> None:
    """Messages are an operator's words, not those of whoever wrote the validator."""
    told = " ".join((case / "expected.txt").read_text("utf-8") for case in CASES).lower()
    assert not [word for word in ("input should", "tuple", "dictionary", "validation", "pydantic") if word in told]


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    """What is wrong with an address is told without the password in it: messages end in logs."""
    folder = tmp_path / "config/sources"
    folder.mkdir(parents=True)
    (folder / "news.toml").write_text(GOOD.replace("https://", "https://me:hunter2@"), "utf-8")
    told = "\n".join(mistakes(tmp_path))
    assert "[feeds.all] url: must be" in told
    assert "hunter2" not in told
    with pytest.raises(ConfigurationError) as caught:
        settings.load({"SYNDICATOR_HOME": str(tmp_path), "SYNDICATOR_BASE_URL": "ftp://me:hunter2@news.example.org"})
    assert "hunter2" not in str(caught.value)


def test_good_definitions_are_read_whole(tmp_path: Path) -> None:
    """What is written is what the catalogue holds: defaults, inheritance from the publisher, references."""
    for name, text in {
        "config/sources/news.toml": 'language = "ar"\ntimezone = "Asia/Damascus"\n'
        + GOOD
        + 'every = 30\ntopics = ["syria"]\nlanguage = "ar-SY"\n\n[feeds.page]\nurl = "https://news.example.org/"\n'
        + 'kind = "listing"\n\n[feeds.page.listing]\nitem = "article > h2"\n\n[extract]\nbody = "div.text, #body"\n',
        "config/topics/syria.toml": 'title = "سوريا"\nphrases = ["سوريا"]\n',
        "feeds/countries/syria.toml": 'title = "سوريا"\ntopics = ["syria"]\nsources = ["news", "news/page"]\n',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    found = catalogue.load(tmp_path)
    first, second = found.sources["news/all"], found.sources["news/page"]
    assert (first.language, second.language) == ("ar-SY", "ar")
    assert first.timezone == second.timezone == "Asia/Damascus"
    assert first.every is not None
    assert first.every.total_seconds() == 1800
    assert second.listing.item == "article > h2"
    assert found.publishers["news"].extract.body == "div.text, #body"
    assert found.feeds["countries/syria"].sources == {"news", "news/page"}


def test_the_fingerprint_changes_with_what_is_written(tmp_path: Path) -> None:
    """The same files give the same fingerprint, any change of a definition another one."""
    path = tmp_path / "config/sources/news.toml"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD, "utf-8")
    before = catalogue.load(tmp_path).fingerprint
    assert catalogue.load(tmp_path).fingerprint == before
    path.write_text(GOOD + "full_text = true\n", "utf-8")
    assert catalogue.load(tmp_path).fingerprint != before


# ---------------------------------------------------------------- settings


def test_a_home_without_settings_has_defaults(tmp_path: Path) -> None:
    """Nothing has to be written before the service runs; the database is below the home."""
    found = settings.load({"SYNDICATOR_HOME": str(tmp_path)})
    assert found.schedule.every == 15
    assert found.database_url == f"sqlite:///{tmp_path.resolve()}/data/syndicator.db"


def test_the_environment_wins(tmp_path: Path) -> None:
    """Where the file and the environment differ, the environment holds; an empty variable says nothing."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/settings.toml").write_text(
        '[service]\nbase_url = "https://file.example.org/"\ndatabase_url = "sqlite:///file.db"\n', "utf-8"
    )
    home = {"SYNDICATOR_HOME": str(tmp_path)}
    assert settings.load(home).service.base_url == "https://file.example.org"
    given = {"SYNDICATOR_BASE_URL": "https://given.example.org/", "SYNDICATOR_DATABASE_URL": "postgres://db/news"}
    found = settings.load(home | given)
    assert found.service.base_url == "https://given.example.org"
    assert found.database_url == "postgresql+psycopg://db/news"
    assert settings.load(home | {"SYNDICATOR_BASE_URL": ""}).service.base_url == "https://file.example.org"


@pytest.mark.parametrize(
    "address", ["ftp://news.example.org", "news.example.org", "https://", "https://x.example/?a=b"]
)
def test_a_bad_base_url_names_its_variable(tmp_path: Path, address: str) -> None:
    """A mistake in the environment is told by the variable's name."""
    with pytest.raises(ConfigurationError) as caught:
        settings.load({"SYNDICATOR_HOME": str(tmp_path), "SYNDICATOR_BASE_URL": address})
    (told,) = caught.value.mistakes
    assert told.startswith("environment: SYNDICATOR_BASE_URL: must be an http or https address")


def test_a_missing_home_is_told_with_what_to_do(tmp_path: Path) -> None:
    """A home that is not there is named, and so is the command that makes one."""
    with pytest.raises(ConfigurationError) as caught:
        settings.load({"SYNDICATOR_HOME": str(tmp_path / "nowhere")})
    assert "nowhere is not a directory; make one with 'syndicator init DIR'" in caught.value.mistakes[0]
