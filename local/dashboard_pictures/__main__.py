"""Takes a picture of each view and state of the dashboard from a running demo, to be looked at.

``python -m local.dashboard_pictures http://localhost:4280/ --out FOLDER`` while ``make demo`` runs:
every view, light and dark, wide and narrow. It waits for an alert and a plan first. So that every
list has something, it sets a rule, a window, a limit and a person, and takes them away again.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import TimeoutError as TooLateError

from local.dashboard_pictures.camera import LOOKS, Look, take_picture
from local.dashboard_pictures.loans import lend
from local.dashboard_pictures.views import Picture, list_pictures
from local.setup.browser import find_browser


@dataclass(frozen=True)
class Wanted:
    """names: of pictures, empty for all. looks: by their names."""

    names: Sequence[str]
    looks: Sequence[str]


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the pictures that are asked for, and print their paths."""
    options = read_options(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        address = options.url.rstrip("/") + "/"
        missed: list[str] = []
        wanted = Wanted(options.pictures, options.look or [look.name for look in LOOKS])
        for path in take_pictures(browser, address, options.out, wanted, missed):
            print(path, flush=True)
        browser.close()
    if missed:
        raise SystemExit("not taken: " + "; ".join(missed))


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What is asked for, with the names in any place."""
    return _parser().parse_intermixed_args(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.dashboard_pictures", description=__doc__)
    parser.add_argument("url", help="address of the demo")
    parser.add_argument("pictures", nargs="*", metavar="NAME", help="some of them (default: all)")
    looks = [look.name for look in LOOKS]
    parser.add_argument("--look", action="append", choices=looks, help="this alone (default: all)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the PNG files")
    return parser


def take_pictures(
    browser: Browser, address: str, folder: Path, wanted: Wanted, missed: list[str]
) -> Iterator[Path]:
    """Each picture in each of its looks.

    missed: takes those that could not be taken, and why. Raises SystemExit where there is none of
    a name.
    """
    with lend(browser, address) as stop:
        for look, picture in _choose(list_pictures(stop), wanted):
            path = folder / f"{picture.name}-{look.name}.png"
            try:
                take_picture(browser, look, stop, picture, path)
            except TooLateError as error:  # the others are worth a look all the same
                missed.append(f"{path.name} ({error.message.splitlines()[-1].strip()})")
            else:
                yield path


def _choose(pictures: Sequence[Picture], wanted: Wanted) -> list[tuple[Look, Picture]]:
    unknown = set(wanted.names) - {picture.name for picture in pictures}
    if unknown:
        known = ", ".join(picture.name for picture in pictures)
        raise SystemExit(f"there is no picture {', '.join(sorted(unknown))}; there are {known}")
    return [
        (look, picture)
        for look in LOOKS
        for picture in pictures
        if look.name in wanted.looks
        and (not wanted.names or picture.name in wanted.names)
        and (picture.condition is None or look.shows_conditions)
    ]


if __name__ == "__main__":
    main()
