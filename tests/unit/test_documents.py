"""What the documents point to exists: links, headings, files, modules, pictures."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.paths import ROOT

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "local/*.md")
    for path in ROOT.glob(pattern)
)
BASES = (ROOT, ROOT / "functions" / "tocsin")  # where a path in a document may begin
MOST_PICTURE_BYTES = 150_000


def read(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def strip_blocks(text: str) -> str:
    """*text* without its code blocks, in which a # is no heading."""
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def make_anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to the headings of *text*."""
    headings = re.findall(r"^#+ (.+)$", strip_blocks(text), flags=re.MULTILINE)
    plain = [re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def find_links(text: str) -> list[str]:
    """The targets of the links and pictures that lead to this repository."""
    targets = re.findall(r"\]\(([^)\s]+)\)", strip_blocks(text))
    return [target for target in targets if "://" not in target]


def find_paths(text: str) -> list[str]:
    """The paths in backticks that begin with a folder of this repository, and are kept in it."""
    quoted = re.findall(r"`([\w.*{}-]+(?:/[\w.*{}-]+)*/?)`", text)
    made_here = {line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
    entries = (entry for base in BASES for entry in base.iterdir())
    folders = {entry.name for entry in entries if entry.is_dir()} - made_here
    return [
        path
        for path in quoted
        if "/" in path and path.split("/")[0] in folders and path not in made_here
    ]


def exists(path: str) -> bool:
    """Whether *path* names something; NAME and {name} stand for any one name."""
    pattern = re.sub(r"NAME|\{\w+\}", "*", path).rstrip("/")
    return any(next(base.glob(pattern), None) is not None for base in BASES)


def find_modules(text: str) -> set[str]:
    """The modules that a document runs."""
    return set(re.findall(r"python -m ([\w.]+\w)", text)) - {"benchmarks.NAME"}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    text, folder = read(document), (ROOT / document).parent
    for target in find_links(text):
        name, _, anchor = target.partition("#")
        file = (folder / name).resolve() if name else ROOT / document
        assert file.exists(), target
        if anchor:
            assert anchor in make_anchors(file.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_exists(document: str) -> None:
    assert [path for path in find_paths(read(document)) if not exists(path)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_module_that_is_run_exists(document: str) -> None:
    assert [module for module in find_modules(read(document)) if find_spec(module) is None] == []


def test_every_document_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        document = waiting.pop()
        if document in reached or document.suffix != ".md":
            continue
        reached.add(document)
        targets = find_links(document.read_text(encoding="utf-8"))
        waiting += [(document.parent / target.split("#")[0]).resolve() for target in targets]
    decisions = set(ROOT.glob("docs/adr/*.md"))  # the README links their folder
    assert {ROOT / document for document in DOCUMENTS} - reached - decisions == set()


def test_every_picture_is_shown_and_small() -> None:
    pictures = sorted(ROOT.glob("docs/pictures/*"))
    shown = {target for document in DOCUMENTS for target in find_links(read(document))}
    assert pictures
    for picture in pictures:
        assert any(target.endswith(f"pictures/{picture.name}") for target in shown), picture.name
        assert picture.stat().st_size <= MOST_PICTURE_BYTES, picture.name


def test_the_checks_find_what_is_wrong() -> None:
    assert find_paths(
        "`functions/tocsin/nowhere.py` and `planning/no/file.py`, not `runs/pump`"
    ) == [
        "functions/tocsin/nowhere.py",
        "planning/no/file.py",
    ]
    assert not exists("functions/tocsin/nowhere.py")
    assert exists("functions/tocsin/profiles/NAME.json")
    assert make_anchors("# A `b.c`, D\n```\n# none\n```\n") == {"a-bc-d"}
