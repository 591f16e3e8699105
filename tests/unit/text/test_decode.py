"""Decoding: whatever the label says, the words come out right."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndicator.ingest.parse import parse
from syndicator.model import ExtractRules, ListingRules, Publisher, Response, Source
from syndicator.text.decode import decode

DATA = Path(__file__).parents[2] / "data" / "text"
CASES = tomllib.loads((DATA / "encodings.toml").read_text("utf-8"))["case"]
TITLE = "انفجار في دمشق وحلب"
WORDS = "قالت وكالة الأنباء إن الانفجار وقع في العاصمة مساء الخميس، وإن الحكومة أعلنت الحداد على الضحايا في المدينة"


def _source(encoding: str | None = None, kind: str = "feed") -> Source:
    publisher = Publisher(id="a", title="A", extract=ExtractRules())
    return Source(
        id="a/b", publisher=publisher, url="http://a.test/f", kind=kind, encoding=encoding, listing=ListingRules()
    )


def _document(case: dict) -> bytes:
    codec = case["codec"]
    declaration = f'<?xml version="1.0" encoding="{case["declared"]}"?>' if "declared" in case else ""
    language = f"<language>{case['language']}</language>" if "language" in case else ""
    words = "" if case.get("plain") else WORDS
    before = f"{declaration}<rss version='2.0'><channel>{language}<item><title>"
    after = f"</title><description>{words}</description></item></channel></rss>"
    title = case.get("raw", case.get("title", TITLE))
    mark, broken = bytes.fromhex(case.get("bom", "")), bytes.fromhex(case.get("broken", ""))
    return mark + (before + title).encode(codec, "ignore") + broken + after.encode(codec, "ignore")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_titles_are_exact_in_every_encoding(case):
    """B06: A title comes out as it was written, however its bytes are labelled; one bad byte costs one character."""
    headers = {"content-type": f"application/rss+xml; charset={case['http']}"} if "http" in case else {}
    response = Response(url="http://a.test/f", status=200, headers=headers, body=_document(case))
    (entry,) = parse(response, _source(case.get("override"))).entries
    assert entry.title == case.get("expect", case.get("title", TITLE))
    if "broken" not in case and not case.get("plain"):
        assert entry.summary.startswith("قالت وكالة الأنباء إن الانفجار وقع في العاصمة مساء الخميس")


def test_the_table_is_not_shrinking():
    """At least 32 encodings are checked, and no two cases have one name."""
    assert len({case["name"] for case in CASES}) == len(CASES) >= 32


@pytest.mark.parametrize("label", ["windows-1256", "utf-8", "iso-8859-1", None])
def test_pages_are_decoded_by_their_meta_element(label):
    """A web page is decoded by the same rules, and its label may stand in a meta element."""
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">' if label else ""
    page = f"<!DOCTYPE html><html><head>{meta}<title>{TITLE}</title></head><body>{WORDS}</body></html>"
    assert TITLE in decode(page.encode("windows-1256"))


@pytest.mark.parametrize("name", ["utf-8.txt", "windows-1256.txt", "iso-8859-6.txt"])
def test_real_arabic_text(name):
    """The same Arabic text in three encodings is the same text, without any label."""
    folder = Path(__file__).parents[3].parent / "shared" / "corpora" / "encodings"
    if not folder.is_dir():
        pytest.skip("the corpora are not on this machine")
    wanted = (folder / "utf-8.txt").read_text("utf-8")
    assert decode((folder / name).read_bytes()) == wanted


def test_dangerous_encodings_are_never_used():
    """A label cannot choose an encoding that hides markup or runs code: UTF-7, escapes, base64."""
    for label in ("utf-7", "unicode_escape", "raw_unicode_escape", "base64", "rot13", "idna", "punycode", "undefined"):
        assert decode(b"+ADw-a+AD4- \\u003c", override=label) == "+ADw-a+AD4- \\u003c"


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "windows-1256", "iso-8859-6", "utf-16", "x", "\x00"]))
@example(b"\xef\xbb\xbf", None)
@example(b"\xff\xfe\x00", "utf-16")
@example(b"\x00" * 40, None)
def test_any_bytes_become_legal_text(body, label):
    """Decoding never raises, gives only characters that XML allows, and no longer a text than there were bytes."""
    text = decode(body, http_charset=label)
    assert all(c in "\t\n\r" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000" for c in text)
    assert len(text) <= len(body)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200))
def test_utf8_is_always_itself(text):
    """Valid UTF-8 is never taken for anything else, whatever the server says."""
    wanted = text.replace("\ufffe", "").replace("\uffff", "").lstrip("\ufeff")
    assert decode(text.encode(), http_charset="windows-1256").lstrip("\ufeff") == wanted


def _items(*rows: tuple[str, str, str]) -> bytes:
    """Items whose title and text are written in an encoding of their own."""
    return b"".join(
        f"<item><title>{title}</title><description>{text}</description></item>".encode(codec)
        for codec, title, text in rows
    )


MIXED = {
    "one item in windows-1256": [("utf-8", TITLE, WORDS), ("cp1256", TITLE, WORDS), ("utf-8", TITLE, WORDS)],
    "one item in ISO-8859-6": [("utf-8", TITLE, WORDS), ("iso-8859-6", TITLE.replace("،", ""), WORDS)],
    "one item in UTF-8": [("cp1256", TITLE, WORDS), ("cp1256", TITLE, WORDS), ("utf-8", TITLE, WORDS)],
    "markup in both": [("utf-8", TITLE, f"<![CDATA[<p>{WORDS}</p>]]>"), ("cp1256", TITLE, f"<![CDATA[<p>{WORDS}</p><p>{WORDS}</p>]]>")],
    "short titles": [("utf-8", "سوريا", WORDS), ("cp1256", "سوريا", "حلب")],
}  # fmt: skip


@pytest.mark.parametrize("label", ["utf-8", "windows-1256", None])
@pytest.mark.parametrize("name", MIXED)
def test_items_in_two_encodings_are_both_right(name, label):
    """Old texts pasted into a new feed, and new ones into an old: each field is read in its own encoding."""
    declaration = f"<?xml version='1.0' encoding='{label}'?>" if label else ""
    body = f"{declaration}<rss version='2.0'><channel>".encode() + _items(*MIXED[name]) + b"</channel></rss>"
    entries = parse(Response(url="http://a.test/f", status=200, body=body), _source()).entries
    assert [entry.title for entry in entries] == [title for _, title, _ in MIXED[name]]
    assert all("�" not in (entry.summary or "") for entry in entries)


def test_a_few_bad_bytes_beside_utf8_cost_themselves():
    """A text that was cut inside a character is UTF-8 with a slip, and no other encoding."""
    body = _items(("utf-8", TITLE, WORDS)) + b"<item><title>" + TITLE.encode()[:-1] + b"...</title></item>"
    assert decode(body).endswith(f"{TITLE[:-1]}�...</title></item>")
    assert "café" in decode(body + b"<p>caf\xe9</p>")


@pytest.mark.parametrize("encoding", ["windows-1256", "iso-8859-6"])
@pytest.mark.parametrize("title", ["قافلة تصل إلى حلب", "عاجل", "وصول قافلة"])
def test_short_arabic_goes_by_its_label(encoding: str, title: str) -> None:
    """A few words have too little in them to tell the two Arabic encodings apart: the label does."""
    document = f"<?xml version='1.0' encoding='{encoding}'?><rss><title>{title}</title></rss>"
    assert title in decode(document.encode(encoding), http_charset="utf-8")


@pytest.mark.parametrize("title", ["قافلة تصل إلى حلب", "مجلس مدينة حلب", "قتيل في حمص"])
def test_short_arabic_without_label(title: str) -> None:
    """Bytes that are all Arabic letters in windows-1256 are Arabic, also in words without an article."""
    assert title in decode(f"<rss><title>{title}</title></rss>".encode("cp1256"))
