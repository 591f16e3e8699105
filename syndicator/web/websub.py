"""WebSub at the web's door: requests to our hub, and what others' hubs send us. All of it is only handed on.

A web process decides nothing and stores nothing but letters to the worker. `/push/<token>` answers with plain text that
no browser runs: a challenge is a stranger's words.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from flask import Flask, Response, abort, make_response, request

from syndicator.errors import StoreError, SubscriptionRefused
from syndicator.service import Service, now

FORM_BYTES = 16_384
FORM_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 50
PUSH_BYTES = 1 << 20


def register(app: Flask, service: Service) -> None:
    """Adds the two addresses to an app."""
    views = _Views(service)
    if service.settings.push.hub:
        app.add_url_rule("/hub", view_func=views.hub, methods=["POST"])
    app.add_url_rule("/push/<token>", view_func=views.challenge, methods=["GET"])
    app.add_url_rule("/push/<token>", view_func=views.push, methods=["POST"])


class _Views:
    def __init__(self, service: Service) -> None:
        self._service = service

    def hub(self) -> Response:
        """A request to subscribe or unsubscribe: 202, or why not."""
        try:
            self._service.hub.request(_form(), now())
        except SubscriptionRefused as refusal:
            response = _plain(f"{refusal}\n", refusal.status)
            if refusal.status == 503:
                response.headers["Retry-After"] = "60"
            return response
        except StoreError as error:
            return _busy(error)
        return _plain("The callback is going to be asked whether this was meant.\n", 202)

    def challenge(self, token: str) -> Response:
        """A hub asks whether we subscribed."""
        try:
            answer = self._service.listener.challenged(token, request.args, now())
        except StoreError as error:
            return _busy(error)
        if answer is None:
            abort(404, "Nothing was subscribed to here.")
        return _plain(answer, 200)

    def push(self, token: str) -> Response:
        """A hub brings something new."""
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            abort(415, "A push must not be compressed.")
        body = _body(PUSH_BYTES)
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            return _plain("", self._service.listener.accept(token, headers, body, now()))
        except StoreError as error:
            return _busy(error)


def _form() -> Mapping[str, str]:
    """The fields of a form in UTF-8 (WebSub, 5.1)."""
    if request.mimetype != FORM_TYPE:
        raise SubscriptionRefused(f"The request must be a form ({FORM_TYPE}).", status=415)
    try:
        text = _body(FORM_BYTES).decode("ascii")
        fields = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise SubscriptionRefused("The form cannot be read: it must be percent-encoded UTF-8.") from None
    return dict(reversed(fields))


def _body(most: int) -> bytes:
    """The request's body, if it is no longer than it may be."""
    if (request.content_length or 0) > most:
        abort(413, f"At most {most} bytes are taken.")
    body = request.stream.read(most + 1)
    if len(body) > most:
        abort(413, f"At most {most} bytes are taken.")
    if len(body) < (request.content_length or 0):
        abort(400, "The body ended before it was whole.")
    return body


def _plain(text: str, status: int) -> Response:
    response = make_response(text, status)
    response.mimetype = "text/plain"
    response.headers["Cache-Control"] = "no-store"
    return response


def _busy(error: StoreError) -> Response:
    response = _plain(f"Try again later: {error}\n", 503)
    response.headers["Retry-After"] = "60"
    return response
