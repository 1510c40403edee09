"""Whether the product lives and can work, for service managers; and figures for Prometheus on a port of their own."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.web.backend import ChatBackend


class HealthRoutes:
    """``/healthz`` and ``/readyz``."""

    def __init__(self, backend: ChatBackend) -> None:
        self._backend = backend

    def routes(self) -> list[web.AbstractRouteDef]:
        """What to add to the application."""
        return [web.get("/healthz", self.alive), web.get("/readyz", self.ready)]

    async def alive(self, request: web.Request) -> web.Response:
        """200 while the process answers at all."""
        return web.json_response({"status": "ok"})

    async def ready(self, request: web.Request) -> web.Response:
        """200 when messages can be taken and answered, else 503 with the reasons."""
        problems = list(await self._backend.problems())
        status = 503 if problems else 200
        return web.json_response({"status": "unready" if problems else "ok", "problems": problems}, status=status)


def build_metrics_app(registry: CollectorRegistry) -> web.Application:
    """``/metrics`` in the Prometheus text format; to be bound to a loopback address."""

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    return app
