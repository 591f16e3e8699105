"""One file of every dialect, with all that a reader should find in it written beside it."""

import gzip
import json
import tomllib
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.errors import Malformed, ParseLimit
from syndicator.ingest.parse import PARSERS, parse
from syndicator.model import Channel, ExtractRules, ListingRules, Publisher, Response, Source

DATA = Path(__file__).parents[2] / "data" / "parse"
FILES = sorted(
    path for kind in PARSERS for path in (DATA / kind).iterdir() if not path.name.endswith((".expected.json", ".toml"))
)
ADDRESS = "https://news.example/feeds/all"


def read(path: Path) -> Channel:
    rules = path.with_suffix(".toml")
    listing = ListingRules(**tomllib.loads(rules.read_text("utf-8"))) if rules.exists() else ListingRules()
    publisher = Publisher(id="a", title="A", extract=ExtractRules())
    source = Source(id="a/b", publisher=publisher, url=ADDRESS, kind=path.parent.name, listing=listing)
    return parse(Response(url=ADDRESS, status=200, body=path.read_bytes()), source)


def brief(value: object) -> object:
    """A noun as JSON, without what is empty."""
    if isinstance(value, dict):
        return {key: brief(inner) for key, inner in value.items() if inner not in (None, (), frozenset(), False)}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [brief(inner) for inner in value]
    return value.total_seconds() if isinstance(value, timedelta) else value


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.stem}" for path in FILES])
def test_a_file_is_read_as_it_should_be(path):
    """All that a publisher says is found, as written; nothing is invented."""
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    assert brief(asdict(read(path))) == expected


def test_every_kind_has_a_case():
    """No parser is without a file that shows what it reads."""
    assert {path.parent.name for path in FILES} == set(PARSERS)


def test_a_gzipped_sitemap_is_unpacked():
    """A sitemap that is stored as a gzip file reads like the plain one; a bomb is stopped."""
    plain = DATA / "sitemap" / "news.xml"
    publisher = Publisher(id="a", title="A", extract=ExtractRules())
    source = Source(id="a/b", publisher=publisher, url=ADDRESS, kind="sitemap", listing=ListingRules())
    packed = Response(url=ADDRESS, status=200, body=gzip.compress(plain.read_bytes()))
    assert parse(packed, source) == read(plain)
    with pytest.raises(ParseLimit, match="50 MiB"):
        parse(replace(packed, body=gzip.compress(b"<urlset>" + bytes(60 << 20))), source)
    with pytest.raises(Malformed, match="unpacked"):
        parse(replace(packed, body=b"\x1f\x8bnothing of the kind"), source)


def test_a_link_header_names_the_hub():
    """A hub in the Link header comes before the one in the feed (WebSub, 4)."""
    path = DATA / "feed" / "rss-everything.xml"
    headers = {"link": '<https://other.example/hub>; rel="hub", </self.xml>; rel=self; title="a, b"'}
    publisher = Publisher(id="a", title="A", extract=ExtractRules())
    source = Source(id="a/b", publisher=publisher, url=ADDRESS, listing=ListingRules())
    channel = parse(Response(url=ADDRESS, status=200, headers=headers, body=path.read_bytes()), source)
    assert channel.hub == "https://other.example/hub"
    assert channel.self_url == "https://news.example/self.xml"
