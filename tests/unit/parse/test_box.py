"""The box: work that can be killed, and everything that must survive the killing."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from syndicator.errors import BoxFault, Malformed, ParseLimit
from syndicator.ingest.box import Boxes, BoxLimits
from syndicator.ingest.parse import parse
from syndicator.ingest.read import PRELOAD
from syndicator.model import ExtractRules, ListingRules, Publisher, Response, Source

HERE = str(Path(__file__).parent)
LIMITS = BoxLimits(wall=2.0)


@pytest.fixture(scope="module")
def work():
    """This folder's functions, importable by the child under the same name."""
    old = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [HERE, old]))
    sys.path.insert(0, HERE)
    import box_work

    yield box_work
    sys.path.remove(HERE)
    if old is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = old


@pytest.fixture
def boxes(work):
    with Boxes(2, LIMITS, preload=()) as opened:
        yield opened


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True) if child.is_running()}


def _raised(boxes: Boxes, function) -> BaseException | None:
    try:
        boxes.run(function)
    except ParseLimit as error:
        return error
    return None


def test_what_a_function_returns_comes_back(work, boxes):
    """A result is the function's own, whatever its size, and large arguments go in."""
    assert boxes.run(work.double, "دمشق") == "دمشقدمشق"
    assert len(boxes.run(work.double, b"x" * 5_000_000)) == 10_000_000


def test_a_parser_runs_in_a_box_as_it_does_outside(work):
    """A feed parsed in a box is the same channel."""
    body = "<rss><channel><item><title>دمشق</title></item></channel></rss>".encode()
    publisher = Publisher(id="a", title="A", extract=ExtractRules())
    source = Source(id="a/b", publisher=publisher, url="http://a.test/", listing=ListingRules())
    response = Response(url="http://a.test/", status=200, body=body)
    with Boxes(1) as opened:
        assert opened.run(parse, response, source) == parse(response, source)


def test_an_expected_error_comes_back_as_itself(work, boxes):
    """A `SourceError` of the child is raised by the parent with the same sentence, and the box lives on."""
    process = boxes.run(work.pid)
    with pytest.raises(Malformed, match="broken here"):
        boxes.run(work.malformed)
    assert boxes.run(work.pid) == process


def test_a_bug_comes_back_with_its_traceback(work, boxes):
    """Any other exception is a bug: it comes with the child's traceback, and costs its source alone."""
    with pytest.raises(BoxFault, match="ZeroDivisionError") as raised:
        boxes.run(work.bug)
    assert "box_work.py" in raised.value.traceback
    with pytest.raises(BoxFault, match="HttpFault"):
        boxes.run(work.cannot_be_pickled)
    with pytest.raises(BoxFault, match="SystemExit"):
        boxes.run(work.leave)


@pytest.mark.parametrize("name", ["spin", "spin_in_c", "sleep"])
def test_slow_work_is_killed_at_the_wall(work, boxes, name):
    """Work that takes too long ends at the limit, also inside C code, and the next call has a new child."""
    start = time.perf_counter()
    with pytest.raises(ParseLimit, match="2 seconds"):
        boxes.run(getattr(work, name))
    assert time.perf_counter() - start < 4
    assert boxes.run(work.double, 2) == 4


def test_memory_has_a_limit(work, boxes):
    """A child that wants more than 1 GiB is told no; the parent does not grow."""
    before = psutil.Process().memory_info().rss
    with pytest.raises(ParseLimit, match="1024 MiB"):
        boxes.run(work.grow)
    assert psutil.Process().memory_info().rss - before < 100 << 20
    assert boxes.run(work.double, 2) == 4


def test_a_child_that_dies_is_a_limit_and_is_replaced(work, boxes):
    """A crash in the child is the input's fault, and costs one call."""
    with pytest.raises(ParseLimit, match="died"):
        boxes.run(work.die)
    assert boxes.run(work.double, 2) == 4
    process = boxes.run(work.pid)
    os.kill(process, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(process)], timeout=2) if psutil.pid_exists(process) else None
    assert boxes.run(work.double, 2) == 4


def test_a_child_writes_no_files_and_opens_few(work, boxes, tmp_path):
    """Nothing can be written from a box, and no more than 32 files opened."""
    assert boxes.run(work.write_a_file, str(tmp_path / "file")) == "File too large"
    assert boxes.run(work.open_many) < 32


def test_what_a_child_prints_harms_nothing(work, boxes):
    """Standard output is not the line to the parent."""
    assert boxes.run(work.chatter) == "done"


def test_at_most_size_run_at_once_and_all_get_their_turn(work):
    """Twenty callers share two boxes; none is forgotten and there are never more than two children."""
    with Boxes(2, LIMITS, preload=()) as opened, ThreadPoolExecutor(20) as pool:
        before = children()
        processes = set(pool.map(lambda _: opened.run(work.brief), range(20)))
        assert len(processes) <= 2
        assert len(children() - before) <= 3, "the nursery and two boxes"


def test_one_slow_source_does_not_hold_up_the_others(work):
    """While one box waits for its limit, the other serves everyone else."""
    with Boxes(2, LIMITS, preload=()) as opened:
        ended: list[BaseException] = []
        slow = threading.Thread(target=lambda: ended.append(_raised(opened, work.spin)))
        slow.start()
        start = time.perf_counter()
        assert [opened.run(work.double, n) for n in range(20)] == [2 * n for n in range(20)]
        assert time.perf_counter() - start < 2
        slow.join()
        assert isinstance(ended[0], ParseLimit)


def test_children_are_started_late_and_all_ended(work):
    """No child before the first call, none after closing, and no zombie."""
    before = children()
    opened = Boxes(2, LIMITS, preload=())
    assert children() == before
    opened.run(work.pid)
    assert len(children() - before) == 2, "the nursery and one box"
    opened.close()
    assert children() == before
    with pytest.raises(RuntimeError, match="closed"):
        opened.run(work.pid)


def test_a_nursery_that_dies_is_replaced(work, boxes):
    """Whoever kills the process that boxes come from costs nobody a call: another one is started."""
    first = boxes.run(work.pid)
    os.kill(psutil.Process(first).ppid(), signal.SIGKILL)
    with pytest.raises(ParseLimit):
        boxes.run(work.spin)
    assert boxes.run(work.double, 2) == 4
    assert boxes.run(work.pid) != first


def test_what_forks_has_one_thread(work):
    """All that a box for answers imports leaves the nursery without threads, so that nothing is half copied."""
    with Boxes(1, LIMITS, preload=PRELOAD) as opened:
        nursery = psutil.Process(opened.run(os.getpid)).ppid()
        assert psutil.Process(nursery).num_threads() == 1


def test_a_child_ignores_the_interrupt_key(work, boxes):
    """Ctrl-C goes to the whole terminal; the parent decides what becomes of its children."""
    process = boxes.run(work.pid)
    os.kill(process, signal.SIGINT)
    assert boxes.run(work.pid) == process


def test_children_end_when_their_parent_is_killed(work):
    """A parent that dies without a word leaves no child behind."""
    program = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); import box_work; from syndicator.ingest.box import Boxes\n"
        "boxes = Boxes(1, preload=()); print(boxes.run(box_work.pid), flush=True); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, HERE], capture_output=True, text=True, timeout=30, check=False
    )
    process = int(ended.stdout)
    for _ in range(50):
        if not psutil.pid_exists(process) or psutil.Process(process).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.1)
    pytest.fail(f"child {process} outlived its parent")


def test_a_child_can_be_warmed(work):
    """What `module:function` did is there at the first call."""
    with Boxes(1, LIMITS, preload=("box_work:warm",)) as opened:
        assert opened.run(work.is_warm)


def test_a_child_that_cannot_start_says_why(work):
    """A module that is missing is a bug with a traceback, not a limit and not a hang."""
    with Boxes(1, LIMITS, preload=("no_such_module",)) as opened, pytest.raises(BoxFault, match="no_such_module"):
        opened.run(work.pid)
