"""A worker that is killed at any moment loses nothing and doubles nothing."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from benchmarks.replay import replay

START = datetime(2026, 3, 1, tzinfo=UTC)


def stories(count: int) -> list[dict[str, str]]:
    """News of four outlets; every ninth story stands in two of them, under the same link with another title."""
    rows = []
    for number in range(count):
        outlet = ("nahr", "jabal", "sahel", "wadi")[number % 4]
        shared = number % 9 == 0 and number > 0
        told = number - 1 if shared else number
        rows.append(
            {
                "id": str(number),
                "outlet": outlet,
                "section": "news" if number % 3 else "world",
                "url": f"https://www.example.com/story/{told}",
                "title": f"خبر رقم {told} عن أحوال المدينة{' مع تفاصيل جديدة' if shared else ''}",
                "published": format_datetime(START + timedelta(minutes=7 * number)),
                "author": "",
                "description": f"تفاصيل الخبر رقم {told} كما وردت من مراسلنا في المدينة صباح اليوم.",
            }
        )
    return rows


def test_killed_four_times_on_the_way(tmp_path: Path) -> None:
    """SIGKILL at random moments of a replay, and a start again each time: every link is one article, rightly dated."""
    rows = stories(900)
    figures = replay(rows, tmp_path, kills=4, seed=20260314, database=None, seconds=100)
    assert figures["stored"] == figures["distinct links"] == len({row["url"] for row in rows})
