"""HTTP: what readers, operators and other services ask us. `create_app(service)` is the Flask app."""

from syndicator.web.app import create_app

__all__ = ["create_app"]
