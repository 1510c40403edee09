"""Joins the web room: settings, words, pages, sessions and routes become one aiohttp application."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial

from aiohttp import web

from bot.channels.webchat import WebChat
from bot.web.backend import ChatBackend
from bot.web.chat import ChatRoutes
from bot.web.desk import DeskRoutes
from bot.web.health import HealthRoutes
from bot.web.middleware import add_headers, explain_errors
from bot.web.pages import STATIC, Pages, WebSettings
from bot.web.sessions import Sessions
from bot.web.signin import SigninRoutes
from handlers.texts import Texts


def new_incident() -> str:
    """Eight characters to say on the phone and to find in the log."""
    return secrets.token_hex(4)


def build_app(
    backend: ChatBackend,
    webchat: WebChat,
    texts: Texts,
    settings: WebSettings | None = None,
    incident: Callable[[], str] = new_incident,
) -> web.Application:
    """The application residents and staff open. ``webchat.run`` has to run beside it for live delivery."""
    settings = settings or WebSettings()
    pages = Pages(texts, settings)
    sessions = Sessions(backend, settings)
    app = web.Application(middlewares=[explain_errors(pages, incident)])
    app.on_response_prepare.append(partial(add_headers, settings.secure))
    for rooms in (
        ChatRoutes(backend, webchat, pages, sessions, incident),
        SigninRoutes(backend, pages, sessions),
        DeskRoutes(backend, pages, sessions),
        HealthRoutes(backend),
    ):
        app.add_routes(rooms.routes())
    app.router.add_static("/static", STATIC)
    app.on_response_prepare.append(_revalidate_static)
    app.on_shutdown.append(partial(_hang_up, webchat))
    return app


async def _hang_up(webchat: WebChat, app: web.Application) -> None:
    """Let open pages go at once, so that stopping does not wait for them."""
    webchat.hang_up()


async def _revalidate_static(request: web.Request, response: web.StreamResponse) -> None:
    """Scripts import each other by plain name, so browsers must ask whether they changed (a 304 is cheap)."""
    if request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-cache")
