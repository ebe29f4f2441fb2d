"""The controls of the desk: what is asked, what is tried, and the answer beside them."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, Final

from sokanalysis import style
from sokanalysis.codes import FIELDS, LEVELS, WEEKDAYS
from sokanalysis.desk.drawing import Canvas, drawn
from sokanalysis.desk.trial import Question, added_trip, answered, clock, held_also, moved
from sokanalysis.errors import SokanalysisError

if TYPE_CHECKING:
    import ipywidgets
    import jinja2

    from sokanalysis.changes import Change
    from sokanalysis.desk.trial import Outcome
    from sokanalysis.region import Region

_WIDE: Final = {"description_width": "8.5em"}
_SHIFT_MAX_MINUTES: Final = 180
_STEP_MINUTES: Final = 15


class Playground:
    """Controls at the left, numbers and map at the right; every change answers at once.

    Parameters
    ----------
    region : Region
        The district.
    """

    def __init__(self, region: Region) -> None:
        import ipywidgets as widgets

        self.region, self.canvas = region, Canvas(region)
        self.asked = _question_controls(widgets, region)
        self.tried = _idea_controls(widgets, region)
        self.numbers, self.map = widgets.HTML(), widgets.HTML()
        for control in (*self.asked.values(), *self.tried.values()):
            control.layout.width = "98%"
            control.observe(self._answer, names="value")
        self._answer(None)

    def view(self) -> ipywidgets.Widget:
        """Return the whole as one widget."""
        import ipywidgets as widgets

        left = widgets.VBox(
            [_heading(widgets, "Frage"), *self.asked.values(), *self._ideas(widgets)],
            layout=widgets.Layout(flex="0 1 360px", min_width="300px"),
        )
        right = widgets.VBox(
            [self.numbers, self.map], layout=widgets.Layout(flex="1 1 420px", min_width="300px")
        )
        return widgets.HBox([left, right], layout=widgets.Layout(flex_flow="row wrap"))

    def _ideas(self, widgets: Any) -> list[ipywidgets.Widget]:
        groups = {"verschieben": "Termin verschieben", "ort": "Angebot an weiterem Ort",
                  "bus": "Zusätzliche Busfahrt"}  # fmt: skip
        parts = []
        for group, title in groups.items():
            own = [c for name, c in self.tried.items() if name.startswith(group)]
            if own:
                parts += [_heading(widgets, title), *own]
        return parts

    def question(self) -> Question:
        """Return what the controls ask."""
        return Question(**{name: control.value for name, control in self.asked.items()})

    def ideas(self) -> list[Change]:
        """Return what the controls try; empty when nothing is switched on.

        Raises
        ------
        SokanalysisError
            When an idea cannot be: a session past midnight, no weekday chosen.
        """
        value = {name: control.value for name, control in self.tried.items()}
        ideas: list[Change] = []
        if value.get("verschieben_minuten"):
            ideas.append(
                moved(self.region, value["verschieben_termin"], value["verschieben_minuten"])
            )
        if value.get("ort_an"):
            ideas += held_also(
                self.region, value["ort_angebot"], value["ort_gebaeude"], value["ort_tage"],
                value["ort_beginn"], value["ort_dauer"],
            )  # fmt: skip
        if value.get("bus_an"):
            ideas.append(added_trip(self.region, value["bus_fahrt"], value["bus_abfahrt"]))
        return ideas

    def _answer(self, _: object) -> None:
        try:
            outcome = answered(self.region, self.question(), *self.ideas())
        except SokanalysisError as error:
            self.numbers.value = (
                f'<p role="alert"><b>So geht es nicht:</b> {escape(str(error))}</p>'
            )
            return
        self.numbers.value = numbers_html(self.region, outcome)
        self.map.value = drawn(self.canvas, outcome)


def playground(region: Region) -> ipywidgets.Widget:
    """Return the desk of a district, to end a cell with."""
    return Playground(region).view()


def numbers_html(region: Region, outcome: Outcome) -> str:
    """Return the numbers of an outcome: people before, after, and where it changes."""
    before, after = outcome.counted(outcome.before), outcome.counted(outcome.after)
    change, everybody = after - before, sum(outcome.people.values())
    return (
        _template().render(
            style=style, after=style.number(after), before=style.number(before),
            share=style.percent(after / everybody if everybody else 0),
            change=f"{'+' if change > 0 else ''}{style.number(change)}",
            color=style.ATTENTION if change < 0 else style.ACCENT,
            offers=outcome.offer_count, named=_named(region, outcome),
            basis=" · ".join(region.basis),
        )
    )  # fmt: skip


@cache
def _template() -> jinja2.Template:
    import jinja2

    return jinja2.Environment(autoescape=True).from_string(_NUMBERS)


_NUMBERS: Final = """
<div aria-live="polite" style="font-family:'{{ style.FONT }}',sans-serif">
<p style="font-size:2.2em;line-height:1.1;margin:.2em 0;color:{{ style.ACCENT }}"><b>{{ after }}</b>
<span style="font-size:.5em;color:{{ style.INK }}">Menschen ({{ share }}) können
an {% if offers == 1 %}diesem Angebot{% else %}mindestens einem der {{ offers }} Angebote{% endif %}
teilnehmen</span></p>
<p>vorher {{ before }} · <b style="color:{{ color }}">{{ change }}</b>{{ named }}</p>
{% if basis %}<p style="color:{{ style.MUTED }}">Beruht auf: {{ basis }}</p>{% endif %}
</div>
"""


def _named(region: Region, outcome: Outcome) -> str:
    """Name the largest places that change."""
    differs = outcome.after ^ outcome.before
    rows = region.settlements[region.settlements["settlement_id"].isin(differs)]
    names = rows.nlargest(6, "population_count")["name"].tolist()
    more = f" und {len(rows) - len(names)} weitere" if len(rows) > len(names) else ""
    return f" · {'; '.join(names)}{more}" if names else ""


def _heading(widgets: Any, text: str) -> ipywidgets.Widget:
    return widgets.HTML(f'<h3 style="margin:.8em 0 .1em;color:{style.ACCENT}">{text}</h3>')


def _question_controls(widgets: Any, region: Region) -> dict[str, ipywidgets.Widget]:
    def choice(label: str, options: dict[str, str]) -> ipywidgets.Widget:
        pairs = [("alle", ""), *((title, code) for code, title in options.items())]
        return widgets.Dropdown(options=pairs, description=label, style=_WIDE)

    return {
        "field": choice("Handlungsfeld", FIELDS),
        "level": choice("Niveau vorher", LEVELS),
        "offer_id": choice("Angebot", _offers(region)),
        "season": widgets.ToggleButtons(
            options=[("Schulzeit", "schulzeit"), ("Ferien", "ferien")], description="Zeit",
            style={**_WIDE, "button_width": "7em"},
        ),
        "with_flex": widgets.Checkbox(value=True, description="mit Rufbus", indent=True),
    }  # fmt: skip


def _idea_controls(widgets: Any, region: Region) -> dict[str, ipywidgets.Widget]:
    """Return the controls of the ideas; those are left out for which the district has no rows."""
    controls: dict[str, ipywidgets.Widget] = {}
    if len(region.current_sessions):
        controls |= _move_controls(widgets, region)
    if len(region.buildings) and len(region.current_sessions):
        controls |= _place_controls(widgets, region)
    if len(region.feed.trips):
        controls |= _bus_controls(widgets, region)
    return controls


def _move_controls(widgets: Any, region: Region) -> dict[str, ipywidgets.Widget]:
    return {
        "verschieben_termin": widgets.Dropdown(
            options=_sessions(region), description="Termin", style=_WIDE
        ),
        "verschieben_minuten": widgets.IntSlider(
            value=0, min=-_SHIFT_MAX_MINUTES, max=_SHIFT_MAX_MINUTES, step=_STEP_MINUTES,
            description="um Minuten", style=_WIDE, continuous_update=False,
        ),
    }  # fmt: skip


def _place_controls(widgets: Any, region: Region) -> dict[str, ipywidgets.Widget]:
    offers = region.current_offers
    houses = region.buildings.sort_values(["place", "name"], kind="stable")
    times = [clock(minute) for minute in range(7 * 60, 20 * 60, 30)]
    return {
        "ort_an": widgets.Checkbox(value=False, description="anwenden", indent=True),
        "ort_angebot": widgets.Dropdown(
            options=list(zip(offers["name"], offers["offer_id"], strict=True)),
            description="Angebot", style=_WIDE,
        ),
        "ort_gebaeude": widgets.Dropdown(
            options=[(f"{row.place}: {row.name}", row.building_id)
                     for row in houses.itertuples(index=False)],
            description="Gebäude", style=_WIDE,
        ),
        "ort_tage": widgets.SelectMultiple(
            options=[(title, code) for code, title in WEEKDAYS.items()], value=("Di",), rows=5,
            description="Tage", style=_WIDE,
        ),
        "ort_beginn": widgets.Dropdown(
            options=times, value="09:00", description="Beginn", style=_WIDE
        ),
        "ort_dauer": widgets.IntSlider(
            value=180, min=30, max=360, step=30, description="Minuten", style=_WIDE,
            continuous_update=False,
        ),
    }  # fmt: skip


def _bus_controls(widgets: Any, region: Region) -> dict[str, ipywidgets.Widget]:
    return {
        "bus_an": widgets.Checkbox(value=False, description="anwenden", indent=True),
        "bus_fahrt": widgets.Dropdown(
            options=_trips(region), description="wie die Fahrt", style=_WIDE
        ),
        "bus_abfahrt": widgets.SelectionSlider(
            options=[(clock(minute), minute) for minute in range(4 * 60, 24 * 60, 5)],
            value=12 * 60, description="Abfahrt", style=_WIDE, continuous_update=False,
        ),
    }  # fmt: skip


def _offers(region: Region) -> dict[str, str]:
    """Return the offers that have a session, by key and sorted by name."""
    rows = region.current_offers
    rows = rows[rows["offer_id"].isin(region.current_sessions["offer_id"])].sort_values("name")
    return dict(zip(rows["offer_id"], rows["name"], strict=True))


def _sessions(region: Region) -> list[tuple[str, str]]:
    """Return every session as offer, place and time, with its key."""
    rows = region.current_sessions
    offers = rows["offer_id"].map(region.offers.set_index("offer_id")["name"])
    places = rows["site_id"].map(region.sites.set_index("site_id")["place"])
    times = rows["weekdays"].str.join("/") + " " + rows["start_time"] + "–" + rows["end_time"]
    return list(zip(offers + ", " + places + ": " + times, rows["session_id"], strict=True))


def _trips(region: Region) -> list[tuple[str, str]]:
    """Return every trip as line, ends and departure, with its key; sorted by line and time."""
    feed = region.feed
    names = feed.stops.set_index("stop_id")["name"]
    calls = feed.stop_times.groupby("trip_id", sort=False)
    ends = calls.agg(
        first=("stop_id", "first"), last=("stop_id", "last"), leaves=("departure_s", "first")
    )
    rows = feed.trips.merge(ends, left_on="trip_id", right_index=True)
    rows = rows.sort_values(["line", "leaves"], kind="stable")
    leaves = [clock(int(second) // 60) for second in rows["leaves"]]
    labels = rows["line"] + " " + rows["first"].map(names) + " → " + rows["last"].map(names)
    return list(
        zip(labels + ", " + leaves + " (" + rows["service_id"] + ")", rows["trip_id"], strict=True)
    )
