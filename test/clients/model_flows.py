"""Logged models, their registration and their files: what MLflow 3 does whenever somebody saves a model."""

import json
import os
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import mlflow
import numpy as np
import requests
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.store.artifact.http_artifact_repo import HttpArtifactRepository
from sklearn.linear_model import LogisticRegression

from flows import client, equal, new_experiment, refused, since, test

features = np.array([[0.0], [1.0], [2.0], [3.0]])
labels = np.array([0, 0, 1, 1])


def fitted() -> LogisticRegression:
    return LogisticRegression().fit(features, labels)


@test
@since(3, "logged models")
def logs_registers_and_loads_a_model_by_alias():
    name = f"model-{uuid.uuid4().hex}"
    with mlflow.start_run(experiment_id=new_experiment()) as run:
        info = mlflow.sklearn.log_model(fitted(), name="classifier", input_example=features, registered_model_name=name, params={"C": "1.0"})
    client.set_registered_model_alias(name, "champion", 1)
    version = client.get_model_version_by_alias(name, "champion")
    equal((version.run_id, version.source), (run.info.run_id, f"models:/{info.model_id}"))
    for uri in (f"models:/{name}@champion", f"models:/{name}/1", info.model_uri, f"runs:/{run.info.run_id}/classifier"):
        equal(list(mlflow.pyfunc.load_model(uri).predict(features)), list(labels))
    equal(list(mlflow.sklearn.load_model(f"models:/{name}/latest").predict(features)), list(labels))
    model = client.get_logged_model(info.model_id)
    equal((model.name, model.status, model.source_run_id), ("classifier", mlflow.entities.LoggedModelStatus.READY, run.info.run_id))
    equal(model.params, {"C": "1.0"})
    equal({(v["name"], str(v["version"])) for v in json.loads(model.tags["mlflow.modelVersions"])}, {(name, "1")})
    equal([o.model_id for o in client.get_run(run.info.run_id).outputs.model_outputs], [info.model_id])
    assert "MLmodel" in [f.path for f in client.list_logged_model_artifacts(info.model_id)], "the model's files are not listed"
    with tempfile.TemporaryDirectory() as folder:
        assert Path(mlflow.artifacts.download_artifacts(f"models:/{name}@champion", dst_path=folder), "model.pkl").exists() or list(
            Path(folder).rglob("model.*")
        ), "the model's files did not come"
    client.delete_logged_model(info.model_id)
    equal(list(mlflow.pyfunc.load_model(f"models:/{name}@champion").predict(features)), list(labels))


@test
@since(3, "logged models")
def registers_a_model_of_a_run_later_and_copies_it():
    first, second = (f"later-{uuid.uuid4().hex}" for _ in range(2))
    with mlflow.start_run(experiment_id=new_experiment()) as run:
        mlflow.sklearn.log_model(fitted(), name="classifier")
    equal(mlflow.register_model(f"runs:/{run.info.run_id}/classifier", first).version, "1")
    copy = client.copy_model_version(f"models:/{first}/1", second)
    equal((copy.name, copy.version), (second, "1"))
    equal(list(mlflow.pyfunc.load_model(f"models:/{second}/1").predict(features)), list(labels))


@test
@since(3, "logged models")
def logs_by_itself_what_sklearn_trains():
    experiment_id = new_experiment()
    mlflow.set_experiment(experiment_id=experiment_id)
    mlflow.sklearn.autolog(log_datasets=True, silent=True)
    try:
        with mlflow.start_run() as run:
            model = fitted()
            model.score(features, labels)
    finally:
        mlflow.sklearn.autolog(disable=True)
    read = client.get_run(run.info.run_id)
    equal((read.data.params["C"], read.data.metrics["training_accuracy_score"]), ("1.0", 1.0))
    equal(len(read.inputs.dataset_inputs), 1)
    [found] = client.search_logged_models([experiment_id], "metrics.training_accuracy_score > 0.5")
    equal((found.source_run_id, found.status), (run.info.run_id, mlflow.entities.LoggedModelStatus.READY))
    equal(list(mlflow.pyfunc.load_model(found.model_uri).predict(features)), list(labels))


@test
@since(3, "logged models")
def keeps_the_life_of_a_logged_model():
    experiment_id = new_experiment()
    model = client.create_logged_model(experiment_id, name="by-hand", model_type="agent", tags={"a": "1"}, params={f"p{i}": str(i) for i in range(250)})
    equal((model.status, model.model_type, model.tags, len(model.params)), (mlflow.entities.LoggedModelStatus.PENDING, "agent", {"a": "1"}, 250))
    client.set_logged_model_tags(model.model_id, {"a": "2", "b": "3"})
    client.delete_logged_model_tag(model.model_id, "b")
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_logged_model_tag(model.model_id, "b"))
    client.log_model_params(model.model_id, {"late": "x"})
    refused("BAD_REQUEST", lambda: client.log_model_params(model.model_id, {"late": "y"}))
    equal(client.finalize_logged_model(model.model_id, mlflow.entities.LoggedModelStatus.READY).status, mlflow.entities.LoggedModelStatus.READY)
    read = client.get_logged_model(model.model_id)
    equal((read.tags, read.params["late"], read.status), ({"a": "2"}, "x", mlflow.entities.LoggedModelStatus.READY))
    failed = mlflow.initialize_logged_model(name="broken", experiment_id=experiment_id)
    equal(mlflow.finalize_logged_model(failed.model_id, "FAILED").status, mlflow.entities.LoggedModelStatus.FAILED)
    client.delete_logged_model(model.model_id)
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_logged_model(model.model_id))
    equal([m.name for m in client.search_logged_models([experiment_id])], ["broken"])
    refused("INVALID_PARAMETER_VALUE", lambda: client.create_logged_model(experiment_id, name="a/b"))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.create_logged_model("123456789", name="a"))


@test
@since(3, "logged models")
def finds_logged_models_by_their_metrics_on_a_dataset():
    experiment_id = new_experiment()
    run_id = client.create_run(experiment_id).info.run_id
    ids = [client.create_logged_model(experiment_id, name=f"m{i}", params={"depth": str(i)}).model_id for i in range(4)]
    for i, model_id in enumerate(ids):
        for digest, value in (("d1", i / 10), ("d2", 1 - i / 10)):
            step = int(digest[1])
            client.log_metric(run_id, "rmse", value, step=step, timestamp=1000 + step, model_id=model_id, dataset_name="test", dataset_digest=digest)
    metrics = client.get_logged_model(ids[1]).metrics
    equal([(m.key, m.value, m.dataset_name, m.dataset_digest, m.run_id) for m in metrics], [("rmse", 0.1, "test", "d1", run_id), ("rmse", 0.9, "test", "d2", run_id)])
    names = lambda *args, **more: [m.name for m in client.search_logged_models([experiment_id], *args, **more)]
    on = lambda digest: [{"dataset_name": "test", "dataset_digest": digest}]
    by = lambda field, **more: [{"field_name": field, **more}]
    equal(names("metrics.rmse > 0.85", order_by=by("name")), ["m0", "m1"])
    equal(names("metrics.rmse > 0.15", datasets=on("d1"), order_by=by("name")), ["m2", "m3"])
    equal(names(datasets=on("d3")), [])
    equal(names("params.depth IN ('1', '2') AND name LIKE 'm%'", order_by=by("name", ascending=False)), ["m2", "m1"])
    equal(names(order_by=by("metrics.rmse")), ["m3", "m2", "m1", "m0"])
    equal(names(order_by=by("metrics.rmse", dataset_name="test", dataset_digest="d1")), ["m0", "m1", "m2", "m3"])
    first = client.search_logged_models([experiment_id], order_by=by("name"), max_results=3)
    rest = client.search_logged_models([experiment_id], order_by=by("name"), max_results=3, page_token=first.token)
    equal(([m.name for m in first], [m.name for m in rest], rest.token), (["m0", "m1", "m2"], ["m3"], None))
    equal(len(mlflow.search_logged_models([experiment_id], output_format="list")), 4)
    refused("INVALID_PARAMETER_VALUE", lambda: names("metrics.rmse >"))


@test
def deletes_a_folder_of_artifacts():
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run(experiment_id=new_experiment()) as run:
        Path(folder, "a.txt").write_text("a")
        mlflow.log_artifacts(folder, "gone/deep")
        mlflow.log_artifacts(folder, "kept")
    repository = get_artifact_repository(run.info.artifact_uri)
    repository.delete_artifacts("gone")
    equal([f.path for f in client.list_artifacts(run.info.run_id)], ["kept"])
    repository.delete_artifacts()
    equal(client.list_artifacts(run.info.run_id), [])


@contextmanager
def variables(**values: str | None):
    """Sets variables of the client, or takes them away, for a while."""
    before = {name: os.environ.pop(name, None) for name in values}
    os.environ.update({name: value for name, value in values.items() if value is not None})
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@test
@since(3, "artifacts past the registry")
def sends_and_fetches_large_artifacts_as_server_info_says():
    says = requests.get(mlflow.get_tracking_uri() + "/api/3.0/mlflow/server-info", timeout=10).json()
    direct = says["multipart_uploads_enabled"]
    equal(says["multipart_downloads_enabled"], direct)
    taken = []
    spy = lambda name: patch.object(HttpArtifactRepository, name, autospec=True, side_effect=lambda *args, **more: taken.append(name) or originals[name](*args, **more))
    originals = {name: getattr(HttpArtifactRepository, name) for name in ("_try_multipart_upload", "_multipart_download")}
    small = {"MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": str(10 * 1024 * 1024), "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(5 * 1024 * 1024)}
    with variables(MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD=None, MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE=str(4 * 1024 * 1024), **small):
        with tempfile.TemporaryDirectory() as folder, mlflow.start_run(experiment_id=new_experiment()) as run, spy("_try_multipart_upload"), spy("_multipart_download"):
            sizes = {"large ü.bin": 12 * 1024 * 1024 + 1, "one.bin": 1, "empty.bin": 0}
            for name, size in sizes.items():
                Path(folder, name).write_bytes(os.urandom(size))
                mlflow.log_artifact(str(Path(folder, name)), "data")
            back = Path(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="data", dst_path=folder + "/back"))
            for name in sizes:
                assert Path(back, name).read_bytes() == Path(folder, name).read_bytes(), f"{name} came back changed"
            equal({f.path: f.file_size for f in client.list_artifacts(run.info.run_id, "data")}, {f"data/{name}": size for name, size in sizes.items()})
    equal(sorted(taken), ["_multipart_download"] * 3 + ["_try_multipart_upload"] if direct else [])


@test
def takes_an_artifact_of_200_mb():
    block = os.urandom(1024 * 1024)
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run(experiment_id=new_experiment()) as run:
        file = Path(folder, "weights.bin")
        with open(file, "wb") as out:
            for _ in range(200):
                out.write(block)
        mlflow.log_artifact(str(file))
        back = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="weights.bin", dst_path=folder + "/back")
        with open(back, "rb") as read:
            for _ in range(200):
                assert read.read(len(block)) == block, "the artifact came back changed"
            equal(read.read(1), b"")
