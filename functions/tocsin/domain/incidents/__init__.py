"""Incidents: what people do about alerts.

Three things are known of an incident, after OPC UA Part 9, and none is derived from another:

- ``process``: what the machine does, active or clear, from alerts alone;
- ``handling``: what people did, unacknowledged, acknowledged or closed;
- ``suppression``: what quietens it, a shelf, a maintenance window, flapping, out of service.

All of it is pure. Times named ``t`` are event times of devices; those named ``at`` or ``now_ms``
are by our own clock. Both are in ms since the epoch.
"""
