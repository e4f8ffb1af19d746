"""Where on the page people find what a message is about, as the page reads its own addresses
(dashboard/src/drawing/route.ts)."""

from __future__ import annotations

from urllib.parse import quote, quote_plus


def link_incident(page_url: str, site_id: str, incident_id: str) -> str:
    """The incident with its acts; empty where the app does not know its page (*page_url* "")."""
    return _link(page_url, f"incidents/{quote(incident_id, safe='')}", site_id)


def link_incidents(page_url: str, site_id: str) -> str:
    """The list of a site's incidents; empty as above."""
    return _link(page_url, "incidents", site_id)


def _link(page_url: str, path: str, site_id: str) -> str:
    return f"{page_url}/#/{path}?site={quote_plus(site_id)}" if page_url else ""
