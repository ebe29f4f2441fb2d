from __future__ import annotations

import re

import folium
import pytest
from folium.plugins import MarkerCluster

from sokanalysis.leaflet import MapNeedsNetwork, offline_frame, offline_html


def a_map(**options) -> folium.Map:
    drawn = folium.Map([50.6, 11.6], zoom_start=9, tiles=None, control_scale=True, **options)
    folium.CircleMarker([50.6, 11.6], popup="Pößneck & Umland").add_to(drawn)
    folium.Marker([50.7, 11.5]).add_to(drawn)
    shape = {"type": "Polygon", "coordinates": [[[11, 50], [12, 50], [12, 51], [11, 50]]]}
    folium.GeoJson(shape, tooltip="Gebiet").add_to(drawn)
    folium.LayerControl().add_to(drawn)
    return drawn


def test_nothing_is_loaded_from_the_web():
    html = offline_html(a_map())
    assert not re.findall(r"""<(?:script|link|img)[^>]*(?:src|href)=["']?https?:""", html)
    assert not re.findall(r"""url\(["']?(?!["']?(?:data:|#))""", html)
    assert "@import" not in html


def test_the_page_carries_leaflet_and_its_pictures():
    html = offline_html(a_map())
    assert "Leaflet 1.9.3" in html
    assert html.count("data:image/png;base64,") >= 5
    assert "Vergrößern" in html
    assert "Pößneck" in html
    assert len(html) < 250_000


def test_every_function_that_folium_calls_is_there():
    html = offline_html(a_map())
    assert "window.$ = function" in html
    assert html.index("window.$ = function") < html.index("L.map(")


def test_the_same_map_gives_the_same_page():
    assert offline_html(a_map()) == offline_html(a_map())


def test_tiles_are_refused():
    with pytest.raises(MapNeedsNetwork, match="tiles=None"):
        offline_html(folium.Map([50, 11]))


def test_icon_fonts_are_refused():
    drawn = a_map()
    folium.Marker([50, 11], icon=folium.Icon(icon="home")).add_to(drawn)
    with pytest.raises(MapNeedsNetwork, match="CircleMarker"):
        offline_html(drawn)


def test_plugins_from_the_web_are_refused():
    drawn = a_map()
    MarkerCluster().add_to(drawn)
    with pytest.raises(MapNeedsNetwork, match="Zusatzmodul"):
        offline_html(drawn)


def test_a_frame_has_a_title_for_screen_readers():
    frame = offline_frame(a_map(), 'Karte der "Standorte"')
    assert frame.startswith('<iframe title="Karte der &quot;Standorte&quot;" srcdoc="')
    assert "<script>" not in frame


def test_the_page_says_what_it_is_in_which_language_and_may_be_enlarged():
    html = offline_html(a_map())
    assert '<html lang="de">' in html
    assert "<title>Karte</title>" in html
    assert "user-scalable" not in html
    assert "maximum-scale" not in html
