"""The same raw requests to our registry and to the real MLflow server; fails where their answers differ.

    python main.py OURS_URL MLFLOW_URL [--messages] [TEXT]

Compared are status, error code and body, rows in their order. Messages are not; `--messages` prints those that differ. With TEXT, it
prints the answers of the cases whose names contain it.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import flows_artifacts  # noqa: F401 their flows enter themselves
import flows_experiments  # noqa: F401
import flows_logged_models  # noqa: F401
import flows_models  # noqa: F401
import flows_runs  # noqa: F401
import flows_versions  # noqa: F401
from compare import Differences, Outcomes
from filters import searches
from flow import flows, play
from searching import Searcher
from seed import seed
from sides import Side

SEED = 20261122
# Readers at once; more of them would only wait for the one worker of MLflow.
READERS = 3


def outcomes_of(side: Side) -> Outcomes:
    known = seed(side)
    searcher, asked = Searcher(side, known), searches(SEED)
    with ThreadPoolExecutor(READERS) as pool:
        found = dict(zip((search.name for search in asked), pool.map(searcher.search, asked)))
    return found | {step.name: [step.answer] for step in play(side)}


def problems_of(ours: Outcomes, theirs: Outcomes, differences: Differences) -> list[str]:
    both = [name for name in ours if name in theirs]
    problems = [f"{name}\n    only {'MLflow' if name in theirs else 'ours'} was asked this: the flow went another way" for name in ours.keys() ^ theirs.keys()]
    found = ((name, differences.case(name, ours[name], theirs[name])) for name in both)
    problems += [f"{name}\n{problem}" for name, problem in found if problem is not None]
    return problems + differences.unseen()


def main(ours_url: str, mlflow_url: str, *options: str) -> None:
    started = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(outcomes_of, [Side("ours", ours_url), Side("MLflow", mlflow_url)])
    for name in (name for name in ours if name in theirs):
        a, b = ours[name][-1], theirs[name][-1]
        if "--messages" in options and a.message != b.message:
            print(f"message {name}\n    ours   {a.message}\n    MLflow {b.message}")
        if any(text in name for text in options):
            print(f"case    {name}\n    ours   {ours[name]}\n    MLflow {theirs[name]}")
    entries = json.loads(Path(__file__).parent.with_name("differences.json").read_text())
    problems = problems_of(ours, theirs, Differences(entries))
    print("".join(f"FAILED  {problem}\n" for problem in problems), end="")
    passed, asked = max(len(ours) - len(problems), 0), len(searches(SEED))
    print(f"ok      {passed} answers are the real MLflow server's, but for the {len(entries)} kinds of differences.json")
    print(f"        {asked} searches, {len(flows)} flows of {len(ours) - asked} requests; {time.monotonic() - started:.0f} s")
    print(f"{passed} passed, {len(problems)} failed, 0 skipped", flush=True)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
