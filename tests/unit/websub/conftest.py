"""A house whose neighbours on loopback may subscribe, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.service import Service
from tests.support.houses import SETTINGS, furnish, house

OPEN = SETTINGS + '\n[push]\nallow_private = ["127.0.0.0/8"]\n'


@pytest.fixture
def service(home: Path, database_url: str) -> Iterator[Service]:
    """The writer."""
    furnish(home, {"config/settings.toml": OPEN})
    with house(home, database_url) as opened:
        yield opened
