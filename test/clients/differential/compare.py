"""Where the answers of two servers differ, and which of these differences are known: those of ../differences.json.

An entry says `what` differs, `ours` and `mlflow` in words, the `reason`, and exactly where:

- `cases`: a pattern of names of cases, with what ours and MLflow say, such as "400 INVALID_PARAMETER_VALUE" and "500". Every case
  that the pattern matches must differ in this way.
- `values`: the end of a path in the bodies, with the value of ours and of MLflow there.

An entry of which nothing is seen any more is a failure, as is a difference without an entry.
"""

import json
import re
from typing import Any, Iterator

from sides import Answer

MOST = 10
FIELDS = ("what", "ours", "mlflow", "reason")

Outcomes = dict[str, list[Answer]]
Unlike = tuple[str, Any, Any]


def unlike(ours: Any, theirs: Any, path: str = "") -> Iterator[Unlike]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            yield from unlike(ours.get(name), theirs.get(name), f"{path}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for a, b in zip(ours, theirs):
            yield from unlike(a, b, f"{path}[]")
    elif ours != theirs or isinstance(ours, bool) != isinstance(theirs, bool):
        yield path, ours, theirs


def said(answers: list[Answer]) -> str:
    """The last page says how it ended."""
    return answers[-1].said()


class Differences:
    def __init__(self, entries: list[dict]):
        self.entries, self.seen = entries, set()
        self.problems = [f"differences.json: {entry.get('what')}\n    an entry says {', '.join(FIELDS)}" for entry in entries if not all(entry.get(field) for field in FIELDS)]
        if len(entries) > MOST:
            self.problems.append(f"differences.json has {len(entries)} entries, {MOST} are allowed")

    def case(self, name: str, ours: list[Answer], theirs: list[Answer]) -> str | None:
        """What is wrong with the answers of one case, in lines; nothing if they are equal or differ as it is written."""
        found = list(self._unexplained(ours, theirs))
        written = self._written(name)
        if written is None:
            return "\n".join(found) or None
        place, entry = written
        if not found:
            return f"    differences.json ({entry['match']}) says that it differs, but it does not any more"
        if (said(ours), said(theirs)) != (entry["ours"], entry["mlflow"]):
            return "\n".join([f"    differences.json has it as {entry['ours']} and {entry['mlflow']}", *found])
        self.seen.add(place)
        return None

    def unseen(self) -> list[str]:
        places = [(number, kind, place, part) for number, entry in enumerate(self.entries) for kind in ("cases", "values") for place, part in enumerate(entry.get(kind, []))]
        return self.problems + [f"differences.json: {json.dumps(part)}\n    nothing differs so any more; take it out" for number, kind, place, part in places if (number, kind, place) not in self.seen]

    def _written(self, name: str) -> tuple[tuple, dict] | None:
        for number, entry in enumerate(self.entries):
            for place, part in enumerate(entry.get("cases", [])):
                if re.fullmatch(part["match"], name):
                    return (number, "cases", place), part
        return None

    def _unexplained(self, ours: list[Answer], theirs: list[Answer]) -> Iterator[str]:
        for number, (a, b) in enumerate(zip(ours, theirs)):
            page = f" on page {number + 1}" if len(ours) > 1 else ""
            if a.said() != b.said():
                yield from (f"    {side}{page} {answer.said()} {answer.message[:200]}" for side, answer in (("ours  ", a), ("MLflow", b)))
                continue
            for path, x, y in unlike(a.body, b.body):
                if not self._value(path, x, y):
                    yield f"    body{page} {path}: ours {brief(x)}, MLflow {brief(y)}"
        if len(ours) != len(theirs):
            yield f"    ours gives {len(ours)} pages, MLflow {len(theirs)}"

    def _value(self, path: str, ours: Any, theirs: Any) -> bool:
        for number, entry in enumerate(self.entries):
            for place, part in enumerate(entry.get("values", [])):
                if path.endswith(part["path"]) and (ours, theirs) == (part["ours"], part["mlflow"]):
                    self.seen.add((number, "values", place))
                    return True
        return False


def brief(value: Any) -> str:
    """Rows by their names, where one side has more of them."""
    if isinstance(value, list):
        value = [(row.get("info", row).get("run_id") or row.get("info", row).get("model_id") or row.get("name") or row) if isinstance(row, dict) else row for row in value]
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 300 else f"{text[:300]}…"
