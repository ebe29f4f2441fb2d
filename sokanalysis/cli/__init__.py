"""The command `sok`."""

from sokanalysis.cli import data, dialogue, exchange, reports
from sokanalysis.cli.base import app

__all__ = ["app", "data", "dialogue", "exchange", "reports"]
