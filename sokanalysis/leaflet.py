"""Folium maps that work without a network: Leaflet goes into the page itself.

Folium links Leaflet, jQuery, Bootstrap and icon fonts from the web; without a network its maps
stay blank. Leaflet comes from the package XStatic-Leaflet, the two jQuery calls that folium makes
are replaced, and the rest is dropped because no map of the house uses it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sokanalysis.errors import SokanalysisError
from sokanalysis.style import FONT, INK

if TYPE_CHECKING:
    import folium

_SCRIPT = re.compile(r'<script src="(https?://[^"]+)"></script>\s*')
_STYLE = re.compile(r'<link rel="stylesheet" href="(https?://[^"]+)"\s*/>\s*')
_FOLIUM_ID = re.compile(r"(?<=_)[0-9a-f]{32}(?![0-9a-f])")
_NO_ZOOM = re.compile(r",\s*maximum-scale=[\d.]+,\s*user-scalable=no")
_DROPPED: Final = ("jquery", "bootstrap", "awesome", "glyphicons")

# folium calls jQuery for two things: to make an element from HTML, and to wait for the page.
_JQUERY_STAND_IN: Final = """
window.$ = function (what) {
  if (what === document) return { ready: function (then) { then(); } };
  var box = document.createElement("template");
  box.innerHTML = what.trim();
  return box.content.childNodes;
};
"""
# Words of the controls; to follow `leaflet_script`.
GERMAN_CONTROLS: Final = """
L.Control.Zoom.mergeOptions({zoomInTitle: "Vergrößern", zoomOutTitle: "Verkleinern"});
L.Control.Scale.mergeOptions({imperial: false});
L.Control.Attribution.mergeOptions({prefix: "Leaflet"});
"""
# A map that is unfolded later begins without any size, and would show the whole world for good.
_LATE_SIZE: Final = """
L.Map.addInitHook(function () {
  var fit = this.fitBounds, asked = null;
  this.fitBounds = function () { asked = arguments; return fit.apply(this, arguments); };
  this.on("resize", function (event) {
    if (asked && event.oldSize.x === 0) fit.apply(this, asked);
  });
});
"""


class MapNeedsNetwork(SokanalysisError):
    """A map uses tiles, a plugin or icons that would have to come from the web."""


def _data_uri(file: Path) -> str:
    return f"data:image/png;base64,{b64encode(file.read_bytes()).decode('ascii')}"


def _marker_icons(images: Path) -> str:
    """Return the script that gives Leaflet its marker pictures; it cannot find them by itself."""
    options = ", ".join(
        f'{option}: "{_data_uri(images / name)}"'
        for option, name in (
            ("iconUrl", "marker-icon.png"),
            ("iconRetinaUrl", "marker-icon-2x.png"),
            ("shadowUrl", "marker-shadow.png"),
        )
    )
    find = "delete L.Icon.Default.prototype._getIconUrl;"
    return f"{find} L.Icon.Default.mergeOptions({{{options}}});"


def _folder() -> Path:
    from xstatic.pkg import leaflet

    return Path(leaflet.BASE_DIR)


@lru_cache(maxsize=1)
def leaflet_style() -> str:
    """Return Leaflet's style sheet with its pictures, in the type of the house."""
    css = re.sub(
        r"url\(images/([\w-]+\.png)\)",
        lambda found: f'url("{_data_uri(_folder() / "images" / found[1])}")',
        (_folder() / "leaflet.css").read_text(encoding="utf-8"),
    )
    house = f".leaflet-container{{background:#fff;color:{INK};font-family:'{FONT}',sans-serif}}"
    return f"{css}\n{house}"


@lru_cache(maxsize=1)
def leaflet_script() -> str:
    """Return Leaflet as it is published, without the address of its sources."""
    return (_folder() / "leaflet.js").read_text(encoding="utf-8").split("//# sourceMapping")[0]


@lru_cache(maxsize=1)
def leaflet_head() -> str:
    """Return Leaflet as `<style>` and `<script>`, pictures included; about 180 kB."""
    icons = _marker_icons(_folder() / "images")
    parts = (leaflet_script(), icons, GERMAN_CONTROLS, _LATE_SIZE, _JQUERY_STAND_IN)
    return f"<style>{leaflet_style()}</style>\n<script>{''.join(parts)}</script>\n"


def _without_known_links(html: str) -> str:
    """Drop what the page now carries itself; refuse what it would miss."""

    def drop(found: re.Match[str]) -> str:
        address = found[1].lower()
        if "/leaflet@" in address or any(word in address for word in _DROPPED):
            return ""
        raise MapNeedsNetwork(
            f"Die Karte braucht „{found[1]}“ aus dem Netz. Bitte ohne dieses Zusatzmodul zeichnen."
        )

    return _STYLE.sub(drop, _SCRIPT.sub(drop, html))


def _with_steady_ids(html: str) -> str:
    """Replace folium's random ids by numbers, so that the same map gives the same bytes."""
    numbers: dict[str, str] = {}
    return _FOLIUM_ID.sub(lambda found: numbers.setdefault(found[0], str(len(numbers))), html)


def offline_html(folium_map: folium.Map) -> str:
    """Return a folium map as a whole page that loads nothing from the web.

    Parameters
    ----------
    folium_map : folium.Map
        Made with `tiles=None`; markers with the default icon or as circles.

    Returns
    -------
    str
        A page of about 180 kB plus the map's own data; the same map gives the same text.

    Raises
    ------
    MapNeedsNetwork
        The map has a tile layer, a plugin or Font Awesome icons.
    """
    html = _without_known_links(folium_map.get_root().render())
    if "L.tileLayer" in html or "L.AwesomeMarkers" in html:
        raise MapNeedsNetwork(
            "Die Karte braucht Kacheln oder Symbolschriften aus dem Netz. "
            "Bitte mit tiles=None anlegen und CircleMarker statt Icon verwenden."
        )
    return _readable(_with_steady_ids(html)).replace("</title>", f"</title>\n{leaflet_head()}", 1)


def _readable(html: str) -> str:
    """Say language and title, and let the page be enlarged: folium does none of it."""
    named = html.replace("<html>", '<html lang="de">', 1)
    return _NO_ZOOM.sub("", named).replace("<head>", "<head>\n<title>Karte</title>", 1)


def offline_frame(folium_map: folium.Map, title: str, height_px: int = 520) -> str:
    """Return the map as an `<iframe>` for a notebook cell; `title` is read by screen readers."""
    return (
        f'<iframe title="{escape(title, quote=True)}" '
        f'srcdoc="{escape(offline_html(folium_map), quote=True)}" '
        f'style="width:100%;height:{height_px}px;border:0"></iframe>'
    )
