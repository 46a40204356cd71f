"""A tracking server that requests go to, and its answers in a form that two servers can be compared in."""

import json
import re
import threading
from dataclasses import dataclass
from typing import Any

import requests

# Made by the server: equal in no two runs.
CLOCKS = re.compile(r"(creation|last_update|last_updated)_(time|timestamp)(_ms)?$")
IDS = re.compile(r"m-[0-9a-f]{32}|[0-9a-f]{32}")
LOCATION = re.compile(r"mlflow-artifacts:/(\d+)")
# What protobuf has as a list and means as a set or a map, with the field that names its items.
UNORDERED = {"tags": "key", "params": "key", "metrics": "key", "aliases": "alias", "dataset_inputs": "dataset", "model_inputs": "model_id", "model_outputs": "model_id"}


@dataclass
class Answer:
    status: int
    error_code: str | None
    body: Any
    message: str

    def said(self) -> str:
        return f"{self.status} {self.error_code}" if self.error_code else str(self.status)


class Side:
    """One of the two servers. `call` sends a request as it stands; nothing of MLflow's client is in between."""

    def __init__(self, name: str, url: str):
        self.name, self.url = name, url
        self._threads = threading.local()

    @property
    def _session(self) -> requests.Session:
        if not hasattr(self._threads, "session"):
            self._threads.session = requests.Session()
        return self._threads.session

    def send(self, method: str, path: str, body: Any = None, query: Any = None, raw: bytes | None = None, headers: dict | None = None) -> requests.Response:
        url = self.url + (path if path.startswith("/") else f"/api/2.0/mlflow/{path}")
        content = {"data": raw} if raw is not None else {"json": body} if body is not None else {}
        return self._session.request(method, url, params=query, headers=headers, timeout=120, **content)

    def call(self, method: str, path: str, body: Any = None, query: Any = None, raw: bytes | None = None, headers: dict | None = None) -> Answer:
        response = self.send(method, path, body, query, raw, headers)
        try:
            read = response.json()
        except ValueError:
            read = response.content.decode("utf8", "replace") if response.ok else {}
        error = read if isinstance(read, dict) and not response.ok else {}
        return Answer(response.status_code, error.get("error_code"), None if error or not response.ok else read, error.get("message", ""))

    def post(self, path: str, body: Any) -> Any:
        """A step of preparation: it must succeed."""
        answer = self.call("POST", path, body)
        assert answer.status == 200, f"{self.name} answers {answer.said()} to {path} {body}: {answer.message}"
        return answer.body


class Labels:
    """Names for the ids of one server, in the order in which they are seen. Ids that are known get their own names."""

    def __init__(self, known: dict[str, str] | None = None):
        self._known = dict(known or {})

    def of(self, id: str, kind: str) -> str:
        return self._known.setdefault(id, f"<{kind} {len(self._known)}>")

    def known(self, id: str) -> str | None:
        return self._known.get(id)


def comparable(value: Any, labels: Labels, field: str = "") -> Any:
    """The body of an answer without what differs by nature: ids by their labels, clocks and page tokens left out. Absent, `""`,
    `[]` and `{}` are one, as in protobuf's JSON, and so is a size of 0. Lists that are kept as text are read."""
    if isinstance(value, dict):
        fields = {name: comparable(value[name], labels, name) for name in sorted(value, key=_ids_first)}
        return {name: fields[name] for name in sorted(fields) if fields[name] not in (None, "", [], {})}
    if isinstance(value, list):
        items = [comparable(item, labels, field) for item in value]
        order = UNORDERED.get(field)
        if order and all(isinstance(item, dict) for item in items):
            return sorted(items, key=lambda item: (str(item.get(order)), str(item)))
        return sorted(items, key=str) if field == "aliases" else items
    if field == "file_size" and value == 0:
        return None
    if isinstance(value, str) and value.startswith('[{"'):
        return comparable(json.loads(value), labels)
    if field.endswith("page_token") and value:
        return "<more>"
    if CLOCKS.search(field) and value is not None:
        return "<time>"
    if field == "experiment_id" and isinstance(value, str):
        return labels.of(value, "experiment")
    if isinstance(value, str):
        text = LOCATION.sub(lambda found: f"mlflow-artifacts:/{labels.of(found[1], 'experiment')}", value)
        return IDS.sub(lambda found: labels.of(found[0], "id"), text)
    return value


def _ids_first(name: str) -> tuple[bool, str]:
    return (not name.endswith("_id"), name)
