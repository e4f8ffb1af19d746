"""Which pictures of the dashboard there are."""

from __future__ import annotations

import json
import re

from local.dashboard_pictures.__main__ import read_options
from local.dashboard_pictures.camera import LOOKS
from local.dashboard_pictures.conditions import BASE
from local.dashboard_pictures.stop import Stop
from local.dashboard_pictures.views import list_pictures
from tests.paths import ROOT

STOP = Stop("http://localhost:4280/", "north", "rig-1", "i-1")
ROUTES = ROOT / "dashboard/src/drawing/route.ts"


def read_paths() -> set[str]:
    """Where each view of the page lies, as the page itself says."""
    listed = re.search(
        r"const PATHS[^=]*= \{(.*?)\};", ROUTES.read_text(encoding="utf-8"), re.DOTALL
    )
    assert listed is not None
    return {json.loads(path) for path in re.findall(r'\w+: ("[^"]*")', listed[1])}


def test_every_view_of_the_page_is_taken_as_it_is_empty_loading_and_failing() -> None:
    pictures = list_pictures(STOP)
    for path in read_paths():
        places = [picture for picture in pictures if re.fullmatch(rf"{path}[^/?]*", picture.place)]
        at_it = [each for each in places if path != "" or each.place == ""]
        assert any(each.condition is None for each in at_it), path
        named = {each.name.rpartition("-")[2] for each in at_it if each.condition is not None}
        assert {"empty", "loading", "failing"} <= named, path


def test_no_picture_overwrites_another() -> None:
    names = [picture.name for picture in list_pictures(STOP)]
    assert len(set(names)) == len(names)
    assert len({look.name for look in LOOKS}) == len(LOOKS)


def test_a_name_with_a_slash_stays_one_part_of_the_address() -> None:
    odd = Stop("http://localhost:4280/", "north", "rig/1", "i-1")
    assert {each.place for each in list_pictures(odd) if each.name == "device"} == {
        "devices/rig%2F1"
    }


def test_a_page_is_a_page_whatever_fails() -> None:
    assert all(BASE.search(f"http://localhost/api/{path}") for path in ("me", "negotiate?site=a"))
    assert not BASE.search("http://localhost/api/metrics")


def test_the_names_of_pictures_may_stand_before_and_after_what_else_is_asked_for() -> None:
    before = read_options(["http://localhost/", "model", "--look", "wide-light", "--out", "here"])
    after = read_options(["http://localhost/", "--look", "wide-light", "--out", "here", "model"])
    assert before == after
    assert after.pictures == ["model"]
