"""What all shown objects have in common: JSON beside HTML, and early refusal of empty texts."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from sokanalysis import style

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup
    from matplotlib.figure import Figure as MatplotlibFigure

_LITERAL: Final = " '=/:;,()@!*+$?"
MIME: Final = "application/vnd.sokanalysis+json"


@lru_cache(maxsize=1)
def template() -> jinja2.Template:
    """Return the template that turns every payload into HTML."""
    from jinja2 import Environment, FileSystemLoader
    from mistune import create_markdown

    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    environment.filters["markdown"] = create_markdown(escape=True, plugins=["table"])
    environment.filters["address"] = svg_address
    environment.globals["style"] = style
    return environment.get_template("show.html.j2")


def required(**texts: str) -> None:
    """Refuse empty texts where the author writes them, not when the PDF is made."""
    for name, text in texts.items():
        if not text.strip():
            raise ValueError(f"„{name}“ fehlt: bitte einen Text angeben.")


def shown_value(value: object) -> str:
    """Return a text as it is and a number without decimals."""
    return value if isinstance(value, str) else style.number(value)


def close(figure: MatplotlibFigure) -> None:
    """Take a figure from pyplot, so that the notebook does not show it a second time."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(figure)


def _unbroken(value: Any) -> Any:
    """Keep ranges on one line in all texts of a payload; a drawing stays as it is."""
    if isinstance(value, dict):
        return {name: v if name == "svg" else _unbroken(v) for name, v in value.items()}
    if isinstance(value, list):
        return [_unbroken(v) for v in value]
    return style.unbroken(value) if isinstance(value, str) else value


def svg_address(svg: str) -> Markup:
    """Return a drawing as the address of an image; a quarter shorter than in base 64.

    All that HTML would take for markup is escaped.
    """
    from markupsafe import Markup

    # Within an address a line end counts for nothing, so that it would join two attributes.
    text = " ".join(svg.split()).replace('"', "'")
    return Markup("data:image/svg+xml," + quote(text, safe=_LITERAL))


def svg_width_pt(svg: str) -> float:
    """Return the width an SVG of matplotlib declares, in points; 0 when it declares none."""
    found = re.search(r'<svg[^>]*\bwidth="([\d.]+)pt"', svg)
    return float(found[1]) if found else 0.0


class Output:
    """Base of everything shown: content as JSON, and its HTML."""

    def payload(self) -> dict[str, Any]:
        """Return the content as JSON-ready values; `kind` says which object it is."""
        raise NotImplementedError

    @cached_property
    def content(self) -> dict[str, Any]:
        """The payload, made once: a drawing is needed as HTML and as JSON."""
        told: dict[str, Any] = _unbroken(self.payload())
        return told

    def html(self) -> str:
        """Return the HTML that JupyterLab shows."""
        return template().render(**self.content)

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, Any]:
        makers: dict[str, Callable[[], Any]] = {
            "text/plain": lambda: f"<{type(self).__name__}>",
            "text/html": self.html,
            MIME: lambda: self.content,
        }
        wanted = set(include or makers) - set(exclude or ())
        return {mime: make() for mime, make in makers.items() if mime in wanted}
