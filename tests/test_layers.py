"""The import rule of the wings, the left one first, and no circles inside a wing."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "asan_analysis"
ORDER = [
    "errors", "refusals", "catalogue", "processes", "data", "register", "index", "analysis",
    "audit", "drivers", "forecast", "robustness", "scale", "forms", "report", "commands",
    "arguments", "cli",
]  # fmt: skip
OUTSIDE = {"matplotlib", "pathlib", "os", "time", "datetime", "random", "seaborn"}
FORBIDDEN = dict.fromkeys(
    ("register", "index", "analysis", "audit", "drivers", "forecast", "robustness"), OUTSIDE
)


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if path.name != "__init__.py")


def imports_of(source: str) -> set[str]:
    """Every module a source text imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def wing_of(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if parts[0] == "asan_analysis" and len(parts) > 1 else ""


def wrong_imports(wing: str, source: str) -> list[str]:
    """Imports of a wing to the right, and of what index and analysis must not touch."""
    wrong = []
    for name in sorted(imports_of(source)):
        other = wing_of(name)
        if other in ORDER and ORDER.index(other) > ORDER.index(wing):
            wrong.append(name)
        if name.split(".")[0] in FORBIDDEN.get(wing, set()):
            wrong.append(name)
    return wrong


def test_the_rule_can_fail():
    """A planted import to the right and a planted clock are both found."""
    assert wrong_imports("data", "from asan_analysis.index import rules") != []
    assert wrong_imports("index", "import time") == ["time"]
    assert wrong_imports("report", "from asan_analysis.index import rules") == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_wing_imports_only_from_the_left(path):
    wing = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    if wing != "__main__":
        assert wrong_imports(wing, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("wing", ORDER[1:-2])
def test_no_circles_inside_a_wing(wing):
    names = {f"asan_analysis.{wing}.{path.stem}": path for path in (SOURCE / wing).glob("*.py")}
    needs = {
        name: (imports_of(path.read_text(encoding="utf-8")) & set(names)) - {name}
        for name, path in names.items()
    }
    while free := [name for name, needed in needs.items() if not needed & set(needs)]:
        needs = {name: needed for name, needed in needs.items() if name not in free}
    assert needs == {}


def test_only_execute_uses_papermill():
    users = [
        path.relative_to(SOURCE).as_posix()
        for path in modules()
        if any(
            name.split(".")[0] == "papermill"
            for name in imports_of(path.read_text(encoding="utf-8"))
        )
    ]
    assert users == ["report/execute.py"]


def test_nothing_in_the_library_counts_the_official_items():
    """The numbers 24 and 143 of the official method stand in data, never in code."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and type(node.value) is int:
                assert node.value not in (24, 143), f"{path.name}:{node.lineno}"
