"""Models of scikit-learn saved, registered and loaded as clients of every version do it: those before MLflow 3 know no logged models."""

import uuid

import mlflow
import numpy as np
from sklearn.linear_model import LogisticRegression

from flows import client, equal, new_experiment, test

features = np.array([[0.0], [1.0], [2.0], [3.0]])
labels = np.array([0, 0, 1, 1])


def train() -> LogisticRegression:
    return LogisticRegression().fit(features, labels)


def predicts(uri: str) -> None:
    equal(list(mlflow.pyfunc.load_model(uri).predict(features)), list(labels))


@test
def saves_registers_and_loads_by_alias():
    name = f"saved-{uuid.uuid4().hex}"
    with mlflow.start_run(experiment_id=new_experiment()) as run:
        mlflow.sklearn.log_model(train(), "classifier", registered_model_name=name)
    client.set_registered_model_alias(name, "champion", "1")
    version = client.get_model_version_by_alias(name, "champion")
    equal((version.run_id, version.status, version.aliases), (run.info.run_id, "READY", ["champion"]))
    for uri in (f"models:/{name}@champion", f"models:/{name}/1", f"models:/{name}/latest", f"runs:/{run.info.run_id}/classifier"):
        predicts(uri)
    equal(mlflow.register_model(f"runs:/{run.info.run_id}/classifier", name).version in ("2", 2), True)


@test
def trains_with_autolog():
    mlflow.set_experiment(experiment_id=new_experiment())
    name = f"autolog-{uuid.uuid4().hex}"
    mlflow.sklearn.autolog(log_datasets=True, silent=True, registered_model_name=name)
    try:
        with mlflow.start_run() as run:
            train().score(features, labels)
    finally:
        mlflow.sklearn.autolog(disable=True)
    read = client.get_run(run.info.run_id)
    equal((read.data.params["C"], read.data.metrics["training_accuracy_score"]), ("1.0", 1.0))
    equal(len(read.inputs.dataset_inputs), 1)
    equal(client.get_model_version(name, "1").run_id, run.info.run_id)
    predicts(f"models:/{name}/1")
