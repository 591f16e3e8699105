"""The commands about the sources: how they are, and adding, importing and exporting them.

What is added is written to `config/sources/`, where it is edited by hand from then on; a running worker sees it by
itself. None of these commands opens the database, but the first.
"""

import sys
from typing import IO

import click

from syndicator import catalogue
from syndicator.catalogue import Catalogue, edit, opml
from syndicator.catalogue.edit import Addition
from syndicator.catalogue.names import NAME, Namer, is_shared
from syndicator.cli.house import network, settings
from syndicator.cli.looking import sources_at_a_glance
from syndicator.errors import ConfigurationError
from syndicator.ingest.discover import Candidate, Findings, discover
from syndicator.ingest.survey import Yield
from syndicator.service import now
from syndicator.text.url import absolute, without_feed_scheme

FEEDS = ("feed", "jsonfeed")


@click.group(invoke_without_command=True)
@click.pass_context
def sources(context: click.Context) -> None:
    """The sources at a glance: health, last success, next poll and why, new articles a day, last error.

    Into a file or a pipe, one line a source, its columns divided by tabs.
    """
    if context.invoked_subcommand is None:
        sources_at_a_glance()


# ---------------------------------------------------------------- add


def _slug(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not NAME.fullmatch(value):
        raise click.BadParameter("only small Latin letters, digits and single hyphens", context, parameter)
    return value


@sources.command()
@click.argument("url")
@click.option("--choose", type=click.IntRange(min=1), metavar="N", help="Which of the feeds found, by its number.")
@click.option("--publisher", callback=_slug, help="The file below config/sources/, without .toml.")
@click.option("--name", callback=_slug, help="The source's name in that file.")
@click.option("--topic", "topics", multiple=True, help="A topic that every article has. May be repeated.")
@click.option("--full-text", is_flag=True, help="Fetch every article's page for its text.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
def add(
    url: str,
    choose: int | None,
    publisher: str | None,
    name: str | None,
    topics: tuple[str, ...],
    full_text: bool,
    dry_run: bool,
) -> None:
    """Find the feeds at URL - a feed or any page - and write one to config/sources/."""
    here = settings()
    known = catalogue.load(here.home)
    _check_topics(known, topics)
    written = without_feed_scheme(url)
    address = absolute(written if "://" in written else f"https://{written}")
    if address is None:
        raise ConfigurationError([f"{url}: must be an http or https address, without user name and password"])
    if _polled(known, address):
        return
    with network(here) as (door, boxes):
        findings = discover(address, door=door.opened_for([address]), boxes=boxes, moment=now())
    _show(findings, known)
    chosen = _chosen(findings, address, choose)
    if _polled(known, chosen.url):
        return
    namer = Namer(known.publishers.values(), known.sources.values())
    owner = publisher or namer.publisher(address, chosen.would.homepage, chosen.would.title or "")
    addition = Addition(
        publisher=owner,
        name=name or namer.name(owner, chosen.url),
        url=chosen.url,
        kind=chosen.kind,
        language=chosen.would.language,
        topics=topics,
        full_text=full_text,
        title=chosen.would.title or "",
        homepage=chosen.would.homepage or (absolute("/", address) if address == chosen.url else address),
    )
    if dry_run:
        for file, text in edit.planned(here.home, [addition]).items():
            click.echo(f"nothing was written; {file} would be:\n\n{text}")
        return
    edit.add(here.home, [addition])
    click.echo(f"written to {addition.file}:\n\n{edit.snippet(addition)}\n\nnext: syndicator poll {addition.id}")


def _check_topics(known: Catalogue, topics: tuple[str, ...]) -> None:
    missing = [topic for topic in topics if topic not in known.topics]
    if missing:
        raise ConfigurationError([f"--topic {topic}: no file config/topics/{topic}.toml" for topic in missing])


def _polled(known: Catalogue, url: str) -> bool:
    """Says so if an address is polled already."""
    source = known.polling(url)
    if source is not None:
        click.echo(f"{url} is polled already, as {source.id}; nothing was written")
    return source is not None


def _show(findings: Findings, known: Catalogue) -> None:
    for number, found in enumerate(findings.candidates, 1):
        polled = known.polling(found.url)
        click.echo(f"{number:>2}  {found.url}")
        click.echo(f"    {found.kind}, {found.found}{f'; polled already as {polled.id}' if polled else ''}")
        for line in _lines(found.would):
            click.echo(f"    {line}")
        click.echo()
    for url, why in findings.failures:
        click.echo(f"not usable: {url}: {why}")


def _lines(would: Yield) -> list[str]:
    dated = f"{would.oldest:%Y-%m-%d %H:%M} to {would.newest:%Y-%m-%d %H:%M} UTC" if would.newest else "without dates"
    text = "full text" if would.full_text else "teasers only (--full-text fetches the pages)"
    return [
        f"{would.title or 'without a title'}",
        f"{would.entries} {'entry' if would.entries == 1 else 'entries'}, {dated}",
        f"language {would.language or 'unknown'}; {would.images} with images",
        f"{text}: half of them have {would.body} characters or more",
        *(f"- {title}" for title in would.titles),
    ]


def _chosen(findings: Findings, url: str, choose: int | None) -> Candidate:
    """By number; else the only feed, or the only thing at all; else whoever sits at the terminal decides."""
    found = findings.candidates
    if not found:
        click.echo(f"no feed was found at {url}; {findings.asked} addresses were asked", err=True)
        sys.exit(1)
    if choose is None:
        alone = [each for each in found if each.kind in FEEDS] or list(found)
        if len(alone) == 1:
            return alone[0]
        if not sys.stdin.isatty():
            click.echo(f"several were found: choose one with --choose N, 1 to {len(found)}", err=True)
            sys.exit(2)
        choose = click.prompt("which one", type=click.IntRange(1, len(found)))
    if choose > len(found):
        raise click.BadParameter(f"{len(found)} found, so N is 1 to {len(found)}", param_hint="--choose")
    return found[choose - 1]


# ---------------------------------------------------------------- import and export


@sources.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--topic", "topics", multiple=True, help="A topic that every article of them has. May be repeated.")
@click.option("--dry-run", is_flag=True, help="Say what would be added, and write nothing.")
def import_list(file: IO[bytes], topics: tuple[str, ...], dry_run: bool) -> None:
    """Add the feeds of a subscription list (OPML, or RDF with FOAF or OCS). FILE '-' is standard input."""
    here = settings()
    known = catalogue.load(here.home)
    _check_topics(known, topics)
    listed = opml.read(file.read(opml.SIZE + 1), file.name)
    namer = Namer(known.publishers.values(), known.sources.values())
    additions: list[Addition] = []
    lines: list[str] = []
    for feed in listed.feeds:
        source = known.polling(feed.url)
        if source is None:
            additions.append(_addition(feed, namer, topics))
        what = "known" if source else "would add" if dry_run else "added"
        lines.append(f"{what:<10}{source.id if source else additions[-1].id}  {feed.url}")
    lines += [f"{'refused':<10}{one.title or 'without a title'}  {one.url}: {one.why}" for one in listed.refused]
    lines += [f"{'refused':<10}{title or 'without a title'}: the line names no address" for title in listed.nameless]
    if dry_run:
        edit.planned(here.home, additions)
    elif additions:
        edit.add(here.home, additions)
    for line in lines:
        click.echo(line)
    counts = f"{len(listed.feeds) - len(additions)} known, {len(listed.refused) + len(listed.nameless)} refused"
    counts += f", {listed.repeated} named twice" if listed.repeated else ""
    counts += f", {listed.unreadable} unreadable" if listed.unreadable else ""
    click.echo(f"{len(additions)} {'would be added' if dry_run else 'added'}, {counts}")


def _addition(feed: opml.Subscription, namer: Namer, topics: tuple[str, ...]) -> Addition:
    site = feed.homepage if feed.homepage and not is_shared(feed.homepage) else feed.url
    publisher = feed.publisher or namer.publisher(site, feed.homepage, feed.title)
    return Addition(
        publisher=publisher,
        name=namer.name(publisher, feed.url, feed.name),
        url=feed.url,
        kind=feed.kind,
        language=feed.language,
        topics=topics,
        title=feed.publisher_title or feed.title,
        homepage=feed.publisher_homepage or feed.homepage,
    )


@sources.command("export")
@click.argument("file", type=click.File("wb", lazy=True, atomic=True), default="-")
def export_list(file: IO[bytes]) -> None:
    """Write all sources as an OPML 2.0 list to FILE, or to standard output."""
    here = settings()
    known = catalogue.load(here.home)
    file.write(opml.write(known.sources.values(), title=here.service.title, moment=now()))
