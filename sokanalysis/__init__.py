"""Who can actually take part? The integration work of a rural district, from data to measures."""

__version__ = "0.1.0"
