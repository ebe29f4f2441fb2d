"""The command `sok`."""

from sokanalysis.cli import data, dialogue, reports
from sokanalysis.cli.base import app

__all__ = ["app", "data", "dialogue", "reports"]
