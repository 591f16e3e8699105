"""Sites with known truth, polled by the real pipeline into a real store: no story lost, none overwritten, none doubled.

    python -m benchmarks.identity                      5,000 sequences of six polls
    python -m benchmarks.identity --sequences 200 --first 7000

Each sequence is a site with habits of its own and its seed (`tests.support.sites`). Items appear, change, vanish, come
back, are reordered, re-dated, re-addressed, and their guids and links are used again. Ends with 1 if one went wrong.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.support.sites import POLLS, Reader, Site, follow

SEQUENCES = 5_000
TOGETHER = 200
"""Sites in one store."""
SHOWN = 20
"""Sites gone wrong that are shown."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sequences", type=int, default=SEQUENCES)
    parser.add_argument("--first", type=int, default=100_000, help="the first seed")
    options = parser.parse_args()
    wrong: list[list[str]] = []
    kinds: Counter[str] = Counter()
    started = time.process_time()
    seeds = range(options.first, options.first + options.sequences)
    for start in range(0, len(seeds), TOGETHER):
        with tempfile.TemporaryDirectory() as folder, Reader(Path(folder)) as reader:
            for seed in seeds[start : start + TOGETHER]:
                site = Site(seed, f"s{seed}")
                if mistakes := follow(reader, site):
                    wrong.append([f"seed {seed}", *mistakes])
                    kinds[f"guid {site.guids}, link {site.links}, date {site.dates}"] += 1
    for each in wrong[:SHOWN]:
        print("\n  ".join(each))
    for kind, count in kinds.most_common():
        print(f"{count:5} {kind}")
    seconds = time.process_time() - started
    polls = options.sequences * POLLS
    print(f"{options.sequences} sequences of {POLLS} polls, {len(wrong)} wrong, {1000 * seconds / polls:.1f} ms a poll")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
