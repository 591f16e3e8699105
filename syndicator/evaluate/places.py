"""How well places are found: against the countries that publishers' own keywords name.

`ant-dev-place-labels.tsv` (columns `path`, `label_source`, `countries`) has two sources. France 24's editors wrote
keywords into the address, and a country has the label when one of them is its name. An editor who writes "the Syrian
army", "Eastern Ghouta", "Trump" or "the French parliament" there gives no label, and a sixth of the rows have none
at all (`-`): they are about something else, or unlabelled. So the labels say what must be found, and only roughly what
must not: of 24 articles that were found to be about Syria without its label, 20 are, as one reader judges. Figures are
given over all rows and over rows with a label. Al Arabiya's section names one country and says nothing of others, so
only that one is judged there.

How far text alone can go: a regression over the same evidence with a constant for each country, trained on the very
rows it is judged on (April to June), has a micro F1 of .81 there; over all rows .84, over rows with a label .875.
Boosted trees that know the country and where, as what and how often it stands in title, lead and body reach .83 on
France 24, .87 on its rows with a label, and .93 for Syria (five folds). Half of what is missing is one label: the
editors write "United States" or "America" for 203 articles and not for another 236 that name it in their title or lead.

The weights of `ingest.classify.places` were searched on France 24, January to March (`tuned`); `later` is April to
June.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

from syndicator.catalogue.labels import read_places
from syndicator.evaluate import labelled
from syndicator.evaluate.labelled import Judged, Labels
from syndicator.evaluate.result import CORPORA, Result, Score
from syndicator.ingest.classify import Places

_SECTION = "alarabiya-section"
_ABSENT = (
    "micro_f1",
    "syria_f1",
    "tagged_micro_f1",
    "tagged_syria_f1",
    "tuned_f1",
    "later_f1",
    "section_recall",
    "speed",
)


def measure(data: Path | None = None) -> Result:
    """Figures: `micro_f1` and `syria_f1` over all rows, `tagged_micro_f1` and `tagged_syria_f1` over those with a
    label, `tuned_f1` and `later_f1` by the months of an id that ends in a date, `section_recall` for Al Arabiya.

    With `data`: a folder with articles and `*place-labels.tsv`. Raises `ConfigurationError`.
    """
    where = data or CORPORA
    if data is None and not CORPORA.is_dir():
        return Result(figures={}, count=0, speed=0.0, absent=dict.fromkeys(_ABSENT, f"{CORPORA} is not there"))
    table = next(iter(sorted(where.glob("*place-labels.tsv"))), where / "place-labels.tsv")
    wanted = labelled.labels(table, "countries")
    gazetteer = read_places(labelled.HOME)
    places = Places(gazetteer.territories.values(), gazetteer.hidden)
    known = frozenset(code for codes in wanted.values() for code in codes)
    judged, speed = labelled.judge(labelled.articles(where, wanted), wanted, places.label)
    sections = _from_sections(table)
    judged = [_only_wanted(one) if one.article.id in sections else one for one in judged]
    tags = [one for one in judged if one.article.id not in sections]
    parts = {
        "": judged,
        "tagged_": [one for one in judged if one.wanted],
    }
    figures: dict[str, float] = {}
    for name, part in parts.items():
        scores = labelled.by_label(part, known)
        figures[f"{name}micro_f1"] = labelled.micro(scores).f1
        figures[f"{name}syria_f1"] = scores.get("SY", Score(0, 0, 0)).f1
    for name, early in (("tuned_f1", True), ("later_f1", False)):
        part = [one for one in tags if (_month(one.article.id) <= 3) is early]
        figures[name] = labelled.micro(labelled.by_label(part, known)).f1
    if sections:
        part = [one for one in judged if one.article.id in sections]
        figures["section_recall"] = labelled.micro(labelled.by_label(part, known)).recall
    return Result(
        figures=figures,
        count=len(judged),
        speed=speed,
        header=labelled.HEADER,
        rows=labelled.table(labelled.by_label(judged, known)),
        worst=labelled.worst(tags, known, places.explain),
    )


def _from_sections(table: Path) -> Labels:
    """The articles of which only one country is known."""
    with table.open(encoding="utf-8", newline="") as lines:
        rows: Iterable[dict[str, str]] = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return frozenset(row["path"] for row in rows if row.get("label_source") == _SECTION)


def _only_wanted(one: Judged) -> Judged:
    return Judged(article=one.article, wanted=one.wanted, found=one.found & one.wanted)


def _month(path: str) -> int:
    """The month of an id that ends in -YYYYMMDD; 0 for another."""
    date = path.rpartition("-")[2]
    return int(date[4:6]) if len(date) == 8 and date.isdigit() else 0
