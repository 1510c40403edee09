"""What every answer gets: the security headers, and a sentence instead of a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.web.pages import Pages

log = logging.getLogger(__name__)

CSP: Final = (
    "default-src 'self'; img-src 'self' blob:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Referrer-Policy is same-origin rather than no-referrer: with the latter browsers send "Origin: null" with our own
# forms, and the check that a form is ours would have nothing to go by. Other sites get no referrer either way.
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_EXPLAINED: Final = {401: "web.page.signed_out", 403: "web.page.forbidden", 404: "web.page.missing"}


async def add_headers(secure: bool, request: web.Request, response: web.StreamResponse) -> None:
    """Set the headers on whatever is about to be sent, sockets and files included."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def explain_errors(pages: Pages, incident: Callable[[], str]) -> Middleware:
    """The middleware that turns refusals into pages, and anything unforeseen into a page with an incident id."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            key = _EXPLAINED.get(error.status)
            if key is None:
                raise
            return pages.message(request, key, error.status)
        except Exception:
            number = incident()
            log.exception("incident %s in a page", number)
            return pages.message(request, "web.page.broken", 500, detail=number)

    return middleware
