"""Makes `syndicator/places/names.json` from CLDR (babel) and GeoNames: `python tools/make_places.py GEONAMES.tsv.gz`.

Names of territories and of the cities that name time zones (most capitals are among them) are CLDR's. From GeoNames
come cities from 200,000 people on: their Arabic-script names mix Persian, Urdu, Uyghur and Kurdish spellings, so a name
with a letter or mark that Arabic does not write is left out, and of the others the two most Arabic ones stay. A city's
name is only `weak` evidence: nobody has read these names. The GeoNames file is a table with the columns
`geonameid name cc population admin1 lat lon arabic_alternates`, the last one divided by bars.
"""

import csv
import gzip
import json
import re
import sys
from collections import Counter
from pathlib import Path

from babel import Locale
from babel.core import get_global

TARGET = Path(__file__).resolve().parents[1] / "syndicator" / "places" / "names.json"
LICENCE = (
    "Territory and zone names: Unicode CLDR, Unicode License v3 (https://www.unicode.org/license.txt)."
    " City names: GeoNames (https://www.geonames.org), Creative Commons Attribution 4.0."
)
PEOPLE = 200_000
NO_TERRITORIES = frozenset({"AC", "CP", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ", "AQ"})
ARABIC = re.compile("[ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي]+(?:[ -][ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي]+)*")
SHORTEST = 4


def territories() -> dict[str, dict[str, list[str]]]:
    """By ISO 3166 code: names, and the names of the territory's time zones as cities."""
    locale = Locale("ar")
    made: dict[str, dict[str, list[str]]] = {
        code: {"names": spellings(name), "cities": [], "weak": []}
        for code, name in sorted(locale.territories.items())
        if re.fullmatch("[A-Z]{2}", code) and code not in NO_TERRITORIES
    }
    for zone, code in sorted(get_global("zone_territories").items()):
        city = locale.time_zones.get(zone, {}).get("city")
        if city and code in made and len(city) >= SHORTEST and zone != "Asia/Jerusalem":
            made[code]["cities" if "/" in zone else "weak"] += spellings(city)
    return made


def spellings(name: str) -> list[str]:
    """A name of CLDR without what it explains in brackets; both names where the bracket holds another one."""
    outside, _, inside = name.replace("ّ", "").partition("(")
    names = [outside.strip()]
    if inside and "إدارية" not in inside:
        names.append(inside.strip(" )"))
    return [re.sub(r"\s*[-،]\s*", " ", one) for one in names]


def cities(path: Path) -> dict[str, list[str]]:
    """GeoNames' cities with Arabic names, by code, the largest first."""
    found: dict[str, list[str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            names = [name for name in row["arabic_alternates"].split("|") if ARABIC.fullmatch(name)]
            names = [name for name in names if len(name) >= SHORTEST and not name.startswith("و")]
            if int(row["population"]) >= PEOPLE:
                found.setdefault(row["cc"], []).extend(names[:2])
    return found


def main(path: Path) -> None:
    made = territories()
    for code, names in cities(path).items():
        if code in made:
            made[code]["weak"] += names
    owners = Counter(name for table in made.values() for name in {*table["cities"], *table["weak"]})
    countries = {name for table in made.values() for name in table["names"]}
    for table in made.values():
        table["names"] = list(dict.fromkeys(table["names"]))
        # A city that is called as a country, or as a city elsewhere, says nothing.
        own = {name for name in {*table["cities"], *table["weak"]} if owners[name] == 1 and name not in countries}
        table["cities"] = [name for name in dict.fromkeys(table["cities"]) if name in own]
        table["weak"] = [name for name in dict.fromkeys(table["weak"]) if name in own - set(table["cities"])]
    rows = [f"  {json.dumps(code)}: {json.dumps(table, ensure_ascii=False)}" for code, table in made.items()]
    head = f'"licence": {json.dumps(LICENCE)},\n"made_by": "tools/make_places.py",\n'
    TARGET.write_text("{\n" + head + '"territories": {\n' + ",\n".join(rows) + "\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
