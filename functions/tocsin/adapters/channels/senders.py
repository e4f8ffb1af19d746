"""One sender for each channel by which people are told."""

from __future__ import annotations

from collections.abc import Callable

from tocsin.adapters.channels.email import EmailChannel
from tocsin.adapters.channels.slack import SlackChannel
from tocsin.adapters.channels.webhook import WebhookChannel
from tocsin.settings import Settings
from tocsin.usecases.ports.notifications import Senders


def make_senders(settings: Settings, now_ms: Callable[[], int]) -> Senders:
    channels = settings.channels
    return {
        "email": EmailChannel(channels.mail),
        "slack": SlackChannel(channels.slack),
        "webhook": WebhookChannel(channels.webhooks, channels.webhook_key, now_ms),
    }
