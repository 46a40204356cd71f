"""The same data for both servers, so that filters have something to find. Times are given, not taken, where the protocol lets us."""

import time

from sides import Side

STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]
# Values at the edges of a double, and plain ones. A filter names some of them.
LOSSES = [0.5, -1.25, 0, 1e-300, 1e300, "NaN", "Infinity", "-Infinity", 0.2, 0.2, 3, 7.5]
TEXTS = ["sgd", "ADAM", "it's", 'say "hi"', "100%", "a_b", "ä ñ 日本", "\\back", "", "Adam"]
# What MLflow keeps of NaN in a logged model is 0, which would be in the way of every search.
NAN = LOSSES.index("NaN")
BEGINNING = 1_700_000_000_000


def seed(side: Side) -> dict[str, str]:
    """Gives the names of what was made, by id."""
    known: dict[str, str] = {"0": "Default"}
    experiments = [_experiment(side, known, index) for index in range(6)]
    runs = [_run(side, known, experiments[:2], index) for index in range(24)]
    for index in (3, 14):
        side.post("runs/delete", {"run_id": runs[index]})
    side.post("experiments/delete", {"experiment_id": experiments[5]})
    for index in range(8):
        _registered_model(side, runs, index)
    for index in range(12):
        _logged_model(side, known, experiments, runs, index)
    return known


def _experiment(side: Side, known: dict[str, str], index: int) -> str:
    tags = [{"key": "team", "value": TEXTS[index % len(TEXTS)]}, {"key": f"only {index}", "value": str(index)}]
    made = side.post("experiments/create", {"name": f"Seed-{index} {TEXTS[index]}", "tags": tags[: 1 + index % 2]})
    known[made["experiment_id"]] = f"experiment-{index}"
    time.sleep(0.003)
    return made["experiment_id"]


def _run(side: Side, known: dict[str, str], experiments: list[str], index: int) -> str:
    run = side.post("runs/create", {"experiment_id": experiments[index % 2], "start_time": BEGINNING + index * 1000, "run_name": f"Run {index % 7}", "user_id": f"user-{index % 3}"})
    id = run["run"]["info"]["run_id"]
    known[id] = f"run-{index}"
    metrics = [{"key": "loss", "value": LOSSES[index % len(LOSSES)], "timestamp": BEGINNING + index, "step": index % 4}]
    metrics += [{"key": "val/acc", "value": index / 10, "timestamp": BEGINNING, "step": step} for step in range(index % 3)]
    params = [{"key": "optimizer", "value": TEXTS[index % len(TEXTS)]}, {"key": "depth", "value": str(index % 5)}]
    tags = [{"key": "team", "value": TEXTS[(index + 3) % len(TEXTS)]}, {"key": "dotted.key", "value": "yes"}]
    side.post("runs/log-batch", {"run_id": id, "metrics": metrics[index % 5 == 4 :], "params": params[: index % 3], "tags": tags[: index % 4]})
    if index % 2:
        names = [f"data-{index % 3}"] + ["Shared"] * (index % 5 == 0)
        inputs = [{"dataset": {"name": name, "digest": f"d{index % 4}", "source_type": "http", "source": "{}"}, "tags": [{"key": "mlflow.data.context", "value": ["training", "eval"][index % 2 - index % 3 and 1]}] * (index % 3)} for name in names]
        side.post("runs/log-inputs", {"run_id": id, "datasets": [_one_tag(input) for input in inputs]})
    if index % 3:
        end = {"end_time": BEGINNING + index * 1000 + 500} if index % 2 else {}
        side.post("runs/update", {"run_id": id, "status": STATUSES[index % 5], **end})
    return id


def _one_tag(input: dict) -> dict:
    return {**input, "tags": input["tags"][:1]}


def _registered_model(side: Side, runs: list[str], index: int) -> None:
    name = f"{'Model' if index % 2 else 'model'}-{index}{' ä' * (index == 5)}"
    prompt = [{"key": "mlflow.prompt.is_prompt", "value": "true"}] if index in (6, 7) else []
    tags = [{"key": "team", "value": TEXTS[index]}, {"key": "tier", "value": "gold"}][: index % 3]
    side.post("registered-models/create", {"name": name, "tags": tags + prompt})
    for number in range(index % 4):
        version = {"name": name, "source": "prompt-template" if prompt else f"s3://bucket/{index}/{number}", "tags": prompt + [{"key": "odd", "value": str(number % 2)}] * (number > 0)}
        side.post("model-versions/create", version | ({"run_id": runs[index * 2]} if number % 2 else {}))
        time.sleep(0.003)


def _logged_model(side: Side, known: dict[str, str], experiments: list[str], runs: list[str], index: int) -> None:
    model = side.post(
        "logged-models",
        {
            "experiment_id": experiments[index % 2],
            "name": f"Logged-{index % 5}",
            "model_type": ["tree", "Net", ""][index % 3],
            "source_run_id": runs[index * 2],
            "params": [{"key": "depth", "value": TEXTS[index % len(TEXTS)]}][: index % 3],
            "tags": [{"key": "team", "value": TEXTS[(index + 1) % len(TEXTS)]}][: (index + 1) % 3],
        },
    )
    id = model["model"]["info"]["model_id"]
    known[id] = f"model-{index}"
    if index % 4:
        side.call("PATCH", f"logged-models/{id}", {"model_id": id, "status": ["LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"][index % 2]})
    on = {"dataset_name": f"data-{index % 2}", "dataset_digest": f"d{index % 3}"} if index % 3 else {}
    points = [{"key": "loss", "value": LOSSES[index] if index != NAN else 0.1, "timestamp": BEGINNING + index, "step": index, "model_id": id, **on}]
    points += [{"key": "acc", "value": step / 4, "timestamp": BEGINNING + step, "step": step, "model_id": id} for step in range(index % 3)]
    active = runs[index * 2] if index != 7 else runs[0]  # run 14 is deleted
    side.post("runs/log-batch", {"run_id": active, "metrics": points})
    time.sleep(0.003)
