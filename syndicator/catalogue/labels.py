"""What is looked for besides topics: territories and people, as shipped and as operators extend them.

Territories come from three files, each adding to the one before: `syndicator/places/names.json` (made from CLDR and
GeoNames by `tools/make_places.py`), `syndicator/places/places.toml` (adjectives, short names, what is ambiguous) and
the operator's `config/places.toml` (who stands for a territory). People are `config/people.toml`. The operator's files
may be missing.

**What somebody read goes first.** A city of GeoNames that nobody has read is weak and takes no article (حديده is not
الحديدة), and where the other files say what the same word is, it is that: أنقرة is Ankara, though آنقره were weak.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from syndicator.model import Person, Territory
from syndicator.settings import Table, read_toml
from syndicator.text.words import fold

PLACES = "config/places.toml"
PEOPLE = "config/people.toml"
SHIPPED = Path(__file__).resolve().parents[1] / "places"

Phrase = Annotated[str, Field(min_length=1, max_length=200)]
Phrases = tuple[Phrase, ...]
Code = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class TerritoryTable(Table):
    """`[territories.SY]`: what names a territory; see `model.Territory`."""

    names: Phrases = ()
    adjectives: Phrases = ()
    cities: Phrases = ()
    members: Phrases = ()
    weak: Phrases = ()
    exclude: Phrases = ()
    written_otherwise: Phrases = ()

    @property
    def all(self) -> Phrases:
        """All that is looked for."""
        return (*self.names, *self.adjectives, *self.cities, *self.members, *self.weak)


class PlacesFile(Table):
    """`config/places.toml`, and the same shape in `syndicator/places/`."""

    hidden: Phrases = ()
    """Phrases that name no territory although one stands inside them."""
    territories: Mapping[Code, TerritoryTable] = Field(default_factory=dict)


class PersonTable(Table):
    """`[[people]]` in `config/people.toml`; see `model.Person`."""

    name: Phrase
    spellings: Phrases = ()


class PeopleFile(Table):
    """`config/people.toml`."""

    people: tuple[PersonTable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """All territories by code, and the phrases that name none."""

    territories: Mapping[str, Territory]
    hidden: tuple[str, ...]


def read_places(home: Path) -> Gazetteer:
    """The territories as shipped, with what `config/places.toml` below `home` adds.

    Raises `ConfigurationError` with one line for every mistake.
    """
    names = json.loads((SHIPPED / "names.json").read_text("utf-8"))["territories"]
    files = [read_toml(SHIPPED / "places.toml", PlacesFile, name="syndicator/places/places.toml")]
    if (home / PLACES).is_file():
        files.append(read_toml(home / PLACES, PlacesFile, name=PLACES))
    read = {(code, fold(phrase)) for file in files for code, table in file.territories.items() for phrase in table.all}
    for code, table in names.items():
        known = {fold(phrase) for phrase in (*table["names"], *table["cities"])}
        unread = [one for one in table["weak"] if fold(one) not in known and (code, fold(one)) not in read]
        table["weak"] = [f"={one}" for one in unread]
    files.insert(0, PlacesFile.model_validate({"territories": names}))
    added: dict[str, dict[str, dict[str, None]]] = {}
    for file in files:
        for code, table in file.territories.items():
            fields = added.setdefault(code, {})
            for key, phrases in table:
                fields.setdefault(key, {}).update(dict.fromkeys(phrases))
    territories = {
        code: Territory(code=code, **{key: tuple(phrases) for key, phrases in fields.items()})
        for code, fields in sorted(added.items())
    }
    return Gazetteer(territories=territories, hidden=tuple(phrase for file in files for phrase in file.hidden))


def read_people(home: Path) -> tuple[Person, ...]:
    """The people that `config/people.toml` below `home` lists, in its order; none when there is no such file.

    Raises `ConfigurationError` with one line for every mistake.
    """
    if not (home / PEOPLE).is_file():
        return ()
    listed = read_toml(home / PEOPLE, PeopleFile, name=PEOPLE).people
    return tuple(Person(name=one.name, spellings=one.spellings) for one in listed)
