"""Which addresses may be asked: the check of a URL's shape, and of every IP address that its host has.

What a URL *looks* like proves nothing: `0`, `127.1`, `2130706433`, `0x7f000001` and `0177.0.0.1` are all this
machine, and a name can have any address. So only the shape is judged before the lookup (scheme, credentials,
control characters), and the addresses after it; the one that passed is the one that gets connected.

The tables are our own. `ipaddress.is_global` changed its mind between patch releases of Python (NAT64, 6to4,
multicast and site-local addresses were "global" in some of them). IPv4 is a list of what is refused, IPv6 a list
of what is allowed: the global unicast space 2000::/3, less its special ranges. Whatever carries an IPv4 address
inside an IPv6 one (mapped, compatible, NAT64, 6to4, Teredo) is refused as a whole, because it would be a second
spelling of an address that the IPv4 table refuses.

**A private network** is opened for the source that names it, and only at the hosts and ports that its operator wrote
(`Opening`). What strangers write - links, redirects, hubs, parts of an index - never leads inside: an internal page
behind a stranger's item would end up in a public feed. A private host that was opened for one source stays closed for
all others.

Source: the IANA special-purpose address registries (RFC 6890 and its updates).
"""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from syndicator.errors import Refused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Origin = tuple[str, int]
"""A host in lower case without its final dot, and a port."""

DEFAULT_PORTS: frozenset[int] = frozenset({80, 443, *range(8000, 9000)})
"""Where web servers are; a feed never lives on the port of a mail server or a database."""

_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_LONGEST_NAME = 254
"""Characters, with the root's dot (RFC 1035, 2.3.4)."""
_LOCAL = (".localhost", ".local", ".internal", ".lan", ".intranet", ".home.arpa")
"""Names below these are not in the public DNS (RFC 6761, 6762 and 8375; ICANN reserved `internal`)."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
_SPECIAL_IPV4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT, and one cloud's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # one cloud's own wire server, at a public address
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_GLOBAL_IPV6 = IPv6Network("2000::/3")
_SPECIAL_IPV6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, so that anyone may ask it."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _SPECIAL_IPV4)
    return address in _GLOBAL_IPV6 and not any(address in block for block in _SPECIAL_IPV6)


@dataclass(frozen=True, slots=True)
class Opening:
    """Private networks that the requests for one source may reach, and the only origins at which they may."""

    networks: tuple[Network, ...]
    origins: frozenset[Origin]


@dataclass(frozen=True, slots=True)
class Guard:
    """What requests may reach: public addresses on web ports, and private networks that are open to all of them."""

    private: tuple[Network, ...] = ()
    """Networks that are open to every request although they are not public; every port is open there."""
    ports: Container[int] = DEFAULT_PORTS

    @classmethod
    def of(cls, allow_private: Iterable[str], ports: Container[int] = DEFAULT_PORTS) -> "Guard":
        """A guard from CIDR blocks such as `127.0.0.1/32` or `fd00::/8`; a wrong one is a ValueError."""
        return cls(networks(allow_private), ports)

    def at(self, origin: Origin, opening: Opening | None) -> "Guard":
        """The guard for a request to one origin: with the opening's networks if the operator wrote that origin."""
        if opening is None or origin not in opening.origins:
            return self
        return replace(self, private=self.private + opening.networks)

    def check(self, host: str, port: int, addresses: Iterable[Address]) -> None:
        """Refuse a host when any of its addresses is closed, or its port is.

        All of them, not only the one that would be tried first: a name with one public and one private address
        is how a stranger's name server would lead us inside.
        """
        for address in addresses:
            if self.opens(address):
                continue
            if not is_public(address):
                raise Refused(
                    f"{host} has the address {address}, which is not on the public internet. It is asked only for a"
                    f" source whose url names {host}:{port}, and whose allow_private names its network."
                )
            if port not in self.ports:
                raise Refused(f"Port {port} of {host} is not among the ports that may be asked; see the ports setting.")

    def opens(self, address: Address) -> bool:
        """Whether the operator opened a network that holds this address."""
        return any(address.version == network.version and address in network for network in self.private)


def networks(blocks: Iterable[str]) -> tuple[Network, ...]:
    """CIDR blocks as networks; a wrong one is a ValueError."""
    return tuple(ip_network(block) for block in blocks)


def origin(parts: SplitResult) -> Origin:
    """The origin of an address that `check_url` passed (RFC 6454, less the scheme)."""
    return (parts.hostname or "").lower().rstrip("."), parts.port or (443 if parts.scheme == "https" else 80)


def is_local(host: str) -> bool:
    """Whether a host is written as an IP address, or by a name that the public DNS does not have.

    Whoever owns a public name decides where it leads, inside as well; nobody outside decides that of these.
    """
    name = host.lower().rstrip(".")
    return literal(name) is not None or "." not in name or name.endswith(_LOCAL)


def check_url(url: str) -> SplitResult:
    """The parts of a URL that may be asked, judged by its shape alone: before any name is looked up.

    Refused are every scheme but http and https, credentials in the address, control characters and backslashes,
    a missing or misspelled host and a port that is none. A host in other than ASCII letters is judged once it
    has become ASCII (IDNA).
    """
    check_characters(url)
    shown = repr(url[:200])
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(f"The address {shown} cannot be read: {error}.") from error
    if parts.scheme not in ("http", "https"):
        raise Refused(f"The address {shown} is neither http nor https.")
    if "@" in parts.netloc:
        raise Refused(f"The address of {host} holds a user name; credentials do not belong in an address.")
    if not host:
        raise Refused(f"The address {shown} names no host.")
    if host.isascii() and literal(host) is None and not (_NAME.fullmatch(host) and len(host) <= _LONGEST_NAME):
        raise Refused(f"The address {shown} has a host that is no name: {host[:80]!r}.")
    return parts


def check_characters(url: str) -> None:
    """Refuse control characters and backslashes: parsers disagree on them, and a disagreement is a way past a check.

    To be asked before an address is joined or split: the standard library drops tabs and line breaks silently.
    """
    if _UNSAFE.search(url):
        raise Refused(f"The address {url[:200]!r} holds a control character or a backslash.")


def literal(host: str) -> Address | None:
    """The address that a host is already spelled as, or None when it has to be looked up."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
