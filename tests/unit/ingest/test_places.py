import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.catalogue.labels import read_people, read_places
from syndicator.errors import ConfigurationError
from syndicator.ingest.classify import People, Place, Places, Topics, classify, texts_of
from syndicator.model import Person, Territory, Topic
from syndicator.text.words import fold
from tests.support.articles import saying

ROOT = Path(__file__).parents[3]
PLACE_CASES = tomllib.loads((ROOT / "tests/data/places/cases.toml").read_text("utf-8"))["case"]
PEOPLE_CASES = tomllib.loads((ROOT / "tests/data/people/cases.toml").read_text("utf-8"))["case"]
GAZETTEER = read_places(ROOT)
PLACES = Places(GAZETTEER.territories.values(), GAZETTEER.hidden)


@pytest.mark.parametrize("case", PLACE_CASES, ids=lambda case: case["rule"])
def test_places_of_articles(case: dict[str, str]) -> None:
    """An article has the territories that it is about; ambiguous names mean what stands beside them."""
    told = saying(case["title"], case.get("summary", ""), case.get("body", ""))
    assert list(PLACES.label(told)) == case["expected"]


@pytest.mark.parametrize("case", PLACE_CASES, ids=lambda case: case["rule"])
def test_explanations_of_places_add_up(case: dict[str, str]) -> None:
    """The weights of a territory's evidence are its score, and every match is shown as it was written."""
    told = saying(case["title"], case.get("summary", ""), case.get("body", ""))
    evidence, texts = PLACES.explain(told), texts_of(told)
    for one in evidence:
        assert one.matched == texts[one.place][one.start : one.end] != ""
        mine = sum(other.weight for other in evidence if other.label == one.label)
        assert one.score == pytest.approx(mine, abs=1e-4)
        assert one.masked_by is None or one.weight == 0
    assert sorted({one.label for one in evidence if one.carried}) == case["expected"]


def test_what_somebody_read_goes_before_what_nobody_read() -> None:
    """GeoNames' spellings are weak evidence, but not for a city that was written down, and they take no article."""
    turkey, yemen = GAZETTEER.territories["TR"], GAZETTEER.territories["YE"]
    assert "أنقرة" in turkey.cities
    assert "انقره" not in {fold(phrase) for phrase in turkey.weak}
    told = {(one.label, one.phrase) for one in PLACES.explain(saying("اشتباكات في الحديدة وأنقرة تنفي"))}
    assert told == {("YE", "=الحديدة"), ("TR", "=أنقرة")}
    assert "=حديده" in yemen.weak


def test_an_explanation_says_what_hides_a_name() -> None:
    """Sudan inside South Sudan is told, with the longer name that hides it."""
    told = [(one.label, one.place, one.matched, one.masked_by) for one in PLACES.explain(saying("جنوب السُّودان"))]
    assert ("SD", Place.TITLE, "السُّودان", "جنوب السودان") in told


def test_every_territory_is_found_by_its_name() -> None:
    """Each territory of CLDR is found by its Arabic name, except where the name is another word too."""
    ambiguous = {"ML", "BJ", "OM", "GE"}
    for code, territory in GAZETTEER.territories.items():
        if code not in ambiguous:
            assert code in PLACES.label(saying(f"وصل الوفد إلى {territory.names[0]}")), code
    assert len(GAZETTEER.territories) >= 245


def test_cities_have_no_foreign_letters() -> None:
    """The shipped names are Arabic: no Persian, Urdu or Uyghur letter is in them."""
    foreign = set("پچژگکیەۆۇېڭھہںے")
    for territory in GAZETTEER.territories.values():
        for name in (*territory.names, *territory.cities, *territory.weak):
            assert foreign.isdisjoint(name), (territory.code, name)


def test_operators_add_to_what_is_shipped(tmp_path: Path) -> None:
    """`config/places.toml` adds phrases and territories, and takes nothing away."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/places.toml").write_text('[territories.SY]\nmembers = ["اتحاد الخيال"]\n', "utf-8")
    syria = read_places(tmp_path).territories["SY"]
    assert "اتحاد الخيال" in syria.members
    assert "دمشق" in syria.cities
    assert "سوري" in syria.adjectives


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("places", "[territories.SYR]\nnames = ['x']\n", "config/places.toml"),
        ("places", "[territories.SY]\nmember = ['x']\n", "did you mean 'members'"),
        ("people", "[[people]]\nspellings = ['x']\n", "config/people.toml"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, name: str, text: str, part: str) -> None:
    """A mistake in an operator's file is a sentence that names the file."""
    (tmp_path / "config").mkdir()
    (tmp_path / f"config/{name}.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=part):
        read_places(tmp_path) if name == "places" else read_people(tmp_path)


def test_home_without_the_files_has_what_is_shipped(tmp_path: Path) -> None:
    """Without `config/places.toml` and `config/people.toml` there are the shipped territories and nobody listed."""
    assert "دمشق" in read_places(tmp_path).territories["SY"].cities
    assert read_people(tmp_path) == ()


def test_a_phrase_of_two_territories_speaks_for_both() -> None:
    """What two territories share counts for each of them."""
    places = Places([Territory(code="KP", names=("الكوريتان",)), Territory(code="KR", names=("الكوريتان",))])
    assert places.label(saying("قمة الكوريتان")) == ("KP", "KR")


# ---------------------------------------------------------------- people


@pytest.mark.parametrize("case", PEOPLE_CASES, ids=lambda case: case["rule"])
def test_people_of_articles(case: dict[str, object]) -> None:
    """Listed people are found by every spelling, others behind an office; the most important first."""
    people = People(
        Person(name=one["name"], spellings=tuple(one.get("spellings", ()))) for one in case.get("people", [])
    )
    told = saying(case["title"], "", case["body"])
    assert list(people.label(told)) == case["expected"]
    texts = texts_of(told)
    for one in people.explain(told):
        assert one.matched == texts[one.place][one.start : one.end] != ""
        assert one.label in case["expected"]


def test_shipped_list_has_no_one_twice() -> None:
    """No spelling in `config/people.toml` means two people."""
    listed = read_people(ROOT)
    spellings = [spelling for one in listed for spelling in (one.name, *one.spellings)]
    assert len(spellings) == len(set(spellings))
    assert len(listed) >= 50


def test_classify_sets_all_labels() -> None:
    """One reading gives topics, places and people; without places and people these stay as they were."""
    told = saying("سوريا: السيد كوفي عنان، يصل إلى دمشق")
    topics = Topics([Topic(id="syria", title="سوريا", phrases=("سوريا",))])
    labelled = classify(told, topics, (), PLACES, People([Person(name="كوفي عنان")]))
    assert (labelled.topics, labelled.places, labelled.people) == (("syria",), ("SY",), ("كوفي عنان",))
    kept = classify(replace(told, places=("EG",), people=("أحد",)), topics)
    assert (kept.places, kept.people) == (("EG",), ("أحد",))
