"""The flags of ``python -m local feedback``; apart, since they need no package."""

from __future__ import annotations

import argparse


def add_actions(feedback: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """The actions of the command; returns their parsers."""
    actions = feedback.add_subparsers(dest="action", required=True)
    show = actions.add_parser("show", help="what was set for the device, and said of its alerts")
    normal = actions.add_parser(
        "normal", help="what it does in its open alert is normal from now on"
    )
    label = actions.add_parser("label", help="call past alerts normal, or confirm them")
    label.add_argument("--normal", metavar="ALERT", action="append", default=[])
    label.add_argument("--anomaly", metavar="ALERT", action="append", default=[])
    forget = actions.add_parser("forget", help="undo all of it")
    for action in (normal, label):
        action.add_argument(
            "--preview", action="store_true", help="show what would follow, and change nothing"
        )
    every = [show, normal, label, forget]
    for action in every:
        action.add_argument("device")
    return every
