"""The page: data, style and script in one file that asks nothing of any network."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sokanalysis import style
from sokanalysis.leaflet import GERMAN_CONTROLS, leaflet_script, leaflet_style
from sokanalysis.partner_map.content import content
from sokanalysis.partner_map.font import font_faces
from sokanalysis.partner_map.packing import script_json

if TYPE_CHECKING:
    from sokanalysis.region import Region

_WEB: Final = files("sokanalysis.partner_map") / "web"
_STYLES: Final = ("screen.css", "map.css", "print.css")
_SCRIPTS: Final = (
    "base.js", "reach.js", "query.js", "shapes.js", "map.js", "list.js", "print.js", "main.js",
)  # fmt: skip
_COLORS: Final = {
    "accent": style.ACCENT, "ink": style.INK, "muted": style.MUTED, "rule": style.RULE,
    "paper": style.PAPER, "attention": style.ATTENTION, "highlight": style.HIGHLIGHT,
    "light": style.ORDINAL[1], "middle": style.ORDINAL[2], "none": style.NO_DATA,
}  # fmt: skip


def write_partner_map(region: Region, path: str | Path) -> Path:
    """Write the map for partners as one HTML file.

    Parameters
    ----------
    region : Region
        The district.
    path : str or Path
        The file; its folder is made when it is not there, an older file is replaced.

    Returns
    -------
    Path
        The file. The same district gives the same bytes.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type on which a session takes place.
    DataProblems
        When ``datapackage.json`` in the folder of the region cannot be read.
    """
    path = Path(path)
    page = partner_map(region).encode("utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(page)
    return path


def partner_map(region: Region) -> str:
    """Return the map for partners as HTML; see `write_partner_map`.

    What comes from data is escaped where it is markup and encoded where it is JSON; the script
    puts it on the page as text only. The policy of the page allows this one script and this one
    style and forbids every request.
    """
    from jinja2 import Environment, StrictUndefined

    looks, script, told = style_sheet(), program(), content(region)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    return environment.from_string(_web("page.html.j2")).render(
        told=told, data=script_json(told), looks=looks, script=script,
        policy=policy(looks, script), rows=plain_rows(told),
    )  # fmt: skip


def policy(looks: str, script: str) -> str:
    """Return the content security policy: nothing but this style, this script and data."""
    return (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(looks)}'; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def style_sheet() -> str:
    """Return all style: colours of the house, font, Leaflet, page and print."""
    colors = "".join(f"--{name}:{color};" for name, color in _COLORS.items())
    family = f"--font:'{style.FONT}',system-ui,'Segoe UI','Helvetica Neue',Arial,sans-serif;"
    own = (_web(name) for name in _STYLES)
    return "\n".join([f":root{{{colors}{family}}}", font_faces(), leaflet_style(), *own])


def program() -> str:
    """Return Leaflet and the script of the page, which sees nothing of the rest of the window."""
    own = "\n".join(_web(name) for name in _SCRIPTS)
    return f'{leaflet_script()}\n{GERMAN_CONTROLS}\n(function () {{\n"use strict";\n{own}\n}}());\n'


def _web(name: str) -> str:
    return (_WEB / name).read_text(encoding="utf-8")


def plain_rows(told: dict[str, Any]) -> list[dict[str, str]]:
    """Return the offers for the table of those who have no script: one row each, all text."""
    sites = [f"{site['name']}, {site['place']}" for site in told["sites"]]
    providers = {provider["id"]: provider["name"] for provider in told["providers"]}
    return [
        {
            "name": offer["name"], "provider": providers.get(offer["provider"], ""),
            "field": told["labels"]["field"][offer["field"]],
            "kind": told["labels"]["kind"][offer["kind"]],
            "place": "; ".join(sites[at] for at in offer["sites"]) or "Ort nicht bekannt",
            "when": "; ".join(_when(told, session) for session in offer["sessions"])
            or "Zeiten nicht bekannt",
        }
        for offer in told["offers"]
    ]  # fmt: skip


def _when(told: dict[str, Any], session: dict[str, Any]) -> str:
    return f"{session['when']} ({told['labels']['quality'][session['quality']]})"
