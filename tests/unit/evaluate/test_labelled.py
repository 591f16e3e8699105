import gzip
import json
from pathlib import Path

import pytest

from syndicator.errors import ConfigurationError
from syndicator.evaluate import MEASURES
from syndicator.evaluate.topics import LABELS, agreement

ROWS = [
    {
        "id": "a/1-20180401",
        "title": "انفجار في سوريا",
        "description": "قتلى في دمشق",
        "body": "قالت سوريا إن القتلى كثر.",
    },
    {"id": "a/2-20180101", "title": "مباراة في مصر", "description": "فوز المنتخب المصري", "body": "فاز منتخب مصر."},
    {"id": "a/3-20180102", "title": "لا شيء", "description": "", "body": "نص قصير."},
]


def data(folder: Path, name: str, table: str) -> Path:
    with gzip.open(folder / "news.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    (folder / name).write_text(table, "utf-8")
    return folder


def test_places_are_measured_on_any_folder(tmp_path: Path) -> None:
    """Articles as JSON lines and a table of labels are enough; an error is shown with its evidence."""
    table = "path\tcountries\na/1-20180401\tSY\na/2-20180101\tEG,FR\na/3-20180102\t-\n"
    result = MEASURES["places"](data(tmp_path, "my-place-labels.tsv", table))
    assert result.count == 3
    assert result.figures["syria_f1"] == 1.0
    assert result.figures["micro_f1"] == pytest.approx(0.8)
    assert result.figures["later_f1"] == 1.0
    assert [line for line in result.worst if line.startswith("FR wanted, not found")]


def test_topics_are_measured_on_any_folder(tmp_path: Path) -> None:
    """The same for topics: precision and recall are of the labels in the table."""
    table = "path\ttopics\na/2-20180101\tsport\na/3-20180102\tsport\n"
    result = MEASURES["topics"](data(tmp_path, "labels.tsv", table))
    assert result.count == 2
    assert (result.figures["micro_precision"], result.figures["micro_recall"]) == (1.0, 0.5)


@pytest.mark.parametrize("table", ["path\tother\na/1\tx\n", "path\ttopics\nnobody\tsport\n"])
def test_data_that_does_not_fit_is_told(tmp_path: Path, table: str) -> None:
    """A table without its columns, or labels of no article, are mistakes and no figures."""
    with pytest.raises(ConfigurationError):
        MEASURES["topics"](data(tmp_path, "labels.tsv", table))


def test_our_labels_are_two_readings() -> None:
    """At least 400 articles have labels, read twice; both readings stand beside the labels."""
    assert len(LABELS.read_text("utf-8").splitlines()) > 400
    assert 0.9 < agreement(LABELS) < 1
