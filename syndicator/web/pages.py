"""Pages for people: a template with the headers that every page has."""

from flask import Response, make_response, render_template, request


def page(template: str, **values: object) -> Response:
    """A rendered page, to be asked for conditionally."""
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    response.make_conditional(request)
    return response
