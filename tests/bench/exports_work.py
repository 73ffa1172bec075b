"""One piece of work of tests.bench.exports in a process of its own; prints what it used as JSON.

`python -m tests.bench.exports_work repair | write EXPORT BYTES | land EXPORT HOME few|all`
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.bench.exports import land_export, repair_against_json, write_export

if __name__ == "__main__":
    what, *words = sys.argv[1:]
    if what == "repair":
        done = repair_against_json()
    elif what == "write":
        done = write_export(Path(words[0]), int(words[1]))
    else:
        done = land_export(Path(words[0]), Path(words[1]), words[2])
    print(json.dumps(done))
