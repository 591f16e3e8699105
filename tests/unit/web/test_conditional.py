"""Conditional requests and content coding, on header values alone."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.web.conditional import accepts_gzip, not_modified

ETAG = 'W/"0123456789abcdef"'
CHANGED = datetime(2026, 3, 14, 9, 26, 53, 500_000, tzinfo=UTC)
SAME = "Sat, 14 Mar 2026 09:26:53 GMT"


@pytest.mark.parametrize(
    ("if_none_match", "if_modified_since", "expected"),
    [
        (ETAG, None, True),
        ('"0123456789abcdef"', None, True),
        ("0123456789abcdef", None, True),
        ('"x", W/"0123456789abcdef"', None, True),
        ('"x","y"', None, False),
        ("*", None, True),
        ("", None, False),
        ('W/"0123456789abcdef-gzip"', None, True),
        ('"0123456789abcdef--gzip"', None, True),
        ('"0123456789abcdef;br"', None, True),
        ('"0123456789abcdef-gzip", "x"', None, True),
        ('"0123456789abcde"', None, False),
        ('"a,b"', None, False),
        (None, SAME, True),
        (None, "Saturday, 14-Mar-26 09:26:53 GMT", True),
        (None, "Sat Mar 14 09:26:53 2026", True),
        (None, "Sat, 14 Mar 2026 09:26:52 GMT", False),
        (None, "Sun, 15 Mar 2026 09:26:53 GMT", True),
        (None, "gestern", False),
        (None, "", False),
        ('"x"', SAME, False),
        (ETAG, "Sat, 14 Mar 2020 09:26:52 GMT", True),
        (None, None, False),
    ],
)
def test_not_modified(if_none_match: str | None, if_modified_since: str | None, expected: bool) -> None:
    """C01: every ETag that we ever sent is recognised in every form in which it comes back; dates count only alone."""
    assert not_modified(if_none_match, if_modified_since, ETAG, CHANGED) is expected


@pytest.mark.parametrize(
    ("accept_encoding", "expected"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("gzip;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("br, zstd", False),
        ("identity", False),
        ("identity;q=0, gzip", True),
        ("", False),
        (None, False),
        ("gzip;q=zwei", False),
        (";;;,,", False),
    ],
)
def test_accepts_gzip(accept_encoding: str | None, expected: bool) -> None:
    """C07: gzip is sent only to those who can read it."""
    assert accepts_gzip(accept_encoding) is expected


@given(st.text(), st.text(), st.text())
def test_strangers_headers_never_raise(match: str, since: str, encoding: str) -> None:
    """Whatever a client sends in its headers is an answer, never a fault."""
    not_modified(match, None, ETAG, CHANGED)
    not_modified(None, since, ETAG, CHANGED)
    accepts_gzip(encoding)
