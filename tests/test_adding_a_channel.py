"""docs/adding-a-channel.md says what a channel costs: its diff, applied to a copy of the project, must be all of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("flows", "tasks", "warehouse", "expectations", "dashboards")


def added() -> dict[str, str]:
    """Path -> the lines that the diff in the docs adds to it."""
    diff = re.search(
        r"```diff\n(.*?)```", (ROOT / "docs" / "adding-a-channel.md").read_text(encoding="utf-8"), re.DOTALL
    )[1]
    files = re.split(r"^--- .*\n\+\+\+ b/(.+)\n", diff, flags=re.MULTILINE)[1:]
    lines = {name: body.splitlines() for name, body in zip(files[::2], files[1::2], strict=True)}
    return {name: "".join(f"{line[1:]}\n" for line in body if line.startswith("+")) for name, body in lines.items()}


def test_one_module_one_example_and_one_settings_entry_are_all_it_takes(tmp_path):
    project, home, files = tmp_path / "project", tmp_path / "home", added()
    for package in PACKAGES:
        shutil.copytree(ROOT / package, project / package, ignore=shutil.ignore_patterns("__pycache__"))
    settings = files.pop("neta.toml")
    assert [Path(name).parent.name for name in files] == ["channels", "misskey"], "a module and an example"
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")

    def neta(*words: object) -> str:
        command = [sys.executable, "-P", "-m", "flows.cli", *map(str, words)]
        env = os.environ | {"PYTHONPATH": str(project)}
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    neta("init", home, "--yes")
    with (home / "neta.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + settings)
    shutil.copytree(project / "tests" / "fixtures" / "misskey", home / "inbox" / "misskey")
    neta("run", "--no-prefect", "--home", home)
    rows = json.loads(neta("counts", "--by", "channel", "--json", "--home", home))["counts"]["channel"]
    assert [(r["label"], r["story_count"]) for r in rows if r["story_count"]] == [("misskey", 1)]
