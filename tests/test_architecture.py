"""The house rules that can be read from the source: one direction, closed rooms, small parts."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sokanalysis"

# From the bottom to the top: a module imports from its own floor or from below.
# inventory looks at the region only, so it stands above it and below everything else.
FLOORS = (
    ("errors", "codes", "identity", "fonts"),
    ("style",),
    ("columns", "schema", "parameters", "dropdowns"),
    ("reference", "datapackage"),
    ("geography",),
    ("read", "validation", "group_rules", "vote_rules"),
    ("street_profiles", "street_graph", "street_snap"),
    ("streets",),
    ("changes", "day_types", "cut", "fetch"),
    ("geocoding",),
    ("region",),
    ("hsds",),
    ("opening_hours",),
    ("integreat",),
    ("inventory",),
    ("network",),
    ("journey",),
    ("edges",),
    ("spread",),
    ("connection_scan",),
    ("footpaths", "on_demand"),
    ("timetable",),
    ("transit",),
    ("outcomes",),
    ("attendance",),
    ("check", "districts", "basis"),
    ("legs",),
    ("itinerary",),
    ("distribution",),
    ("district",),
    ("foreigners",),
    ("demand",),
    ("demand_ranges",),
    ("supply", "reach", "places"),
    ("nearness", "equity"),
    ("catchments",),
    ("sensitivity", "yardsticks"),
    ("seats",),
    ("portfolio_groups",),
    ("portfolio_model",),
    ("portfolio_search",),
    ("portfolio",),
    ("budget",),
    ("robustness",),
    ("gaps",),
    ("gap_ranges",),
    ("week", "evenness", "participation", "meeting", "housing"),
    ("suppression",),
    ("rounding",),
    ("privacy",),
    ("published",),
    ("effects", "levers", "programmes"),
    ("measures", "versions"),
    ("shortlist",),
    ("options",),
    ("selection",),
    ("numbering",),
    ("catalogue",),
    ("planning", "catalogue_files"),
    ("export",),
    ("dialogue",),
    ("offer_changes",),
    ("monitoring",),
    (
        "classes",
        "shown",
        "show_table",
        "show",
        "leaflet",
        "webmaps",
        "figures",
        "charts",
        "plans",
        "network_chart",
        "ranges",
        "map_parts",
        "maps",
        "tables",
        "yearly_report",
        "what_if",
        "partner_map",
        "plain_words",
        "desk",
        "factsheets",
    ),
    ("report",),
    ("cli",),
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}

# Annotations may name these from anywhere: no value flows through a type.
NAMED_IN_TYPES = {"region", "parameters"}

# Who opens files: the data are read in one room, the rest reads only what a package ships.
OPENS_FILES = {
    "read": "the district's data",
    "parameters": "its own parameters.yaml and the region's",
    "levers": "its own levers.yaml",
    "street_profiles": "its own street_profiles.yaml",
    "integreat": "its own kinds.yaml, saved answers of Integreat",
    "fetch": "downloads official files, its own sources.yaml, the record of where they came from",
    "leaflet": "the scripts of the package XStatic-Leaflet",
    "fonts": "the files of the font package",
    "report": "notebooks, templates and what it writes",
    "dialogue": "writes feedback sheets, their protocol, accepted tables with backup and log",
    "cut": "writes the district's part of a timetable and of an extract",
    "district": "writes the folder of a new district and fills it from official files",
    "hsds": "exchange files of HSDS, both ways",
    "reference": "writes two pages of the handbook",
    "geocoding": "keeps what a service answered",
    "catalogue_files": "writes the catalogue and the numbers of measures",
    "partner_map": "its own template and script, and the map it writes",
    "export": "its own tables.yaml and columns.yaml; writes result tables for GIS and spreadsheets",
}
OPENING = {
    "open", "read_text", "read_bytes", "write_text", "write_bytes", "read_csv", "read_excel",
    "read_json", "read_parquet", "read_file", "to_csv", "to_excel", "to_file", "to_parquet",
}  # fmt: skip
REPROJECTING = {"to_crs", "set_crs", "Transformer"}

HEAVY = ("pandas", "numpy", "scipy", "matplotlib", "geopandas", "shapely", "numba", "folium")

SOURCES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """Dotted name inside the package; the package itself is the empty name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def room(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


MODULES = {name_of(path): path for path in SOURCES}
inside = pytest.mark.parametrize("module", [name for name in MODULES if name])


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports(module: str) -> tuple[set[str], set[str]]:
    """Modules of the package that a module imports to run, and for its annotations only."""
    types = {
        id(part) for n in ast.walk(tree(module)) if is_type_checking(n) for part in ast.walk(n)
    }
    run: set[str] = set()
    annotate: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            (annotate if id(node) in types else run).update(targets(node, module))
    return run, annotate - run


def targets(node: ast.Import | ast.ImportFrom, module: str) -> set[str]:
    """Modules of the package that one statement imports."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    else:
        base = node.module or ""
        if node.level:
            path = MODULES[module]
            here = module if path.name == "__init__.py" else module.rpartition(".")[0]
            up = here.split(".")[: len(here.split(".")) - node.level + 1]
            base = ".".join(part for part in ("sokanalysis", *up, base) if part)
        names = [f"{base}.{alias.name}" for alias in node.names]
    own = [name.removeprefix("sokanalysis.") for name in names if name.startswith("sokanalysis.")]
    known = {name if name in MODULES else name.rpartition(".")[0] for name in own}
    return known - {"", module}


def calls(module: str) -> set[str]:
    """Names that a module calls, as functions or methods."""
    functions = [node.func for node in ast.walk(tree(module)) if isinstance(node, ast.Call)]
    names = {f.id for f in functions if isinstance(f, ast.Name)}
    return names | {f.attr for f in functions if isinstance(f, ast.Attribute)}


@inside
def test_every_module_has_its_floor(module: str) -> None:
    assert room(module) in FLOOR, f"{module}: say in FLOORS where it belongs"


@inside
def test_nothing_imports_upward(module: str) -> None:
    run, annotate = imports(module)
    floor = FLOOR[room(module)]
    upward = {target for target in run if FLOOR[room(target)] > floor}
    named = {target for target in annotate if FLOOR[room(target)] > floor} - NAMED_IN_TYPES
    assert not upward, f"{module} imports upward: {upward}"
    assert not named, f"{module} names in its types what stands above it: {named}"


def test_no_module_needs_itself() -> None:
    TopologicalSorter({module: imports(module)[0] for module in MODULES}).prepare()


def test_imports_are_seen() -> None:
    # attendance imports `streets` from the package, and Region for its annotations only.
    run, annotate = imports("attendance")
    assert {"streets", "geography", "timetable", "transit", "parameters"} <= run
    assert annotate == {"region"}


@inside
def test_only_some_rooms_open_files(module: str) -> None:
    found = calls(module) & OPENING
    assert not found or room(module) in OPENS_FILES, f"{module} opens files: {found}"


@inside
def test_only_geography_reprojects(module: str) -> None:
    names = {n.attr for n in ast.walk(tree(module)) if isinstance(n, ast.Attribute)}
    names |= {n.id for n in ast.walk(tree(module)) if isinstance(n, ast.Name)}
    assert module == "geography" or not names & REPROJECTING


@inside
def test_module_is_small(module: str) -> None:
    lines = MODULES[module].read_text(encoding="utf-8").count("\n")
    assert lines < 300, f"{module} has {lines} lines: it has two jobs"


@inside
def test_functions_are_small(module: str) -> None:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.FunctionDef):
            # The contract in the docstring may be as long as it has to be.
            first = node.body[1] if ast.get_docstring(node) and node.body[1:] else node.body[0]
            lines = (node.end_lineno or 0) - first.lineno + 1
            assert lines <= 50, f"{module}.{node.name} has {lines} lines"


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after running code."""
    show = "import atexit, sys; atexit.register(lambda: print('\\n@', *sys.modules))\n"
    done = subprocess.run(
        [sys.executable, "-c", show + code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.rpartition("@")[2].split()}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded_by("import sokanalysis") & set(HEAVY)


@pytest.mark.skipif("cli" not in MODULES, reason="cli.py is not written yet")
def test_help_loads_nothing_heavy() -> None:
    run = "sys.argv = ['sok', '--help']\nfrom sokanalysis.cli import app\napp()"
    assert not loaded_by(run) & set(HEAVY)


def test_the_compiler_is_loaded_when_something_is_searched_and_not_before() -> None:
    loaded = loaded_by("import sokanalysis.region, sokanalysis.attendance, sokanalysis.gaps")
    assert not loaded & {"numba", "geopandas", "matplotlib", "folium"}
