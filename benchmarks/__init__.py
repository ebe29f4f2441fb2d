"""What is timed, against whom, with one command: ``python -m benchmarks``."""
