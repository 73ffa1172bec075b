"""The rules of the house, as tests: who may import whom, what starts fast, where words and SQL live."""

from __future__ import annotations

import ast
import os
import re
import string
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from flows.settings import load
from tasks import channels
from warehouse import codebook, schema, store

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "flows": {"tasks", "expectations", "dashboards", "warehouse"},
    "tasks": {"expectations", "warehouse"},
    "expectations": {"warehouse"},
    "dashboards": {"warehouse"},
    "warehouse": set(),
}


def sources(room: str) -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted((ROOT / room).rglob("*.py")):
        yield file.relative_to(ROOT), ast.parse(file.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """First parts of every module named by an import, wherever in the file it stands."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_point_one_way(room):
    forbidden = set(MAY_IMPORT) - MAY_IMPORT[room] - {room} | {"tests"}
    assert {str(file): found for file, tree in sources(room) if (found := imported(tree) & forbidden)} == {}


def test_only_flows_knows_prefect():
    named = [
        str(file)
        for room in MAY_IMPORT
        if room != "flows"
        for file, tree in sources(room)
        if "prefect" in imported(tree)
    ]
    assert named == []
    assert any("prefect" in imported(tree) for _, tree in sources("flows"))


_SQL = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|COPY|ATTACH|PRAGMA|SET|FROM) [\w(*'\"{]")


def test_sql_lives_in_the_warehouse():
    found = [
        f"{file}:{node.lineno}"
        for room in MAY_IMPORT
        if room != "warehouse"
        for file, tree in sources(room)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.match(node.value)
    ]
    assert found == []


def loaded_by(code: str, *words: str) -> set[str]:
    """Modules in memory after a piece of code ran in a process of its own; its last line must not be printed to."""
    told = f"{code}\nprint('\\n' + ' '.join(m for m in sys.modules if '.' not in m))"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", told, *words], env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_help_loads_nothing_heavy():
    code = "import sys\nfrom flows.cli import main\nmain(['--help'], standalone_mode=False)"
    loaded = loaded_by(code)
    assert (
        "flows" in loaded
        and loaded & {"prefect", "pandas", "great_expectations", "duckdb", "pyarrow", "numpy"} == set()
    )


def test_asking_loads_neither_prefect_nor_great_expectations(sample_home):
    code = (
        "import sys\nfrom flows.cli import main\nhome = ['--home', sys.argv[1]]\n"
        "for verb in (['sql', 'SELECT 1'], ['counts'], ['explain', 'platform=note'], ['status'], ['fingerprint']):\n"
        "    main(verb + home, standalone_mode=False)"
    )
    loaded = loaded_by(code, str(sample_home.path))
    assert "duckdb" in loaded and loaded & {"prefect", "great_expectations"} == set()


def test_pages_and_an_original_are_read_without_pandas(sample_home):
    """The pages' process stays small (pandas: 50 MB); pyarrow loads it for a data set, and for an aware time."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom flows.settings import load\nfrom flows.web.originals import RawItems\n"
        "import pyarrow.parquet as pq\nhome = load(Path(sys.argv[1]))\n"
        "ids = pq.ParquetFile(home.lake.raw_files('email')[0]).read(columns=['raw_id'])['raw_id'].to_pylist()\n"
        "assert RawItems(home).read(ids[-1]).body\n"
        "from fastapi.testclient import TestClient\nfrom dashboards.app import make_app\n"
        "from flows.web.site import site_of\n"
        "browser = TestClient(make_app(site_of(home)), base_url='http://127.0.0.1:8321')\n"
        "assert all(browser.get(link).status_code == 200 for link in ('/', '/trends', '/stories', '/today'))"
    )
    loaded = loaded_by(code, str(sample_home.path))
    assert "pyarrow" in loaded and loaded & {"pandas", "prefect", "great_expectations"} == set()


@cache
def words() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((ROOT / "warehouse" / "words.toml").read_text(encoding="utf-8"))


def test_every_word_stands_in_both_languages_with_the_same_blanks():
    wrong = [
        f"{section}.{name}"
        for section, entries in words().items()
        for name, entry in entries.items()
        if set(entry) != {"ja", "en"}
        or not all(map(str.strip, entry.values()))
        or _blanks(entry["ja"]) != _blanks(entry["en"])
    ]
    assert wrong == []


def _blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


_KEY = re.compile(r"""\b(?:words|w|_JA|_EN)\(f?["']([a-z_]+)\.([a-z_]*)(["'{])""")


def test_every_word_that_is_used_is_there():
    used = set()
    for file in (f for room in MAY_IMPORT for f in (ROOT / room).rglob("*.*") if f.suffix in (".py", ".html")):
        used |= {(file.name, *found) for found in _KEY.findall(file.read_text(encoding="utf-8"))}
    assert len(used) > 50
    assert {u for u in used if not _known(*u[1:])} == set()


def _known(section: str, name: str, end: str) -> bool:
    """A whole key, or the beginning of one that is made up at run time."""
    whole = name and end != "{" and not name.endswith("_")
    return name in words().get(section, {}) if whole else any(n.startswith(name) for n in words().get(section, {}))


def test_every_problem_that_a_channel_can_tell_has_words():
    told = set()
    for file in (ROOT / "tasks").rglob("*.py"):
        told |= set(re.findall(r'(?:Unreadable|Unreachable|well\.tell)\("(\w+)"', file.read_text(encoding="utf-8")))
    assert len(told) > 20 and told - set(words()["problem"]) == set()


def test_every_column_is_described_and_every_description_is_used(sample_home):
    with store.reading(load(sample_home.path).lake, "Asia/Tokyo") as con:
        columns = {
            name for (name,) in con.execute("SELECT column_name FROM duckdb_columns() WHERE NOT internal").fetchall()
        }
    shapes = (schema.RAW, schema.MESSAGE, schema.SUBMISSION, schema.CODING)
    columns |= {name for shape in shapes for name in shape.names}
    assert set(schema.descriptions()) - columns == set()
    assert all(set(entry) == {"ja", "en"} and all(entry.values()) for entry in schema.descriptions().values())


# What a public repository must not hold: paths of somebody's machine, hosts of a private index, keys.
_OURS = re.compile(
    r"(?<![\w.])/(?:home|Users|root|work|srv)/\w|/tmp/w\b|--(?:extra-)?index-url|BEGIN [A-Z ]*PRIVATE " + "KEY"
)
_HOST_IN_LOCK = re.compile(r"https?://")


def test_nothing_of_a_workplace_is_in_the_repository():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("no git here")
    files = [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    assert len(files) > 100
    found = {}
    for file in files:
        text = file.read_bytes().decode("utf-8", "replace")
        if file != Path(__file__) and (hit := _OURS.search(text)):
            found[str(file.relative_to(ROOT))] = hit.group()
        if file.suffix == ".lock" and (hit := _HOST_IN_LOCK.search(text)):
            found[str(file.relative_to(ROOT))] = hit.group()
    assert found == {}


def test_every_channel_stands_in_the_table_of_channels():
    table = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
    rows = {row[1]: row[0].count("|") for row in re.finditer(r"^\| `(\w+)` \|.*$", table, re.MULTILINE)}
    assert rows.keys() == set(channels.names()) and set(rows.values()) == {9}


def test_no_group_is_possessive():
    """Before Python 3.11.5 a possessive group whose body can fail half-way matches wrongly (CPython gh-106052)."""
    group = re.compile(r"\)(?:[*+?]|\{[0-9,]+\})\+(?!\s*[\w(\"'])")
    for room in MAY_IMPORT:
        for file in (ROOT / room).rglob("*.py"):
            assert not group.search(file.read_text(encoding="utf-8")), f"{file.name}: write (?>(?:…)*) for (?:…)*+"


def test_no_dimension_is_named_outside_the_codebook():
    """Another author's call has other dimensions. Names that are columns or ordinary words too are left out here."""
    names = {d.name for d in codebook.load(codebook.BUILT_IN).dimensions} - {"is_story", "attribution", "flag"}
    found = [
        (str(file), node.value)
        for room in MAY_IMPORT
        for file, tree in sources(room)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and names & set(node.value.split(","))
    ]
    ours = {
        ("tasks/sources/page_inbox.py", "platform"),
        ("tasks/sample/tables.py", "platform"),
    }  # Meta's word; the sample's call
    assert set(found) <= ours and len(names) > 4


def test_no_dimension_can_be_named_as_a_filter_or_a_look_at_a_page():
    from dashboards import quotes, trends
    from warehouse import codebook_faults, counts

    assert {
        *counts._STORY_FILTERS,
        *counts._PLAIN,
        *quotes.VIEWS,
        *trends.VIEWS,
        "kind",
        "page",
    } <= codebook_faults._TAKEN
