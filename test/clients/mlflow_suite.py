"""The real MLflow client against a tracking server: MLFLOW_TRACKING_URI names it. The last line counts what passed."""

import math
import os
import tempfile
import threading
import uuid
from pathlib import Path

from flows import client, equal, new_experiment, refused, run_all, test

import mlflow
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

import model_flows  # noqa: F401 its flows enter themselves
import model_registry_flows  # noqa: F401
import saved_model_flows  # noqa: F401
import tracking_flows  # noqa: F401
import webhook_flows  # noqa: F401
from log_and_read_back import log_and_read_back


@test
def logs_a_run_and_reads_it_back():
    log_and_read_back(mlflow.get_tracking_uri())


@test
def finds_an_experiment_by_id_by_name_and_by_tag():
    name = f"tagged-{uuid.uuid4().hex}"
    experiment_id = mlflow.create_experiment(name, tags={"team": name})
    for found in (mlflow.get_experiment(experiment_id), mlflow.get_experiment_by_name(name)):
        equal((found.name, found.experiment_id, found.tags, found.lifecycle_stage), (name, experiment_id, {"team": name}, "active"))
    equal([e.name for e in mlflow.search_experiments(filter_string=f"tags.team = '{name}'")], [name])
    equal([e.name for e in client.search_experiments(ViewType.ALL, filter_string=f"name ILIKE '{name.upper()}'")], [name])
    equal(mlflow.get_experiment("0").name, "Default")
    equal(mlflow.get_experiment_by_name("there-is-none"), None)


@test
def pages_through_experiments():
    mark = uuid.uuid4().hex
    names = [f"{mark}-{i}" for i in range(5)]
    for name in names:
        client.create_experiment(name)
    first = client.search_experiments(filter_string=f"name LIKE '{mark}%'", order_by=["name ASC"], max_results=3)
    rest = client.search_experiments(filter_string=f"name LIKE '{mark}%'", order_by=["name ASC"], max_results=3, page_token=first.token)
    equal([e.name for e in [*first, *rest]], names)
    equal(rest.token, None)


@test
def refuses_a_second_experiment_of_one_name():
    name = f"twice-{uuid.uuid4().hex}"
    mlflow.create_experiment(name)
    refused("RESOURCE_ALREADY_EXISTS", lambda: mlflow.create_experiment(name))


@test
def lets_one_of_many_creates_win():
    name = f"contested-{uuid.uuid4().hex}"
    won = []

    def create():
        try:
            won.append(client.create_experiment(name))
        except MlflowException as error:
            equal(error.error_code, "RESOURCE_ALREADY_EXISTS")

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(len(won), 1)


@test
def says_that_a_run_or_an_experiment_is_not_there():
    refused("RESOURCE_DOES_NOT_EXIST", lambda: mlflow.get_run("0" * 32))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.log_metric("0" * 32, "loss", 1))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_experiment("123456789"))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.create_run("123456789"))


@test
def logs_params_metrics_tags_and_batches():
    with mlflow.start_run(experiment_id=new_experiment(), run_name="many", description="all kinds", tags={"a": "1"}) as run:
        mlflow.log_params({"depth": 3, "rate": 0.1, "name": "ä 'quoted' \"text\""})
        mlflow.log_metrics({"loss": 0.5, "group/accuracy": 0.75}, step=7)
        mlflow.set_tags({"a": "2", "b": "x" * 5000})
        mlflow.log_metric("later", 1.5, synchronous=False).wait()
        client.log_batch(
            run.info.run_id,
            metrics=[Metric(f"m{i}", i / 7, 1000 + i, i) for i in range(800)],
            params=[Param(f"p{i}", str(i)) for i in range(90)],
            tags=[RunTag(f"t{i}", str(i)) for i in range(90)],
        )
    read = client.get_run(run.info.run_id)
    equal((read.info.status, read.info.run_name), ("FINISHED", "many"))
    equal(read.data.params, {"depth": "3", "rate": "0.1", "name": "ä 'quoted' \"text\""} | {f"p{i}": str(i) for i in range(90)})
    equal(read.data.metrics, {"loss": 0.5, "group/accuracy": 0.75, "later": 1.5} | {f"m{i}": i / 7 for i in range(800)})
    equal((read.data.tags["a"], read.data.tags["b"], read.data.tags["t89"]), ("2", "x" * 5000, "89"))
    equal(read.data.tags["mlflow.note.content"], "all kinds")


@test
def keeps_every_point_of_a_metric():
    run = client.create_run(new_experiment())
    values = [1.0, math.inf, -math.inf, 1e-300, 0.0]
    for step, value in enumerate(values):
        client.log_metric(run.info.run_id, "m", value, timestamp=100 + step, step=step)
    client.log_metric(run.info.run_id, "none", math.nan)
    history = client.get_metric_history(run.info.run_id, "m")
    equal([(m.value, m.step, m.timestamp) for m in history], [(v, s, 100 + s) for s, v in enumerate(values)])
    metrics = client.get_run(run.info.run_id).data.metrics
    equal((metrics["m"], math.isnan(metrics["none"])), (0.0, True))


@test
def says_how_a_run_ended():
    experiment_id = new_experiment()
    try:
        with mlflow.start_run(experiment_id=experiment_id) as run:
            raise ValueError("the training failed")
    except ValueError:
        pass
    equal(client.get_run(run.info.run_id).info.status, "FAILED")
    client.update_run(run.info.run_id, status="KILLED", name="renamed")
    read = client.get_run(run.info.run_id)
    equal((read.info.status, read.info.run_name, read.data.tags["mlflow.runName"]), ("KILLED", "renamed", "renamed"))


@test
def finds_nested_runs_by_their_parent():
    experiment_id = new_experiment()
    with mlflow.start_run(experiment_id=experiment_id) as parent:
        for depth in (1, 2):
            with mlflow.start_run(experiment_id=experiment_id, nested=True):
                mlflow.log_param("depth", depth)
    found = client.search_runs([experiment_id], f"tags.mlflow.parentRunId = '{parent.info.run_id}'", order_by=["params.depth"])
    equal([run.data.params["depth"] for run in found], ["1", "2"])


@test
def searches_with_filters_orders_and_pages():
    experiment_id = new_experiment()
    for i in range(7):
        with mlflow.start_run(experiment_id=experiment_id, run_name=f"run-{i}"):
            mlflow.log_metric("val/loss", i / 10)
            mlflow.log_param("optimizer", "adam" if i % 2 else "sgd")
    frame = mlflow.search_runs([experiment_id], "metrics.`val/loss` >= 0.2 AND params.optimizer LIKE 'ad%'", order_by=["metrics.`val/loss` DESC"])
    equal(list(frame["metrics.val/loss"]), [0.5, 0.3])
    names, token = [], None
    while True:
        page = client.search_runs([experiment_id], "attributes.status = 'FINISHED'", order_by=["attributes.start_time ASC"], max_results=3, page_token=token)
        names += [run.info.run_name for run in page]
        token = page.token
        if not token:
            break
    equal(names, [f"run-{i}" for i in range(7)])
    equal(mlflow.last_active_run().info.run_name, "run-6")


@test
def refuses_what_mlflow_refuses():
    experiment_id = new_experiment()
    run_id = client.create_run(experiment_id).info.run_id
    client.log_param(run_id, "depth", 3)
    refused("INVALID_PARAMETER_VALUE", lambda: client.log_param(run_id, "depth", 4))
    refused("INVALID_PARAMETER_VALUE", lambda: client.log_metric(run_id, "../out", 1))
    message = refused("INVALID_PARAMETER_VALUE", lambda: client.search_runs([experiment_id], "metrics.loss > "))
    assert "position" in message, message
    refused("INVALID_PARAMETER_VALUE", lambda: client.search_runs([experiment_id], order_by=["nothing.x"]))
    refused("INVALID_PARAMETER_VALUE", lambda: client.search_runs([experiment_id], max_results=50001))


@test
def writes_and_reads_artifacts_of_every_size():
    large = 200_000_000
    sizes = {"empty.bin": 0, "one.bin": 1, "folder/deep/ü name.bin": 1000, "large.bin": large}
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run(experiment_id=new_experiment()) as run:
        for name, size in sizes.items():
            file = Path(folder, "out", name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(os.urandom(size))
        mlflow.log_artifacts(str(Path(folder, "out")), "data")
        mlflow.log_text("note", "notes/note.txt")
        mlflow.log_dict({"a": [1, 2]}, "notes/note.json")
        equal([(f.path, f.is_dir) for f in client.list_artifacts(run.info.run_id)], [("data", True), ("notes", True)])
        listed = {f.path: f.file_size for f in client.list_artifacts(run.info.run_id, "data")}
        equal(listed, {"data/empty.bin": 0, "data/folder": None, "data/large.bin": large, "data/one.bin": 1})
        back = Path(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="data", dst_path=str(Path(folder, "in"))))
        for name in sizes:
            assert Path(back, name).read_bytes() == Path(folder, "out", name).read_bytes(), f"{name} came back changed"
        equal(mlflow.artifacts.load_text(f"{run.info.artifact_uri}/notes/note.txt"), "note")
        equal(mlflow.artifacts.load_dict(f"runs:/{run.info.run_id}/notes/note.json"), {"a": [1, 2]})


@test
def says_that_an_artifact_is_not_there():
    run = client.create_run(new_experiment())
    try:
        mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="nothing.txt")
    except Exception as error:  # the client gives OSError or MlflowException by the kind of path
        assert "nothing.txt" in str(error), error
    else:
        raise AssertionError("expected an error for an artifact that is not there")
    equal(client.list_artifacts(run.info.run_id, "nothing"), [])


if __name__ == "__main__":
    run_all()
