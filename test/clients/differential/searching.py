"""Sends a search to one server: to its last page, with the ids that this server has."""

import re

from filters import Search
from sides import Answer, Labels, Side, comparable

# Where the rows of an answer are.
ROWS = {"runs": "runs", "experiments": "experiments", "registered-models": "registered_models", "model-versions": "model_versions", "logged-models": "models"}
MOST_PAGES = 12
PLACE = re.compile(r"\{([a-z]+-\d+)\}")


class Searcher:
    def __init__(self, side: Side, known: dict[str, str]):
        self.side, self.known = side, known
        self.ids = {name: id for id, name in known.items()}
        self.experiments = [self.ids["experiment-0"], self.ids["experiment-1"]]

    def search(self, search: Search) -> list[Answer]:
        """The answers page by page; their bodies are the rows."""
        answers, token, labels = [], None, Labels(self.known)
        while len(answers) < MOST_PAGES:
            answer = self._page(search, token)
            rows = (answer.body or {}).get(ROWS[search.kind], [])
            token = (answer.body or {}).get("next_page_token")
            answer.body = comparable(rows, labels)
            answers.append(answer)
            if not token:
                break
        return answers

    def _page(self, search: Search, token: str | None) -> Answer:
        fields = {"filter": PLACE.sub(lambda place: self.ids[place[1]], search.filter), "max_results": search.page, "page_token": token}
        fields = {name: value for name, value in fields.items() if value}
        if search.kind in ("registered-models", "model-versions"):
            return self.side.call("GET", f"{search.kind}/search", query={**fields, "order_by": list(search.order_by)})
        if search.kind == "experiments":
            return self.side.call("POST", "experiments/search", {"max_results": 100, **fields, "order_by": list(search.order_by)})
        if search.kind == "runs":
            return self.side.call("POST", "runs/search", {**fields, "experiment_ids": self.experiments, "order_by": list(search.order_by)})
        order = [{"field_name": field} for field in search.order_by]
        return self.side.call("POST", "logged-models/search", {**fields, "experiment_ids": self.experiments, "order_by": order})
