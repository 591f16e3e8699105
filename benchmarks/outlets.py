"""A server that plays any number of outlets, good and hostile, by the first part of a path; one event loop for all."""

import asyncio
import gzip
import random
import zlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

Writer = asyncio.StreamWriter
Talk = Callable[[str, dict[str, str], Writer], Awaitable[None]]
NEWEST = datetime.now(UTC).replace(microsecond=0)


LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
CHANCE = random.Random(1)
WORDS = ["".join(CHANCE.choices(LETTERS, k=CHANCE.randint(3, 7))) for _ in range(3000)]


@cache
def item(name: str, number: int) -> str:
    """An article like no other: near-duplicates would measure how stories are found, not how sources are polled."""
    chance = random.Random(f"{name}/{number}")
    title, text = (" ".join(chance.choices(WORDS, k=size)) for size in (8, 40))
    date = format_datetime(NEWEST - timedelta(days=1) + timedelta(minutes=number), usegmt=True)
    return (
        f"<item><title>{title}</title><link>https://news.example.com/{name}/{number}</link>"
        f"<guid isPermaLink='false'>{name}-{number}</guid><pubDate>{date}</pubDate>"
        f"<description>{text}</description></item>"
    )


def rss(name: str, first: int, count: int = 20) -> bytes:
    """A plain feed of `count` articles; the highest number is the newest."""
    items = "".join(item(name, number) for number in reversed(range(first, first + count)))
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>خ</title>'
        f"<link>https://news.example.com/{name}</link><description/><language>ar</language>{items}</channel></rss>"
    ).encode()


def head(status: str, length: int | None, *lines: str) -> bytes:
    sized = [] if length is None else [f"Content-Length: {length}"]
    return ("\r\n".join([f"HTTP/1.1 {status}", *sized, *lines]) + "\r\n\r\n").encode("latin-1")


XML = "Content-Type: application/rss+xml; charset=utf-8"


async def conditional(name: str, headers: dict[str, str], writer: Writer) -> None:
    if headers.get("if-none-match") == '"1"':
        writer.write(head("304 Not Modified", None, 'ETag: "1"'))
    else:
        body = rss(name, 0, 2)
        writer.write(head("200 OK", len(body), XML, 'ETag: "1"') + body)


async def same(name: str, _headers: dict[str, str], writer: Writer) -> None:
    body = rss(name, 0)
    writer.write(head("200 OK", len(body), XML) + body)


_served: dict[str, int] = {}


async def changing(name: str, _headers: dict[str, str], writer: Writer) -> None:
    _served[name] = _served.get(name, -1) + 1
    body = rss(name, _served[name])
    writer.write(head("200 OK", len(body), XML) + body)


async def hanging(_name: str, _headers: dict[str, str], _writer: Writer) -> None:
    await asyncio.sleep(120)


# ---------------------------------------------------------------- hostile


def _bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(256)), packer.flush()])


BOMB = _bomb()
NEST = b'<?xml version="1.0"?><rss><channel>' + b"<item>" * 200_000
PADDED = gzip.compress(b"<rss version='2.0'><channel>" + b"<item><title>x</title></item>" * 400_000)


async def dying(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(head("200 OK", 5000, XML) + b"<rss")


async def silent(_name: str, _headers: dict[str, str], _writer: Writer) -> None:
    return


async def dripping(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(head("200 OK", 5000, XML))
    for _ in range(60):
        writer.write(b"<")
        await writer.drain()
        await asyncio.sleep(1)


async def slow_headers(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for n in range(60):
        writer.write(f"X-{n}: 1\r\n".encode())
        await writer.drain()
        await asyncio.sleep(1)


async def looping(name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(head("301 Moved Permanently", 0, f"Location: /looping/{name}"))


async def wandering(name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(head("302 Found", 0, f"Location: /wandering/{name}x"))


async def bombing(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(head("200 OK", len(BOMB), XML, "Content-Encoding: gzip") + BOMB)


async def bombing_twice(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(head("200 OK", 20, XML, "Content-Encoding: gzip, gzip") + b"x" * 20)


async def bombing_redirect(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(head("302 Found", len(BOMB), "Location: file:///etc/passwd", "Content-Encoding: gzip") + BOMB)


async def endless(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(head("200 OK", None, XML, "Connection: close"))
    for _ in range(400):
        writer.write(b"<item/>" * 10_000)
        await writer.drain()


async def lying(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    body = b"<!doctype html><html><body>It works!</body></html>"
    writer.write(head("200 OK", len(body), XML) + body)


async def nothing(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(head("200 OK", 0, XML))


async def nested(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(head("200 OK", len(NEST), XML) + NEST)


async def padded(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(head("200 OK", len(PADDED), XML, "Content-Encoding: gzip") + PADDED)


async def garbage(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(b"\x00\xff" * 500 + b"\r\n\r\n")


async def failing(_name: str, _headers: dict[str, str], writer: Writer) -> None:
    writer.write(head("500 Internal Server Error", 0))


GOOD: dict[str, Talk] = {"conditional": conditional, "same": same, "changing": changing, "hanging": hanging}
HOSTILE: dict[str, Talk] = {
    each.__name__: each
    for each in (
        dying, silent, dripping, slow_headers, looping, wandering, bombing, bombing_twice, bombing_redirect, endless,
        lying, nothing, nested, padded, garbage, failing,
    )
}  # fmt: skip
KEPT = {conditional, same, changing, looping, wandering, lying, nothing, failing}
"""Whose connections stay open after an answer."""


async def _serve(report: Callable[[int], None]) -> None:
    talks = GOOD | HOSTILE

    async def talk(reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                _, kind, name = lines[0].split(" ")[1].split("/", 2)
                headers = dict(_header(lines[1:]))
                await talks[kind](name, headers, writer)
                await writer.drain()
                if talks[kind] not in KEPT:
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=512)
    report(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _header(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            yield name.lower(), value.strip()


def serve(report: Callable[[int], None]) -> None:
    """Serves until the process ends; reports the port."""
    asyncio.run(_serve(report))
