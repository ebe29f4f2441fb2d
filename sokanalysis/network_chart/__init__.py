"""The drawing of who works in which field where."""

from sokanalysis.network_chart.chart import provider_network
from sokanalysis.network_chart.order import Order, arranged, crossings

__all__ = ["Order", "arranged", "crossings", "provider_network"]
