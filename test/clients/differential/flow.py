"""A flow is a list of requests in one order, good ones and bad ones. It runs once on each server, on names of its own."""

from dataclasses import dataclass
from typing import Any, Callable

from sides import Answer, Labels, Side, comparable

flows: list[Callable[["Calls"], None]] = []


def flow(function):
    flows.append(function)
    return function


@dataclass
class Step:
    name: str
    answer: Answer


class Calls:
    """What a flow sends its requests with. It gives the body of the answer as it came, and keeps it for the comparison."""

    def __init__(self, side: Side, name: str):
        self.side, self.name, self.steps, self.labels = side, name, [], Labels({"0": "Default"})

    def __call__(self, method: str, path: str, body: Any = None, query: Any = None, what: str = "", **content) -> Any:
        answer = self.side.call(method, path, body, query, **content)
        step = f"{self.name}: {what or f'{method} {comparable(path, self.labels)}'}"
        same = sum(1 for known in self.steps if known.name.split(" #")[0] == step)
        read = answer.body
        answer.body = comparable(read, self.labels) or None
        self.steps.append(Step(f"{step} #{same + 1}" if same else step, answer))
        return read or {}

    def get(self, path: str, /, what: str = "", **query) -> Any:
        return self("GET", path, query=query, what=what)

    def post(self, path: str, /, what: str = "", **body) -> Any:
        return self("POST", path, body, what=what)

    def patch(self, path: str, /, what: str = "", **body) -> Any:
        return self("PATCH", path, body, what=what)

    def delete(self, path: str, /, what: str = "", **body) -> Any:
        return self("DELETE", path, body, what=what)

    def experiment(self, suffix: str = "") -> str:
        return self.post("experiments/create", name=f"{self.name}{suffix}").get("experiment_id", "none")

    def run(self, experiment_id: str, **fields) -> str:
        made = self.post("runs/create", **{"experiment_id": experiment_id, "run_name": "a run", "start_time": 1000, **fields})
        return made["run"]["info"]["run_id"] if made else "none"


def play(side: Side) -> list[Step]:
    steps: list[Step] = []
    for function in flows:
        calls = Calls(side, function.__name__.replace("_", " "))
        function(calls)
        steps += calls.steps
    return steps
