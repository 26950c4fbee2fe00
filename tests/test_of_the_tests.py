"""What a test may not do: fail because a machine is slow, or know the day on which it was read."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
#: Who may look at a clock, and why.
MAY_MEASURE = {
    "tests/left_behind.py": "a process gets a while to end before it counts as left behind",
    "tests/measuring.py": "it compares two measurements of one run, and gives up what hangs",
    "tests/soak/__main__.py": "a soak goes on for as long as it is told to",
    "tests/soak/faults.py": "a fault lasts for a while",
    "tests/soak/load.py": "a soak reports the longest wait, and asserts nothing of it",
}
CLOCKS = {"time", "monotonic", "perf_counter", "process_time", "thread_time", "clock_gettime", "default_timer"}
#: What calls a length of time: nothing is compared with it.
LENGTHS = {"took", "taken_for", "elapsed", "duration", "seconds", "total_seconds", "timedelta"}
SHORTEST_PATIENCE = 60
SOURCES = ("api", "domain", "projections", "tests")


def wrong_in(source: str) -> list[str]:
    """What makes a test depend on how fast the machine is."""
    return [f"line {line}: {what}" for line, what in sorted(_found(ast.parse(source)))]


def _found(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="time" | "timeit") if used := CLOCKS & {one.name for one in node.names}:
                yield node.lineno, f"looks at a clock ({', '.join(sorted(used))})"
            case ast.Attribute(value=ast.Name(id="time" | "timeit"), attr=clock) if clock.removesuffix("_ns") in CLOCKS:
                yield node.lineno, f"looks at a clock ({clock})"
            case ast.Compare() if _orders(node) and any(map(_is_length, (node.left, *node.comparators))):
                yield node.lineno, "compares with a length of time"
            case ast.Call(keywords=keywords) if any(map(_is_short, keywords)):
                yield node.lineno, f"has less patience than {SHORTEST_PATIENCE} s"
            case ast.Call(func=ast.Attribute(attr="result" | "join" | "wait"), args=[ast.Constant(value=patience)]) if (
                isinstance(patience, int | float) and patience < SHORTEST_PATIENCE
            ):
                yield node.lineno, f"has less patience than {SHORTEST_PATIENCE} s"


def _orders(node: ast.Compare) -> bool:
    return any(isinstance(one, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for one in node.ops)


def _is_length(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=called):
            return _is_length(called)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in LENGTHS
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _is_now(left) or _is_now(right)
    return False


def _is_now(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("now", "utcnow")


def _is_short(keyword: ast.keyword) -> bool:
    value = keyword.value
    return (
        keyword.arg == "timeout"
        and isinstance(value, ast.Constant)
        and isinstance(value.value, int | float)
        and value.value < SHORTEST_PATIENCE
    )


def files() -> list[Path]:
    return [file for file in sorted((ROOT / "tests").rglob("*.py")) if str(file.relative_to(ROOT)) not in MAY_MEASURE]


def test_no_test_depends_on_how_fast_the_machine_is() -> None:
    read = {str(file.relative_to(ROOT)): wrong_in(file.read_text(encoding="utf-8")) for file in files()}
    assert len(read) > 150
    assert {name: wrong for name, wrong in read.items() if wrong} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from time import perf_counter", "import time\nbegan = time.monotonic()", "time.process_time_ns()",
        "assert took < 2", "assert answer.seconds <= limit", "assert 1 > elapsed",
        "assert after - before < timedelta(seconds=5)", "assert (b - a).total_seconds() < 5",
        "assert datetime.now(UTC) - began < limit", "run(command, timeout=5)", "pool.submit(work).result(20)",
        "thread.join(timeout=0.5)", "assert ready.wait(10)",
    ],
)  # fmt: skip
def test_a_test_that_would_depend_on_it_is_found(source: str) -> None:
    assert len(wrong_in(source)) == 1


@pytest.mark.parametrize(
    "source",
    ["run(command, timeout=120)", "work.result(HANGS)", "time.sleep(1)", "assert offset == timedelta(0)",
     "', '.join(words)", "assert end < now + day"],
)  # fmt: skip
def test_what_does_not_depend_on_it_is_let_pass(source: str) -> None:
    assert wrong_in(source) == []


def test_no_example_of_a_law_has_a_deadline() -> None:
    assert settings().deadline is None


READS_DAYS = """
import importlib, importlib.util, sys
from pathlib import Path

root = sys.argv[1]
files = sys.stdin.read().split()
sys.path.insert(0, root)
read = []

def watch(frame, event, called):
    if event != "c_call":
        return
    name = getattr(called, "__qualname__", "")
    if name in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time"):
        if frame.f_code.co_filename.startswith(root) and ".venv" not in frame.f_code.co_filename:
            read.append(f"{frame.f_code.co_filename}:{frame.f_lineno} {name}")

sys.setprofile(watch)
for file in files:
    if file.startswith("/"):
        exec(compile(Path(file).read_text(), file, "exec"), {"__name__": "read"})
    else:
        importlib.import_module(file)
sys.setprofile(None)
print("\\n".join(read))
"""


def read_when_imported(*modules: str | Path, root: Path = ROOT) -> list[str]:
    """Where the day or the time is read when modules are imported, whoever reads it for them."""
    done = subprocess.run(
        [sys.executable, "-c", READS_DAYS, str(root)], input="\n".join(map(str, modules)),
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.slow
def test_no_day_is_read_when_a_module_is_imported() -> None:
    """It would be yesterday's in a process that runs past midnight."""
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for folder in SOURCES
        for file in sorted((ROOT / folder).rglob("*.py"))
    ]
    assert len(modules) > 250
    assert read_when_imported(*(one for one in modules if not one.endswith("__main__"))) == []


@pytest.mark.parametrize(
    "source", ["DAY = clock.today()", "def f(day=date.today()): ...", "class A:\n    at = clock.now()"]
)
def test_a_day_that_would_be_read_is_found(tmp_path: Path, source: str) -> None:
    file = tmp_path / "one.py"
    file.write_text(f"from datetime import date\nfrom api import clock\n{source}\n")
    assert len(read_when_imported(file, root=ROOT if "clock." in source else tmp_path)) == 1
