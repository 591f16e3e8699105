"""The one door to the network: address guard, deadlines, caps, manners."""

from syndicator.http.address import DEFAULT_PORTS
from syndicator.http.door import Door, HttpDoor, Limits
from syndicator.http.gate import host_key
from syndicator.http.headers import FEED_ACCEPT, PAGE_ACCEPT

__all__ = ["DEFAULT_PORTS", "FEED_ACCEPT", "PAGE_ACCEPT", "Door", "HttpDoor", "Limits", "host_key"]
