"""How the house behaves: `config/settings.toml`, then the environment, which wins.

Every key has a default, so the file may be missing. An unknown key or a bad value is a mistake that is named by
file, table and key; all mistakes of a file are told at once. `read_toml` does that for the definitions too.

Environment: `SYNDICATOR_HOME` (the directory that holds `config/`, `feeds/` and `data/`; default: the current
one), `SYNDICATOR_DATABASE_URL`, `SYNDICATOR_BASE_URL`. Secrets belong in the environment, never in a file.
"""

import difflib
import re
import ssl
import tomllib
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from syndicator.errors import ConfigurationError

Seconds = Annotated[float, Field(ge=0)]
Minutes = Annotated[float, Field(gt=0, le=60 * 24 * 31)]
MiB = Annotated[int, Field(ge=1, le=1024)]
Days = Annotated[int, Field(ge=1)]


class Table(BaseModel):
    """A TOML table: frozen, and strict about keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _network(value: str) -> str:
    return str(ip_network(value))


Network = Annotated[str, AfterValidator(_network)]
"""A block of IP addresses in CIDR notation."""


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http or https address such as https://news.example.org")
    return value.rstrip("/")


class ServiceTable(Table):
    """`[service]`: who we are."""

    title: str = "المنسِّق"
    base_url: Annotated[str, AfterValidator(_base_url)] = "http://127.0.0.1:8000"
    database_url: str = "sqlite:///data/syndicator.db"
    contact: str | None = None
    """An address or e-mail for publishers' complaints; stands in the User-Agent."""


class FetchTable(Table):
    """`[fetch]`: manners and limits towards sources."""

    deadline: Annotated[float, Field(gt=0, le=600)] = 30
    wire_limit: MiB = 8
    decoded_limit: MiB = 16
    gap: Seconds = 1
    allow_private: tuple[Network, ...] = ()
    """Private networks for sources whose host is written as an IP address or a local name, at that address alone."""
    ca_file: Annotated[str, Field(min_length=1)] | None = None
    """A PEM file with certificate authorities that are trusted beside the public ones; its path below the home."""
    ports: tuple[Annotated[int, Field(ge=1, le=65535)], ...] = ()
    """Ports beside 80, 443 and 8000 to 8999."""
    parallel: Annotated[int, Field(ge=1, le=256)] = 16


class ScheduleTable(Table):
    """`[schedule]`: when sources are polled."""

    every: Minutes = 15.0
    longest: Minutes = 1440
    tick: Annotated[float, Field(gt=0, le=300)] = 1
    lease: Annotated[float, Field(ge=5)] = 300

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.longest < self.every:
            raise ValueError("longest must not be shorter than every")
        return self


class PublishTable(Table):
    """`[publish]`: how feeds are rendered and served."""

    settle: Seconds = 2
    max_age: Annotated[int, Field(ge=0)] = 300


class PushTable(Table):
    """`[push]`: WebSub, both ways."""

    hub: bool = True
    """Whether others may subscribe to our feeds."""
    subscribe: bool | None = None
    """Whether we subscribe to sources that name a hub; None: if `base_url` can be reached from outside."""
    allow_private: tuple[Network, ...] = ()
    """Private networks whose services may subscribe."""


class KeepTable(Table):
    """`[keep]`: how long things stay in the database, in days."""

    articles: Days = 365
    polls: Days = 30


class SettingsFile(Table):
    """The whole of `config/settings.toml`."""

    service: ServiceTable = ServiceTable()
    fetch: FetchTable = FetchTable()
    schedule: ScheduleTable = ScheduleTable()
    publish: PublishTable = PublishTable()
    push: PushTable = PushTable()
    keep: KeepTable = KeepTable()


class Settings(SettingsFile):
    """The settings that hold: file and environment together, with the home that they are for."""

    home: Path

    @property
    def ca_file(self) -> str | None:
        """Where `[fetch] ca_file` is."""
        return None if self.fetch.ca_file is None else str(self.home / self.fetch.ca_file)

    @property
    def database_url(self) -> str:
        """A SQLAlchemy URL: SQLite paths are absolute, PostgreSQL goes through psycopg 3."""
        url = self.service.database_url
        scheme, _, rest = url.partition("://")
        if scheme in {"postgres", "postgresql"}:
            return f"postgresql+psycopg://{rest}"
        if scheme == "sqlite" and rest.startswith("/") and not rest.startswith("//"):
            return f"sqlite:///{(self.home / rest[1:]).resolve()}"
        return url


def load(environ: Mapping[str, str]) -> Settings:
    """The settings of the home that the environment names.

    Raises `ConfigurationError` with every mistake in the file and the environment.
    """
    home = Path(environ.get("SYNDICATOR_HOME") or ".").resolve()
    if not home.is_dir():
        raise ConfigurationError([f"SYNDICATOR_HOME: {home} is not a directory; make one with 'syndicator init DIR'"])
    path = home / "config" / "settings.toml"
    written = read_toml(path, SettingsFile, name="config/settings.toml") if path.exists() else SettingsFile()
    overrides = {
        key: environ[variable]
        for key, variable in (("database_url", "SYNDICATOR_DATABASE_URL"), ("base_url", "SYNDICATOR_BASE_URL"))
        if environ.get(variable)
    }
    try:
        service = ServiceTable(**{**written.service.model_dump(), **overrides})
        settings = Settings(home=home, **{**dict(written), "service": service})
    except ValidationError as error:
        names = {"database_url": "SYNDICATOR_DATABASE_URL", "base_url": "SYNDICATOR_BASE_URL"}
        raise ConfigurationError(
            [f"environment: {names.get(str(e['loc'][0]), e['loc'])}: {_sentence(e)}" for e in error.errors()]
        ) from None
    if settings.ca_file is not None and (wrong := _no_authorities(Path(settings.ca_file))):
        told = f"config/settings.toml: [fetch] ca_file: {wrong} (it is {settings.fetch.ca_file!r})"
        raise ConfigurationError([told])
    return settings


def _no_authorities(path: Path) -> str | None:
    """Why a file gives no certificate authorities, in an operator's words; None when it does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        path.read_bytes()
        context.load_verify_locations(path)
    except ssl.SSLError:
        return f"{path} holds no certificate in PEM form, or a damaged one"
    except (OSError, ValueError) as error:
        return f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
    return None if context.cert_store_stats()["x509"] else f"{path} holds no certificate in PEM form"


AnyTable = TypeVar("AnyTable", bound=Table)


def read_toml(path: Path, schema: type[AnyTable], *, name: str) -> AnyTable:
    """One definition file, checked. `name` is how messages call it: its path below the home.

    Raises `ConfigurationError` with one line a mistake: file, table, key, and what to do.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([f"{name}: not valid TOML: {error}"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"{name}: cannot be read as UTF-8 text: {error}"]) from None
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        raise ConfigurationError([_mistake(name, schema, e) for e in error.errors()]) from None


def _mistake(name: str, schema: type[Table], error: Any) -> str:
    """`config/sources/un.toml: [feeds.all] evry: unknown key; did you mean 'every'?`"""
    location = [str(part) for part in error["loc"]]
    depth = max(i for i in range(len(location) or 1) if i == 0 or _table_at(schema, location[:i]))
    place = f"[{'.'.join(location[:depth])}] " if depth else ""
    key, *inner = location[depth:] or ["(file)"]
    key += "".join(f"[{part}]" for part in inner if part.isdigit())
    if error["type"] != "extra_forbidden":
        return f"{name}: {place}{key}: {_sentence(error)}"
    table = _table_at(schema, location[:depth])
    known = [field.alias or field_name for field_name, field in table.model_fields.items()] if table else []
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"known keys: {', '.join(known)}"
    return f"{name}: {place}{key}: unknown key; {hint}"


def _table_at(schema: type[Table], location: Sequence[str]) -> type[Table] | None:
    """The schema of the table at a place in the file, or None where no table stands."""
    here: Any = schema
    for part in location:
        if isinstance(here, type) and issubclass(here, Table):
            field = here.model_fields.get(part)
            here = field.annotation if field else None
        else:
            here = next((kind for kind in get_args(here) if _is_table(kind)), None)
    return here if _is_table(here) else None


def _is_table(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Table)


_PLAIN = {
    "missing": "must be given",
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "tuple_type": "must be a list in square brackets",
    "frozen_set_type": "must be a list in square brackets",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
}
"""What pydantic says, by its error types, in an operator's words."""
_PASSWORD = re.compile(r"//[^/@\s]*@")


def _sentence(error: Any) -> str:
    """What is wrong with a value, and the value itself, but for a password in it."""
    if error["type"] == "missing":
        return _PLAIN["missing"]
    text = _PLAIN.get(error["type"], "").format(**error.get("ctx", {}))
    text = text or str(error["msg"]).removeprefix("Value error, ")
    given = error.get("input")
    shown = "" if isinstance(given, dict | Table) else f" (it is {_PASSWORD.sub('//***@', repr(given))})"
    return text[:1].lower() + text[1:] + shown
