"""An installed wheel is useful without the repository."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_wheel_carries_the_starter(tmp_path: Path) -> None:
    """The wheel holds the default config/ and feeds/ that `init` writes, the pages, and the migrations."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("config", "feeds"):
        for path in (ROOT / folder).rglob("*.toml"):
            assert f"syndicator/starter/{path.relative_to(ROOT).as_posix()}" in names
    assert "syndicator/web/templates/index.html" in names
    assert "syndicator/web/static/style.css" in names
    assert "syndicator/store/migrations/script.py.mako" in names
    assert "syndicator/py.typed" in names
