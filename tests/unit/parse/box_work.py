"""Functions for `test_box` to run in a child: some are good, most are not."""

import ctypes
import os
import re
import sys
import time

from syndicator.errors import HttpFault, Malformed

_STATE = []


def warm():
    _STATE.append(1)


def is_warm():
    return bool(_STATE)


def double(value):
    return value + value


def pid():
    return os.getpid()


def brief():
    time.sleep(0.01)
    return os.getpid()


def malformed():
    raise Malformed("It is broken here.")


def bug():
    return 1 / 0


def cannot_be_pickled():
    raise HttpFault("This one cannot be made again from its message.", status=500)


def leave():
    sys.exit(3)


def spin():
    while True:
        pass


def spin_in_c():
    return re.match(r"(a+)+$", "a" * 60 + "b")


def sleep():
    time.sleep(60)


def grow():
    return [bytes(1 << 26) for _ in range(100)]


def die():
    ctypes.string_at(0)


def chatter():
    sys.stdout.write("x" * 100_000)
    sys.stdout.flush()
    os.write(1, b"x" * 1000)
    return "done"


def write_a_file(path):
    try:
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(b"x" * 100_000)
    except OSError as error:
        return error.strerror
    return "written"


def open_many():
    opened = []
    try:
        while len(opened) < 100:
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        pass
    for descriptor in opened:
        os.close(descriptor)
    return len(opened)
