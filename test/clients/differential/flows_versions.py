"""Versions of registered models: where they come from, their stages and tags."""

from flow import flow
from flows_models import model, version


@flow
def version_is_created_read_changed_deleted(call):
    name = model(call)
    version(call, name, description="first", tags=[{"key": "a", "value": "1"}], run_link="http://link")
    version(call, name)
    call.get("model-versions/get", name=name, version="1")
    call.get("model-versions/get-download-uri", name=name, version="1")
    call.patch("model-versions/update", name=name, version="1", description="second")
    call.patch("model-versions/update", what="without description", name=name, version="1")
    call.patch("model-versions/update", what="description of 5001", name=name, version="1", description="d" * 5001)
    call.get("registered-models/get", name=name)
    call.delete("model-versions/delete", name=name, version="2")
    call.delete("model-versions/delete", what="delete it twice", name=name, version="2")
    call.get("model-versions/get", what="get the deleted one", name=name, version="2")
    version(call, name)
    call.get("registered-models/get", what="get after all", name=name)


@flow
def version_numbers_that_are_not_there(call):
    name = model(call)
    version(call, name)
    for number in ("2", "0", "-1", "one", "", "1.5", "01", "99999999999", 1):
        call.get("model-versions/get", what=f"get {number!r}", name=name, version=number)
        call.delete("model-versions/delete", what=f"delete {number!r}", name="unknown", version=number)
    call.get("model-versions/get", what="no version", name=name)
    call.get("model-versions/get", what="no name", version="1")
    call.get("model-versions/get-download-uri", what="download unknown", name=name, version="7")
    call.patch("model-versions/update", what="update unknown", name=name, version="7", description="x")
    call.post("model-versions/create", what="of an unknown model", name="unknown", source="s3://a/b")
    call.post("model-versions/create", what="without source", name=name)
    call.post("model-versions/create", what="without name", source="s3://a/b")
    call.post("model-versions/create", what="a tag twice", name=name, source="s3://a/b", tags=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}])
    call.post("model-versions/create", what="source of 501", name=name, source=f"s3://{'b' * 496}")
    call.post("model-versions/create", what="run id of 33", name=name, source="s3://a/b", run_id="r" * 33)


@flow
def version_sources(call):
    name, experiment = model(call), call.experiment()
    run = call.run(experiment)
    root = call.get("runs/get", run_id=run)["run"]["info"]["artifact_uri"]
    for what, fields in {
        "a path of the run": {"source": f"{root}/model", "run_id": run},
        "the run without its id": {"source": f"{root}/model"},
        "another run's path": {"source": f"{root}/../x", "run_id": run},
        "runs uri": {"source": f"runs:/{run}/model", "run_id": run},
        "runs uri without id": {"source": f"runs:/{run}/model"},
        "a run that is not there": {"source": "s3://bucket/m", "run_id": "0" * 32},
        "a local path": {"source": "/etc/passwd"},
        "a file": {"source": "file:///etc/passwd"},
        "a file of a host": {"source": "file://host/etc/passwd"},
        "a relative path": {"source": "model"},
        "dots": {"source": "s3://bucket/../other"},
        "https": {"source": "https://example.com/model"},
        "a version": {"source": f"models:/{name}/1"},
        "an unknown version": {"source": f"models:/{name}/99"},
        "a stage": {"source": f"models:/{name}/Production"},
        "an alias": {"source": f"models:/{name}@live"},
        "a logged model": {"source": "models:/m-" + "0" * 32},
        "an artifact uri": {"source": "mlflow-artifacts:/0/x"},
        "nothing": {"source": ""},
        "a number": {"source": 5},
    }.items():
        call.post("model-versions/create", what=what, name=name, **fields)
    call.get("registered-models/get", name=name)


@flow
def stages(call):
    name = model(call)
    for _ in range(3):
        version(call, name)
    stage = lambda what, number, **fields: call.post("model-versions/transition-stage", what=what, name=name, version=number, **fields)
    stage("production", "1", stage="Production", archive_existing_versions=False)
    stage("lower case", "2", stage="staging", archive_existing_versions=False)
    stage("archives", "3", stage="Production", archive_existing_versions=True)
    stage("without archive", "2", stage="None")
    stage("unknown stage", "1", stage="Somewhere", archive_existing_versions=False)
    stage("no stage", "1")
    stage("archive into archived", "1", stage="Archived", archive_existing_versions=True)
    stage("unknown version", "9", stage="Staging", archive_existing_versions=False)
    stage("archive is a text", "1", stage="Staging", archive_existing_versions="yes")
    call.get("registered-models/get", name=name)
    call.post("registered-models/get-latest-versions", name=name)
    call.post("registered-models/get-latest-versions", what="latest of one stage", name=name, stages=["Production"])
    call.post("registered-models/get-latest-versions", what="latest of an unknown stage", name=name, stages=["Somewhere"])
    call.post("registered-models/get-latest-versions", what="latest of an unknown model", name="unknown")
    call.get("registered-models/get-latest-versions", what="latest by GET", name=name)


@flow
def version_tags(call):
    name = model(call)
    version(call, name)
    tag = lambda what, **fields: call.post("model-versions/set-tag", what=what, **{"name": name, "version": "1", **fields})
    tag("first", key="a", value="1")
    tag("overwrite", key="a", value="2")
    tag("no value", key="b")
    tag("no key", value="1")
    tag("key of 251", key="k" * 251, value="1")
    tag("value of 100001", key="long", value="v" * 100001)
    tag("unknown version", version="9", key="a", value="1")
    tag("unknown model", name="unknown", key="a", value="1")
    call.delete("model-versions/delete-tag", name=name, version="1", key="a")
    call.delete("model-versions/delete-tag", what="delete it twice", name=name, version="1", key="a")
    call.delete("model-versions/delete-tag", what="unknown version", name=name, version="9", key="a")
    call.get("model-versions/get", name=name, version="1")


@flow
def versions_are_copied(call):
    name, other = model(call), model(call, " copy")
    version(call, name, description="first", tags=[{"key": "a", "value": "1"}], run_id="a" * 32)
    version(call, other, source=f"models:/{name}/1", run_id="a" * 32)
    version(call, other, source=f"models:/{other}/1")
    call.get("model-versions/get-download-uri", name=other, version="1")
    call.get("model-versions/get-download-uri", what="of the copy's copy", name=other, version="2")
    call.delete("model-versions/delete", name=name, version="1")
    call.get("model-versions/get-download-uri", what="after its origin is gone", name=other, version="1")


@flow
def versions_are_searched_in_pages(call):
    name = model(call)
    for place in range(5):
        version(call, name, tags=[{"key": "place", "value": str(place)}])
    own = f"name = '{name}'"
    order = ["version_number DESC"]
    token = call.get("model-versions/search", what="page 1", filter=own, max_results=2, order_by=order).get("next_page_token")
    token = call.get("model-versions/search", what="page 2", filter=own, max_results=2, order_by=order, page_token=token).get("next_page_token")
    call.get("model-versions/search", what="page 3", filter=own, max_results=2, order_by=order, page_token=token)
    for most in (0, -1, 200000, 200001, "x"):
        call.get("model-versions/search", what=f"max_results {most}", filter=own, max_results=most)
    call.get("model-versions/search", what="a broken token", filter=own, page_token="rubbish")
    call.delete("model-versions/delete", name=name, version="3")
    call.get("model-versions/search", what="without the deleted one", filter=own, order_by=order)
