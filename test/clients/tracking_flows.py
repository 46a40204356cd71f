"""The life of experiments and runs, their inputs and outputs, and the filters that only these have."""

import json
import math
import uuid

import mlflow
from mlflow.entities import Metric, ViewType
from mlflow.models import Model

from flows import client, equal, new_experiment, refused, since, test


@test
def deletes_and_restores_an_experiment_with_its_runs():
    experiment_id = new_experiment()
    name = client.get_experiment(experiment_id).name
    run_id = client.create_run(experiment_id).info.run_id
    mlflow.delete_experiment(experiment_id)
    equal(client.get_experiment(experiment_id).lifecycle_stage, "deleted")
    equal(client.get_run(run_id).info.lifecycle_stage, "deleted")
    found = lambda view: [e.experiment_id for e in client.search_experiments(view, filter_string=f"name = '{name}'")]
    equal((found(ViewType.ACTIVE_ONLY), found(ViewType.DELETED_ONLY), found(ViewType.ALL)), ([], [experiment_id], [experiment_id]))
    refused("RESOURCE_ALREADY_EXISTS", lambda: mlflow.create_experiment(name))
    refused("INVALID_PARAMETER_VALUE", lambda: client.create_run(experiment_id))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: mlflow.delete_experiment(experiment_id))
    client.restore_experiment(experiment_id)
    equal((client.get_experiment(experiment_id).lifecycle_stage, client.get_run(run_id).info.lifecycle_stage), ("active", "active"))


@test
def renames_an_experiment_and_changes_its_tags():
    experiment_id, name = new_experiment(), f"renamed-{uuid.uuid4().hex}"
    client.rename_experiment(experiment_id, name)
    client.set_experiment_tag(experiment_id, "team", "search")
    client.set_experiment_tag(experiment_id, "team", "ads")
    read = mlflow.get_experiment_by_name(name)
    equal((read.experiment_id, read.tags), (experiment_id, {"team": "ads"}))
    equal([e.name for e in client.search_experiments(filter_string=f"experiment_id IN ('{experiment_id}', '0')", order_by=["name DESC"])], [name, "Default"])


@test
@since(3, "delete_experiment_tag")
def deletes_a_tag_of_an_experiment():
    experiment_id = new_experiment()
    for key in ("kept", "gone"):
        client.set_experiment_tag(experiment_id, key, "1")
    client.delete_experiment_tag(experiment_id, "gone")
    equal(client.get_experiment(experiment_id).tags, {"kept": "1"})
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_experiment_tag(experiment_id, "gone"))


@test
def deletes_and_restores_a_run():
    experiment_id = new_experiment()
    run_id = client.create_run(experiment_id, tags={"team": "a", "kept": "1"}).info.run_id
    client.delete_tag(run_id, "team")
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_tag(run_id, "team"))
    client.delete_run(run_id)
    refused("INVALID_PARAMETER_VALUE", lambda: client.log_metric(run_id, "m", 1))
    found = lambda view: [r.info.run_id for r in client.search_runs([experiment_id], run_view_type=view)]
    equal((found(ViewType.ACTIVE_ONLY), found(ViewType.DELETED_ONLY), found(ViewType.ALL)), ([], [run_id], [run_id]))
    client.restore_run(run_id)
    read = client.get_run(run_id)
    equal((read.info.lifecycle_stage, read.data.tags["kept"], "team" in read.data.tags), ("active", "1", False))


@test
def says_which_param_would_change():
    run_id = client.create_run(new_experiment()).info.run_id
    client.log_param(run_id, "depth", 3)
    message = refused("INVALID_PARAMETER_VALUE", lambda: client.log_param(run_id, "depth", 4))
    assert f"Param with key='depth' was already logged with value='3' for run ID='{run_id}'" in message, message
    client.log_param(run_id, "depth", 3)


@test
def logs_datasets_and_finds_runs_by_them():
    experiment_id, names = new_experiment(), {}
    source = mlflow.data.http_dataset_source.HTTPDatasetSource("https://example.com/train.csv")
    for context in ("training", "eval"):
        with mlflow.start_run(experiment_id=experiment_id, run_name=context) as run:
            dataset = mlflow.data.meta_dataset.MetaDataset(source, name=f"data-{context}")
            mlflow.log_input(dataset, context=context, tags={"fold": "1"})
            mlflow.log_input(mlflow.data.meta_dataset.MetaDataset(source, name="shared"))
        names[context] = run.info.run_id
    first, shared = client.get_run(names["training"]).inputs.dataset_inputs
    equal((first.dataset.name, shared.dataset.name), ("data-training", "shared"))
    equal({t.key: t.value for t in first.tags}, {"mlflow.data.context": "training", "fold": "1"})
    equal(json.loads(first.dataset.source)["url"], "https://example.com/train.csv")
    found = lambda text: [r.info.run_name for r in client.search_runs([experiment_id], text, order_by=["start_time"])]
    equal(found("datasets.name = 'shared'"), ["training", "eval"])
    equal(found("datasets.name LIKE 'data-%' AND datasets.context = 'eval'"), ["eval"])
    equal(found(f"datasets.digest IN ('{first.dataset.digest}')"), ["training"])
    equal(found("datasets.name = 'none'"), [])


@test
@since(3, "logged models")
def links_runs_to_the_models_that_they_read_and_made():
    run_id = client.create_run(new_experiment()).info.run_id
    client.log_inputs(run_id, models=[mlflow.entities.LoggedModelInput("m-read")])
    client.log_outputs(run_id, [mlflow.entities.LoggedModelOutput("m-made", 3)])
    run = client.get_run(run_id)
    equal([m.model_id for m in run.inputs.model_inputs], ["m-read"])
    equal([(m.model_id, m.step) for m in run.outputs.model_outputs], [("m-made", 3)])


@test
def keeps_the_models_of_clients_before_mlflow_3():
    run_id = client.create_run(new_experiment()).info.run_id
    for path in ("first", "second"):
        client._record_logged_model(run_id, Model(artifact_path=path, run_id=run_id, flavors={"f": {"v": "1", "config": {"a": 1}}}))
    history = json.loads(client.get_run(run_id).data.tags["mlflow.log-model.history"])
    equal([(m["artifact_path"], m["flavors"]) for m in history], [("first", {"f": {"v": "1"}}), ("second", {"f": {"v": "1"}})])


@test
def finds_runs_by_id_and_by_what_is_missing():
    experiment_id = new_experiment()
    ids = [client.create_run(experiment_id, start_time=1000 + i).info.run_id for i in range(3)]
    client.log_param(ids[1], "depth", 3)
    client.set_tag(ids[2], "team", "a")
    found = lambda text: [ids.index(r.info.run_id) for r in client.search_runs([experiment_id], text, order_by=["start_time ASC"])]
    equal(found(f"run_id IN ('{ids[0]}', '{ids[2]}')"), [0, 2])
    equal(found(f"attributes.run_id NOT IN ('{ids[0]}')"), [1, 2])
    equal(found("params.depth IS NULL"), [0, 2])
    equal(found("params.depth IS NULL AND tags.team IS NOT NULL"), [2])
    message = refused("INVALID_PARAMETER_VALUE", lambda: found("metrics.loss IS NULL"))
    assert "position 14" in message, message


@test
def pages_through_the_history_of_a_metric():
    run_id = client.create_run(new_experiment()).info.run_id
    points = [Metric("m", i / 7 if i != 3 else math.nan, 1000 + i, i) for i in range(900)]
    client.log_batch(run_id, metrics=points)
    equal([m.step for m in client.get_metric_history(run_id, "m")], list(range(900)))
    store = client._tracking_client.store
    page = store.get_metric_history(run_id, "m", max_results=500)
    rest = store.get_metric_history(run_id, "m", max_results=500, page_token=page.token)
    equal((len(page), [m.step for m in rest], rest.token), (500, list(range(500, 900)), None))
    equal(client.get_metric_history(run_id, "nothing"), [])


@test
def takes_runs_of_several_experiments_into_one_search():
    mine = [new_experiment() for _ in range(3)]
    for index, experiment_id in enumerate(mine):
        with mlflow.start_run(experiment_id=experiment_id, run_name=f"run-{index}"):
            mlflow.log_metric("loss", index)
    frame = mlflow.search_runs(mine[:2], "metrics.loss >= 0", order_by=["metrics.loss DESC"])
    equal(list(frame["tags.mlflow.runName"]), ["run-1", "run-0"])
