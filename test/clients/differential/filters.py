"""Searches that go to both servers: every operator with everything that can be compared, then combinations by a seeded generator,
then what is wrong in one way each. `{run-3}` in a filter stands for that run's id on the server that is asked."""

import random
from dataclasses import dataclass

from seed import BEGINNING

OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL"]
LISTS = {"IN", "NOT IN"}
NOTHING = {"IS NULL", "IS NOT NULL"}


@dataclass(frozen=True)
class Search:
    """One search of one kind of thing."""

    kind: str
    filter: str
    order_by: tuple = ()
    page: int | None = None

    @property
    def name(self) -> str:
        order = f" ORDER BY {', '.join(map(str, self.order_by))}" if self.order_by else ""
        return f"{self.kind}: {self.filter}{order}{f' PAGE {self.page}' if self.page else ''}"


@dataclass(frozen=True)
class Kind:
    # What can be compared, with right sides that fit it, as a filter spells them.
    fields: dict
    orders: list
    wrong: list
    # Fields that are asked for by themselves only: one of the servers answers in its own way.
    alone: tuple = ()


def quoted(*texts: str) -> list[str]:
    return [f"'{text}'" for text in texts]


NUMBERS = ["0.2", "0", "-1.25", "1e300", "3", "-1e-3"]
INFINITE = [f"metrics.loss {operator} 1e400" for operator in OPERATORS[:6]]
TEAMS = quoted("sgd", "ADAM", "%da%", "100%", "a_b", "A_B", "ä ñ 日本", "none", "") + ['"it\'s"', "'say \"hi\"'"]
TIMES = [str(BEGINNING + 5000), str(BEGINNING), "0", "99999999999999"]

RUNS = Kind(
    fields={
        "metrics.loss": NUMBERS,
        "metric.`val/acc`": ["1.1", "0.5"],
        'metrics."val/acc"': ["0.5"],
        "metrics.missing": NUMBERS[:2],
        "params.optimizer": TEAMS,
        "param.missing": TEAMS[:2],
        "parameters.depth": quoted("3", "1"),
        "tags.team": TEAMS,
        "tags.dotted.key": quoted("yes", "no"),
        "tag.`mlflow.runName`": quoted("Run 3", "run%"),
        "attributes.status": quoted("FINISHED", "finished", "F%"),
        "status": quoted("RUNNING"),
        "attribute.run_name": quoted("Run 1", "run _"),
        "run_name": quoted("Run 2"),
        "attributes.`Run Name`": quoted("Run 2"),
        "user_id": quoted("user-1", "USER%"),
        "run_id": quoted("{run-3}", "{run-4}", "none", "%"),
        "artifact_uri": quoted("%artifacts", "none"),
        "start_time": TIMES,
        "attributes.end_time": TIMES,
        "created": TIMES[:1],
        "dataset.name": quoted("data-1", "Shared", "DATA%", "none"),
        "datasets.digest": quoted("d1", "D%"),
        "dataset.context": quoted("training", "eval", "none"),
    },
    orders=["metrics.loss DESC", "metrics.loss", "metrics.`val/acc` ASC", "params.depth", "params.optimizer DESC", "tags.team", "status", "attributes.end_time DESC", "start_time ASC", "run_name", "user_id DESC", "created DESC", "metrics.missing"],
    wrong=["loss = 1", "metrics.loss", "metrics.loss >", "metrics.loss > 'a'", "metrics.loss > 1 OR metrics.loss < 2", "params.depth = 3", "params.depth > '3'", "params.depth IN '3'", "nothing.x = 1", "attributes.unknown = 'a'", "status IN ()", "run_id IN (1)", "run_id IN ('a'", "(metrics.loss > 1)", "NOT metrics.loss > 1", "metrics.loss == 1", "metrics.loss > 1 metrics.loss < 2", "dataset.unknown = 'a'", "tags.team = 'a' AND OR", "start_time = 'a'", "start_time IN (1)", ";", "'", "tags.team LIKE sgd", "metrics.loss > NaN", "metrics.loss = inf", "metrics.loss > 1; DROP TABLE runs", "tags.team = 'a' 'b'", "= 'a'", "AND", "metrics..x > 1", "metrics.loss <> 1", "tags.'team' = 'a'", "params.depth BETWEEN '1' AND '2'", "tags.team = 'unended", *INFINITE],
)
EXPERIMENTS = Kind(
    fields={
        "name": quoted("Seed-0 sgd", "seed%", "%", "none", "Default"),
        "attribute.name": quoted("Seed-2%", "SEED%"),
        "tags.team": TEAMS,
        "tag.`only 1`": quoted("1", "2"),
        "tags.missing": quoted("a"),
        "creation_time": ["0", "99999999999999"],
        "last_update_time": ["0", "99999999999999"],
        "experiment_id": quoted("{experiment-1}", "{experiment-4}", "999"),
    },
    orders=["name", "name DESC", "creation_time ASC", "last_update_time DESC", "experiment_id", "attribute.name ASC"],
    wrong=["unknown = 'a'", "name = 3", "name", "tags.team > 'a'", "creation_time = 'a'", "creation_time > 1.5", "name = 'a' OR name = 'b'", "metrics.loss > 1", "name IN ('a')", "experiment_id > 1", "lifecycle_stage = 'active'", "experiment_id = 'abc'", "experiment_id = 1"],
)
MODELS = Kind(
    fields={"name": quoted("model-0", "MODEL%", "%ä", "none", "Model-1"), "attribute.name": quoted("model%"), "tags.team": TEAMS, "tag.tier": quoted("gold"), "tags.missing": quoted("a"), "tags.`mlflow.prompt.is_prompt`": quoted("true", "false", "TRUE")},
    orders=["name", "name DESC", "name ASC", "timestamp", "last_updated_timestamp DESC", "timestamp ASC"],
    wrong=["unknown = 'a'", "name = 3", "name > 'a'", "tags.team > 'a'", "name", "name = 'a' OR name = 'b'", "tags.x IN ('a')", "run_id = 'a'", "name IN ()", "name IN ('a', )", "name LIKE"],
)
VERSIONS = Kind(
    fields={
        "name": quoted("model-2", "MODEL%", "none"),
        "version_number": ["1", "2", "'2'"],
        "run_id": quoted("{run-2}", "{run-4}", "none"),
        "source_path": quoted("s3://bucket/2/0", "%/1", "S3%"),
        "tags.odd": quoted("1", "0"),
        "tag.`mlflow.prompt.is_prompt`": quoted("true", "false"),
    },
    orders=["name", "name DESC", "version_number", "version_number DESC", "creation_timestamp ASC", "last_updated_timestamp DESC"],
    wrong=["version_number = 'a'", "version_number > 1.5", "run_id > 'a'", "stage = 'x'", "source = 'a'", "name = 'a' OR name = 'b'", "aliases = 'a'", "version = 1", "run_id IN ()", "name"],
)
LOGGED = Kind(
    fields={
        "name": quoted("Logged-1", "logged%", "none"),
        "attributes.model_type": quoted("tree", "NET", ""),
        "status": quoted("READY", "PENDING", "FAILED"),
        "model_id": quoted("{model-1}", "none"),
        "source_run_id": quoted("{run-2}", "none"),
        "creation_timestamp": ["0", "99999999999999"],
        "attributes.last_updated_timestamp": ["0"],
        "metrics.loss": NUMBERS,
        "metrics.acc": ["0.25", "0"],
        "metrics.missing": ["0"],
        "params.depth": TEAMS[:-2],
        "tags.team": TEAMS[:-2],
        "tags.missing": quoted("a"),
    },
    orders=["name", "model_type", "creation_timestamp", "metrics.loss", "metrics.acc", "status"],
    wrong=["unknown = 'a'", "name = 3", "name", "metrics.loss > 'a'", "dataset.name = 'a'", "metric.loss > 1", "params.depth = 3", "name = 'a' OR name = 'b'", "attributes.lifecycle_stage = 'active'", "metrics.loss IS NULL", "name IN ('a'", 'params.depth = "a_b"', *INFINITE],
    alone=("status", "attributes.last_updated_timestamp"),
)
KINDS = {"runs": RUNS, "experiments": EXPERIMENTS, "registered-models": MODELS, "model-versions": VERSIONS, "logged-models": LOGGED}


def comparison(subject: str, operator: str, values: list[str], dice: random.Random) -> str:
    if operator in NOTHING:
        return f"{subject} {operator}"
    if operator in LISTS:
        return f"{subject} {operator} ({', '.join(dice.sample(values, min(len(values), 2)))})"
    return f"{subject} {operator} {dice.choice(values)}"


def orders(of: Kind, dice: random.Random) -> list[str]:
    """None, one or two, not of one field; `timestamp` is a short name."""
    first, second = dice.sample(of.orders, 2)
    fields = [order.split()[0].replace("last_updated_timestamp", "timestamp").split(".")[-1] for order in (first, second)]
    return dice.choice([[], [first], [first], [first, second] if fields[0] != fields[1] else [second]])


def searches(seed: int) -> list[Search]:
    found: dict[str, Search] = {}

    def add(search: Search) -> None:
        found.setdefault(search.name, search)

    for kind, of in KINDS.items():
        dice = random.Random(f"{seed} {kind}")
        for subject, values in of.fields.items():
            for operator in OPERATORS:
                add(Search(kind, comparison(subject, operator, values, dice)))
            for value in values:
                add(Search(kind, f"{subject} {dice.choice(['=', '!='])} {value}"))
        for order in of.orders:
            add(Search(kind, "", (order,)))
        for filter in of.wrong:
            add(Search(kind, filter))
        for order in ["", "nothing", "nothing.x", "name ASC DESC", "metrics.", "name SIDEWAYS"]:
            add(Search(kind, "", (order,)))
        # IS NULL of models is a case of its own: see differences.json.
        operators = OPERATORS if kind in ("runs", "experiments") else OPERATORS[:10]
        subjects = [subject for subject in of.fields if subject not in of.alone]
        for _ in range(30):
            some = dice.sample(subjects, dice.choice([1, 2, 2, 3]))
            parts = [comparison(subject, dice.choice(operators[:8] * 3 + operators[8:]), of.fields[subject], dice) for subject in some]
            text = dice.choice([" AND ", " and ", "  AND "]).join(parts)
            add(Search(kind, text, tuple(orders(of, dice)), dice.choice([None, 2, 3])))
    return list(found.values())
