"""Charts of the catalogue of measures and of its monitoring, all with a described content."""

from sokanalysis.plans.budget import budget_curve
from sokanalysis.plans.effects import effect_by_cost
from sokanalysis.plans.lights import traffic_lights
from sokanalysis.plans.robust import robustness_bars
from sokanalysis.plans.times import timetable_of_measures

__all__ = [
    "budget_curve", "effect_by_cost", "robustness_bars", "timetable_of_measures", "traffic_lights",
]  # fmt: skip
