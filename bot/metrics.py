"""Figures for Prometheus, without anything personal in them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """All figures of one process, on a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.received = Counter("linli_updates_received", "Updates committed to the inbox", registry=self.registry)
        self.handled = Counter("linli_updates_handled", "Updates answered", registry=self.registry)
        self.failed = Counter("linli_updates_failed", "Failed attempts at an update", registry=self.registry)
        self.batch_seconds = Histogram(
            "linli_batch_seconds", "Time of one transaction over several chats", registry=self.registry
        )
        self.sends = Counter(
            "linli_sends", "Messages by what became of them", ["channel", "outcome"], registry=self.registry
        )
        self.inbox_waiting = Gauge("linli_inbox_waiting", "Updates not handled yet", registry=self.registry)
        self.inbox_dead = Gauge("linli_inbox_dead", "Updates set aside", registry=self.registry)
        self.outbox_waiting = Gauge("linli_outbox_waiting", "Messages not sent yet", registry=self.registry)
        self.outbox_dead = Gauge("linli_outbox_dead", "Messages given up", registry=self.registry)
        self.sockets = Gauge("linli_web_sockets", "Open web chats", registry=self.registry)
