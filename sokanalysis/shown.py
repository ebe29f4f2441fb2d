"""What all shown objects have in common: JSON beside HTML, and early refusal of empty texts."""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sokanalysis import style

if TYPE_CHECKING:
    import jinja2
    from matplotlib.figure import Figure as MatplotlibFigure

MIME: Final = "application/vnd.sokanalysis+json"


@lru_cache(maxsize=1)
def template() -> jinja2.Template:
    """Return the template that turns every payload into HTML."""
    from jinja2 import Environment, FileSystemLoader
    from mistune import create_markdown

    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    environment.filters["markdown"] = create_markdown(escape=True, plugins=["table"])
    environment.filters["base64"] = lambda text: b64encode(text.encode()).decode("ascii")
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
        return self.payload()

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
