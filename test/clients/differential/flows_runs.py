"""The life of runs and what is logged into them."""

from flow import flow


def logged(call) -> tuple[str, str]:
    experiment = call.experiment()
    return experiment, call.run(experiment)


@flow
def run_is_created_with_all_and_with_nothing(call):
    id = call.experiment()
    call.post("runs/create", what="all", experiment_id=id, run_name="all", user_id="ann", start_time=123, tags=[{"key": "a", "value": "1"}, {"key": "b c", "value": ""}])
    call.post("runs/create", what="name by tag", experiment_id=id, start_time=1, tags=[{"key": "mlflow.runName", "value": "tagged"}])
    call.post("runs/create", what="two names", experiment_id=id, run_name="a", tags=[{"key": "mlflow.runName", "value": "b"}])
    call.post("runs/create", what="a tag twice", experiment_id=id, run_name="a", tags=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}])
    call.post("runs/create", what="start as text", experiment_id=id, run_name="a", start_time="77")
    call.post("runs/create", what="start as words", experiment_id=id, run_name="a", start_time="now")
    call.post("runs/create", what="negative start", experiment_id=id, run_name="a", start_time=-5)
    call.post("runs/create", what="experiment as a number", experiment_id=0, run_name="a", start_time=1)
    call.post("runs/create", what="long name", experiment_id=id, run_name="n" * 251, start_time=1)
    call.post("runs/create", what="tag key of 251", experiment_id=id, run_name="a", start_time=1, tags=[{"key": "k" * 251, "value": "1"}])
    call.post("runs/create", what="no experiment", run_name="a", start_time=1)


@flow
def run_ids_that_are_not_there(call):
    for id in ("0" * 32, "abc", "", "x" * 300, "../a"):
        call.get("runs/get", what=f"get {id[:9]!r}", run_id=id)
        call.post("runs/delete", what=f"delete {id[:9]!r}", run_id=id)
        call.post("runs/log-metric", what=f"metric {id[:9]!r}", run_id=id, key="a", value=1, timestamp=1)
        call.post("runs/log-batch", what=f"batch {id[:9]!r}", run_id=id, params=[{"key": "a", "value": "b"}])
        call.post("runs/log-parameter", what=f"param {id[:9]!r}", run_id=id, key="a", value="b")
        call.post("runs/set-tag", what=f"tag {id[:9]!r}", run_id=id, key="a", value="b")
        call.post("runs/update", what=f"update {id[:9]!r}", run_id=id, status="FINISHED")
        call.get("artifacts/list", what=f"artifacts {id[:9]!r}", run_id=id)
        call.get("metrics/get-history", what=f"history {id[:9]!r}", run_id=id, metric_key="a")
    call.get("runs/get", what="get without an id")
    call.post("runs/restore", run_id="0" * 32)


@flow
def run_is_updated(call):
    _, id = logged(call)
    for fields in ({"status": "FINISHED", "end_time": 5000}, {"status": 3}, {"status": 9}, {"run_name": "renamed"}, {"run_name": ""}, {"end_time": "9000"}, {"end_time": "never"}, {"end_time": 0}, {}):
        call.post("runs/update", what=f"update {fields}", run_id=id, **fields)
    call.get("runs/get", run_id=id)
    call.post("runs/update", what="by run_uuid", run_uuid=id, status="KILLED")


@flow
def run_is_deleted_and_restored(call):
    experiment, id = logged(call)
    call.post("runs/delete", run_id=id)
    call.post("runs/delete", what="delete it twice", run_id=id)
    call.get("runs/get", run_id=id)
    call.post("runs/log-metric", run_id=id, key="a", value=1, timestamp=1)
    call.post("runs/log-batch", run_id=id, params=[{"key": "a", "value": "1"}])
    call.post("runs/log-parameter", run_id=id, key="a", value="1")
    call.post("runs/set-tag", run_id=id, key="a", value="1")
    call.post("runs/delete-tag", run_id=id, key="a")
    call.post("runs/update", run_id=id, status="FINISHED")
    for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL"):
        call.post("runs/search", what=f"search {view}", experiment_ids=[experiment], run_view_type=view)
    call.post("runs/restore", run_id=id)
    call.post("runs/restore", what="restore it twice", run_id=id)
    call.get("runs/get", run_id=id)


@flow
def metrics_of_every_value(call):
    _, id = logged(call)
    metric = lambda what, **fields: call.post("runs/log-metric", what=what, run_id=id, **{"key": "m", "timestamp": 1, **fields})
    for value in (0, -0.0, 1e-320, 1.5, "2.5", "NaN", "Infinity", "-Infinity", "1e400", "text", None):
        metric(f"value {value!r}", key=f"m {value}".replace("[", "").replace("]", ""), value=value)
    metric("no key", key=None, value=1)
    metric("empty key", key="", value=1)
    metric("no timestamp", timestamp=None, value=1)
    metric("negative timestamp", timestamp=-1, value=1)
    metric("timestamp as text", timestamp="12", value=1)
    metric("step as text", step="12", value=1)
    metric("negative step", key="n", step=-3, value=1)
    metric("key of 250", key="k" * 250, value=1)
    metric("key of 251", key="k" * 251, value=1)
    for key in ("a/b", "a b", "a$b", "../a", "/a", "a//b", "ключ", ".", "a/"):
        metric(f"key {key}", key=key, value=1)
    call.get("runs/get", run_id=id)


@flow
def values_of_the_wrong_type(call):
    """Nothing is read afterwards: what is passed over on one side would be seen in every answer."""
    experiment, id = logged(call)
    for value in ("nan", "inf", True, [1]):
        call.post("runs/log-metric", what=f"value {value!r}", run_id=id, key="m", value=value, timestamp=1)
    call.post("runs/log-metric", what="step with a fraction", run_id=id, key="m", value=1, timestamp=1, step=1.5)
    call.post("runs/create", what="start with a fraction", experiment_id=experiment, run_name="a", start_time=1.5)
    call.post("runs/create", what="tags as an object", experiment_id=experiment, run_name="a", start_time=1, tags={"a": "1"})
    call.post("runs/create", what="tag without key", experiment_id=experiment, run_name="a", start_time=1, tags=[{"value": "1"}])
    for status in ("finished", "DONE"):
        call.post("runs/update", what=f"status {status}", run_id=id, status=status)


@flow
def metric_history(call):
    _, id = logged(call)
    points = [{"key": "m", "value": value, "timestamp": time, "step": step} for value, time, step in [(3, 30, 2), (1, 10, 0), (2, 20, 1), (5, 20, 1), (9, 5, 7), (1, 10, 0)]]
    call.post("runs/log-batch", run_id=id, metrics=points)
    call.get("runs/get", run_id=id)
    call.get("metrics/get-history", run_id=id, metric_key="m")
    for most in (0, -1, 2, "two"):
        call.get("metrics/get-history", what=f"max_results {most}", run_id=id, metric_key="m", max_results=most)
    token = call.get("metrics/get-history", what="page 1", run_id=id, metric_key="m", max_results=2).get("next_page_token")
    call.get("metrics/get-history", what="page 2", run_id=id, metric_key="m", max_results=2, page_token=token)
    call.get("metrics/get-history", what="a broken token", run_id=id, metric_key="m", max_results=2, page_token="rubbish")
    call.get("metrics/get-history", what="no key", run_id=id)
    call.get("metrics/get-history", what="unknown key", run_id=id, metric_key="none")
    interval = lambda what, **query: call("GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval", query={"run_ids": id, "metric_key": "m", **query}, what=what)
    interval("interval")
    interval("interval of two points", max_results=2)
    interval("interval of steps", start_step=1, end_step=2)
    interval("half an interval", start_step=1)
    interval("interval the wrong way", start_step=2, end_step=1)
    interval("interval of nothing", max_results=0)
    call("GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk", query={"run_id": id, "metric_key": "m"}, what="bulk")


@flow
def params_once_and_twice(call):
    _, id = logged(call)
    param = lambda what, **fields: call.post("runs/log-parameter", what=what, run_id=id, **fields)
    param("first", key="depth", value="3")
    param("the same", key="depth", value="3")
    param("another value", key="depth", value="4")
    param("a number", key="number", value=5)
    param("no value", key="none")
    param("empty", key="empty", value="")
    param("no key", value="3")
    param("value of 6001", key="long", value="v" * 6001)
    param("key of 251", key="k" * 251, value="v")
    param("bad key", key="a?b", value="v")
    call.post("runs/log-batch", what="two values in one batch", run_id=id, params=[{"key": "x", "value": "1"}, {"key": "x", "value": "2"}])
    call.post("runs/log-batch", what="one value twice", run_id=id, params=[{"key": "y", "value": "1"}, {"key": "y", "value": "1"}])
    call.post("runs/log-batch", what="one that is there", run_id=id, params=[{"key": "new", "value": "1"}, {"key": "depth", "value": "9"}])
    call.get("runs/get", run_id=id)


@flow
def tags_of_runs(call):
    _, id = logged(call)
    tag = lambda what, **fields: call.post("runs/set-tag", what=what, run_id=id, **fields)
    tag("first", key="a", value="1")
    tag("overwrite", key="a", value="2")
    tag("no value", key="b")
    tag("no key", value="1")
    tag("value of 8001", key="long", value="v" * 8001)
    tag("key of 251", key="k" * 251, value="v")
    tag("bad key", key="a;b", value="v")
    tag("the name", key="mlflow.runName", value="by tag")
    tag("an empty name", key="mlflow.runName", value="")
    call.get("runs/get", run_id=id)
    call.post("runs/delete-tag", run_id=id, key="a")
    call.post("runs/delete-tag", what="delete it twice", run_id=id, key="a")
    call.post("runs/delete-tag", what="no key", run_id=id)
    call.get("runs/get", run_id=id)


@flow
def batches_at_and_over_the_limits(call):
    _, id = logged(call)
    metrics = lambda n: [{"key": f"m{i}", "value": i, "timestamp": 1} for i in range(n)]
    pairs = lambda n, name: [{"key": f"{name}{i}", "value": "v"} for i in range(n)]
    for what, fields in {
        "empty": {},
        "1000 metrics": {"metrics": metrics(1000)},
        "1001 metrics": {"metrics": metrics(1001)},
        "100 params": {"params": pairs(100, "p")},
        "101 params": {"params": pairs(101, "q")},
        "101 tags": {"tags": pairs(101, "t")},
        "1001 together": {"metrics": metrics(901), "params": pairs(100, "p")},
        "10000 metrics": {"metrics": metrics(10000)},
        "a metric without value": {"metrics": [{"key": "a", "timestamp": 1}]},
        "a param without key": {"params": [{"value": "1"}]},
        "metrics as an object": {"metrics": {"a": 1}},
        "one bad key": {"metrics": metrics(2) + [{"key": "a$", "value": 1, "timestamp": 1}], "tags": pairs(1, "never")},
        "a tag twice": {"tags": [{"key": "twice", "value": "1"}, {"key": "twice", "value": "2"}]},
    }.items():
        call.post("runs/log-batch", what=what, run_id=id, **fields)
    call.get("runs/get", run_id=id)


@flow
def inputs_and_outputs(call):
    experiment, id = logged(call)
    dataset = {"name": "d", "digest": "1", "source_type": "http", "source": "{}", "schema": "{}", "profile": "{}"}
    inputs = lambda what, **fields: call.post("runs/log-inputs", what=what, run_id=id, **fields)
    inputs("one", datasets=[{"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": "training"}]}])
    inputs("the same", datasets=[{"dataset": dataset}])
    inputs("a second", datasets=[{"dataset": {**dataset, "digest": "2"}}])
    inputs("nothing")
    inputs("no name", datasets=[{"dataset": {"digest": "1", "source_type": "s", "source": "s"}}])
    inputs("no dataset", datasets=[{"tags": []}])
    inputs("name of 501", datasets=[{"dataset": {**dataset, "name": "n" * 501}}])
    inputs("digest of 37", datasets=[{"dataset": {**dataset, "digest": "n" * 37}}])
    inputs("a tag twice", datasets=[{"dataset": {**dataset, "digest": "3"}, "tags": [{"key": "a", "value": "1"}] * 2}])
    inputs("wrong type", datasets="d")
    inputs("models", models=[{"model_id": "m-1"}])
    call.post("runs/outputs", run_id=id, models=[{"model_id": "m-2", "step": 3}])
    call.post("runs/outputs", what="outputs twice", run_id=id, models=[{"model_id": "m-2", "step": 3}])
    call.post("runs/outputs", what="no models", run_id=id)
    call.get("runs/get", run_id=id)
    call("POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": [experiment]}, what="datasets of the experiment")
    call("POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": []}, what="datasets of none")


@flow
def runs_are_searched_in_pages(call):
    id = call.experiment()
    for place in range(5):
        call.run(id, run_name=f"run {place}", start_time=1000 + place)
    token = call.post("runs/search", what="page 1", experiment_ids=[id], max_results=2).get("next_page_token")
    token = call.post("runs/search", what="page 2", experiment_ids=[id], max_results=2, page_token=token).get("next_page_token")
    call.post("runs/search", what="page 3", experiment_ids=[id], max_results=2, page_token=token)
    for most in (0, -1, 50000, 50001, "3", "three"):
        call.post("runs/search", what=f"max_results {most!r}", experiment_ids=[id], max_results=most)
    call.post("runs/search", what="a broken token", experiment_ids=[id], page_token="rubbish")
    call.post("runs/search", what="no experiments")
    call.post("runs/search", what="experiment that is not there", experiment_ids=["999999"])
    call.post("runs/search", what="experiment that is no number", experiment_ids=["abc"])
    call.post("runs/search", what="experiments as text", experiment_ids=id)
    call.post("runs/search", what="view of the wrong name", experiment_ids=[id], run_view_type="NONE")
    call.post("runs/search", what="filter is a number", experiment_ids=[id], filter=5)
    call.post("runs/search", what="order twice", experiment_ids=[id], order_by=["start_time", "start_time"])


@flow
def models_of_old_clients(call):
    _, id = logged(call)
    model = '{"artifact_path": "m", "flavors": {"f": {"v": 1}}, "utc_time_created": "now", "run_id": "r"}'
    call.post("runs/log-model", run_id=id, model_json=model)
    call.post("runs/log-model", what="broken", run_id=id, model_json="{")
    call.post("runs/log-model", what="a list", run_id=id, model_json="[]")
    call.post("runs/log-model", what="fields are missing", run_id=id, model_json="{}")
    call.post("runs/log-model", what="no json", run_id=id)
    call.get("runs/get", run_id=id)
