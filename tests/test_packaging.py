"""The files that describe the project agree with each other."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import sokanalysis

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DEV = PROJECT["optional-dependencies"]["dev"]


def by_name(lines: list[str]) -> dict[str, str]:
    """Name and bound of each requirement, names in their one normal form."""
    requirements = map(Requirement, lines)
    return {canonicalize_name(r.name): str(r.specifier) for r in requirements}


def conda_lines() -> tuple[list[str], list[str]]:
    """What the conda environment takes from conda-forge, and what from pip."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = environment["dependencies"]
    [below] = [line["pip"] for line in lines if isinstance(line, dict)]
    return [line for line in lines if isinstance(line, str)], below


def publiccode() -> dict:
    return yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))


def test_environment_has_the_dependencies_of_pyproject() -> None:
    conda, pip = conda_lines()
    named = by_name([*conda, *pip[:-1]])
    assert named.pop("python") == PROJECT["requires-python"]
    assert named.pop("pip") == ""
    assert named == by_name(PROJECT["dependencies"])


def test_environment_installs_the_project_last() -> None:
    _, pip = conda_lines()
    assert pip[-1] == "-e ."


def test_lock_pins_every_dependency_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.findall(r"^([\w.-]+)==([^\s;\\]+)((?:[^\n]*\\\n)(?:.*--hash.*\n)+)?", lock, re.M)
    pinned = {canonicalize_name(name): Version(version) for name, version, _ in entries}
    assert all(hashes for _, _, hashes in entries), "an entry has no hash"
    wanted = by_name([*PROJECT["dependencies"], *DEV])
    assert wanted.keys() <= pinned.keys(), "make lock"
    for name, bounds in wanted.items():
        assert Requirement(f"{name}{bounds}").specifier.contains(pinned[name]), name


def test_lock_names_no_registry() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_version_is_the_same_everywhere() -> None:
    assert PROJECT["version"] == sokanalysis.__version__ == publiccode()["softwareVersion"]


def test_publiccode_has_what_the_standard_asks_for() -> None:
    record = publiccode()
    assert Version(record["publiccodeYmlVersion"]) >= Version("0.4")
    for key in (
        "name", "url", "platforms", "categories", "developmentStatus", "softwareType",
        "description", "legal", "maintenance", "localisation", "releaseDate",
    ):  # fmt: skip
        assert record[key], key
    assert record["name"] == PROJECT["name"]
    assert record["legal"]["license"] == PROJECT["license"]
    assert record["maintenance"]["type"] == "internal"
    assert record["maintenance"]["contacts"][0]["name"]
    assert record["localisation"]["availableLanguages"] == ["de"]


@pytest.mark.parametrize("language", ["de", "en"])
def test_publiccode_describes_within_its_limits(language: str) -> None:
    words = publiccode()["description"][language]
    assert 0 < len(words["shortDescription"]) <= 150
    assert 500 <= len(words["longDescription"]) <= 10_000
    assert all(0 < len(feature) <= 100 for feature in words["features"])


def test_licence_is_the_one_named() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    articles = re.findall(r"^(\d+)\.\s*\w", text, re.M)
    assert articles == [str(number) for number in range(1, 16)]
    assert PROJECT["license"] == "EUPL-1.2"


def test_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    if len(readme) < 200:
        pytest.skip("README.md is not written yet")
    assert "make report" in readme
    assert "make test" in readme


def test_ci_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    lines = script.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert any(line.startswith("make test") for line in lines)
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize("page", ["handbuch.md", "methods.md"])
def test_links_between_documents_lead_somewhere(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (ROOT / "docs" / target).exists(), target
