"""The table of docs/settings.md, made from the settings that are declared.

``python -m tests.unit.tocsin.settings_table`` writes it into the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.paths import ROOT
from tocsin.app_settings.declared import SETTINGS, Setting, Source

PAGE = ROOT / "docs/settings.md"
START, END = "<!-- settings -->", "<!-- end of settings -->"
WHERE = {
    Source.EVERYWHERE: "",
    Source.LAPTOP: "laptop",
    Source.AZURE: "Azure",
    Source.SECRET: "a secret: in Azure by `secretSettings`",
    Source.PLATFORM: "laptop; by the platform in Azure",
}


def make_table() -> str:
    lines = ["| setting | default | only | meaning |", "|---|---|---|---|"]
    return "\n".join([*lines, *_make_lines()])


def fill_page(page: str) -> str:
    """*page* with the table between its two marks."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n\n{make_table()}\n\n{END}{after}"


def _make_lines() -> Iterator[str]:
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else ""
        meaning = f"{setting.meaning}{_name_addresses(setting)}"
        yield f"| `{setting.name}` | {default} | {WHERE[setting.source]} | {meaning} |"


def _name_addresses(setting: Setting) -> str:
    suffixes = [*setting.host_addresses, *(address.suffix for address in setting.addresses)]
    named = ", ".join(f"`__{suffix}`" for suffix in dict.fromkeys(suffixes))
    return f" ({named})" if named else ""


if __name__ == "__main__":
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
