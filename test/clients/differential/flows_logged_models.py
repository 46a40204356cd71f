"""Logged models, which clients since MLflow 3 make before they upload a model's files."""

from flow import flow

UNKNOWN = "m-" + "0" * 32


def logged_model(call, experiment: str, **fields) -> str:
    made = call.post("logged-models", **{"experiment_id": experiment, "name": "a model", **fields})
    return made["model"]["info"]["model_id"] if made else UNKNOWN


@flow
def logged_model_is_created_finalized_deleted(call):
    id = logged_model(call, call.experiment(), model_type="tree", source_run_id="a" * 32, params=[{"key": "depth", "value": "3"}], tags=[{"key": "team", "value": "a"}])
    call.get(f"logged-models/{id}")
    for status in ("LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED", 2, "LOGGED_MODEL_PENDING", None):
        call.patch(f"logged-models/{id}", what=f"status {status}", model_id=id, status=status)
    call.get(f"logged-models/{id}", what="get it")
    call("DELETE", f"logged-models/{id}", what="delete")
    call("DELETE", f"logged-models/{id}", what="delete it twice")
    call.get(f"logged-models/{id}", what="get the deleted one")
    call.get(f"logged-models/{id}", what="get the deleted one, allowed", allow_deleted="true")
    call.patch(f"logged-models/{id}", what="finalize the deleted one", model_id=id, status="LOGGED_MODEL_READY")
    other = logged_model(call, "0")
    call.patch(f"logged-models/{other}", what="status of another name", model_id=other, status="READY")
    call.patch(f"logged-models/{other}", what="status of no number", model_id=other, status=9)


@flow
def logged_model_names(call):
    experiment = call.experiment()
    for name in ("a/b", "a:b", "a.b", "a%b", "a'b", 'a"b', "ä 名", "n" * 500, "n" * 501, 5, ["a"]):
        text = name if not isinstance(name, str) or len(name) < 20 else f"{len(name)} characters"
        call.post("logged-models", what=f"name {text!r}", experiment_id=experiment, name=name)
    call.post("logged-models", what="experiment that is not there", experiment_id="999999", name="a")
    call.post("logged-models", what="no experiment", name="a")
    call.post("logged-models", what="a param twice", experiment_id=experiment, name="a", params=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}])
    call.post("logged-models", what="a tag twice", experiment_id=experiment, name="a", tags=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}])
    call.post("logged-models", what="params of the wrong type", experiment_id=experiment, name="a", params={"a": "1"})
    call.post("experiments/delete", experiment_id=experiment)
    call.post("logged-models", what="in a deleted experiment", experiment_id=experiment, name="a")


@flow
def logged_models_that_are_not_there(call):
    for id in (UNKNOWN, "abc"):
        call.get(f"logged-models/{id}", what=f"get {id[:3]}")
        call("DELETE", f"logged-models/{id}", what=f"delete {id[:3]}")
        call.patch(f"logged-models/{id}", what=f"finalize {id[:3]}", model_id=id, status="LOGGED_MODEL_READY")
        call.patch(f"logged-models/{id}/tags", what=f"tag {id[:3]}", model_id=id, tags=[{"key": "a", "value": "1"}])
        call("DELETE", f"logged-models/{id}/tags/a", what=f"delete tag {id[:3]}")
        call.post(f"logged-models/{id}/params", what=f"params {id[:3]}", model_id=id, params=[{"key": "a", "value": "1"}])
        call.get(f"logged-models/{id}/artifacts/directories", what=f"artifacts {id[:3]}")


@flow
def logged_model_tags_and_params(call):
    id = logged_model(call, call.experiment(), params=[{"key": "depth", "value": "3"}])
    tags = lambda what, *pairs: call.patch(f"logged-models/{id}/tags", what=what, model_id=id, tags=[{"key": key, "value": value} for key, value in pairs])
    tags("two", ("a", "1"), ("b", "2"))
    tags("overwrite", ("a", "3"))
    tags("one twice", ("c", "1"), ("c", "2"))
    tags("none")
    tags("key of 256", ("k" * 256, "1"))
    call("DELETE", f"logged-models/{id}/tags/a", what="delete tag")
    call("DELETE", f"logged-models/{id}/tags/a", what="delete tag twice")
    params = lambda what, *pairs: call.post(f"logged-models/{id}/params", what=what, model_id=id, params=[{"key": key, "value": value} for key, value in pairs])
    params("new", ("rate", "0.1"))
    params("the same again", ("depth", "3"))
    params("another value", ("depth", "4"))
    params("value of 6001", ("long", "v" * 6001))
    call.get(f"logged-models/{id}", what="get it")


@flow
def logged_model_metrics(call):
    experiment = call.experiment()
    run, id = call.run(experiment), logged_model(call, experiment)
    point = lambda **fields: {"key": "acc", "value": 0.5, "timestamp": 10, "step": 1, "model_id": id, **fields}
    call.post("runs/log-batch", what="two steps", run_id=run, metrics=[point(), point(step=2, value=0.75, timestamp=20)])
    call.post("runs/log-metric", what="NaN", run_id=run, **point(key="nan", value="NaN"))
    call.post("runs/log-metric", what="on a dataset", run_id=run, **point(step=3, dataset_name="d", dataset_digest="1"))
    call.post("runs/log-metric", what="of a model that is not there", run_id=run, **point(model_id=UNKNOWN))
    call.post("runs/outputs", run_id=run, models=[{"model_id": id, "step": 1}])
    call.post("runs/log-inputs", run_id=run, models=[{"model_id": id}])
    call.get(f"logged-models/{id}", what="get it")
    call.get("runs/get", run_id=run)
    call.get("metrics/get-history", run_id=run, metric_key="acc")


@flow
def logged_models_are_searched_in_pages(call):
    experiment = call.experiment()
    for place in range(5):
        logged_model(call, experiment, name=f"model-{place}")
    search = lambda what, **fields: call.post("logged-models/search", what=what, **{"experiment_ids": [experiment], **fields})
    order = [{"field_name": "name", "ascending": False}]
    token = search("page 1", max_results=2, order_by=order).get("next_page_token")
    token = search("page 2", max_results=2, order_by=order, page_token=token).get("next_page_token")
    search("page 3", max_results=2, order_by=order, page_token=token)
    search("a broken token", page_token="rubbish")
    search("a token of another search", page_token=token, filter="name = 'x'")
    for most in (0, -1, "x"):
        search(f"max_results {most}", max_results=most)
    search("no experiments", experiment_ids=[])
    search("experiment that is no number", experiment_ids=["abc"])
    search("a dataset without name", datasets=[{"dataset_digest": "1"}])
    search("a dataset", datasets=[{"dataset_name": "d"}])
    search("order without field", order_by=[{"ascending": True}])
    search("order as text", order_by=["name"])


@flow
def logged_model_is_registered(call):
    id = logged_model(call, call.experiment())
    call.patch(f"logged-models/{id}", what="finalize", model_id=id, status="LOGGED_MODEL_READY")
    call.post("registered-models/create", name=call.name)
    call.post("model-versions/create", what="by uri", name=call.name, source=f"models:/{id}", model_id=id)
    call.post("model-versions/create", what="by uri alone", name=call.name, source=f"models:/{id}")
    uri = call.get(f"logged-models/{id}", what="get it")["model"]["info"]["artifact_uri"]
    call.post("model-versions/create", what="by location", name=call.name, source=uri, model_id=id)
    call.post("model-versions/create", what="by location alone", name=call.name, source=uri)
    call.get("model-versions/get-download-uri", name=call.name, version="1")
    call.get("registered-models/get", name=call.name)
    call.get(f"logged-models/{id}", what="get it after")
