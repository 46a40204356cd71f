"""The life of experiments."""

from flow import flow


@flow
def experiment_is_created_read_renamed(call):
    id = call.experiment()
    call.get("experiments/get", experiment_id=id)
    call.get("experiments/get-by-name", experiment_name=call.name)
    call.post("experiments/update", experiment_id=id, new_name=f"{call.name} again")
    call.get("experiments/get", experiment_id=id)
    call.get("experiments/get-by-name", experiment_name=call.name)
    call.post("experiments/update", experiment_id=id)
    call.post("experiments/update", what="rename to nothing", experiment_id=id, new_name="")
    call.post("experiments/update", what="rename to a taken name", experiment_id=id, new_name="Default")
    call.post("experiments/update", what="rename to 501 characters", experiment_id=id, new_name="n" * 501)
    call.post("experiments/update", what="rename one that is not there", experiment_id="999999", new_name="x")


@flow
def experiment_names_that_are_refused(call):
    call.experiment()
    call.experiment()
    call.post("experiments/create", what="no name")
    call.post("experiments/create", what="empty name", name="")
    call.post("experiments/create", what="name of spaces", name="   ")
    call.post("experiments/create", what="name of 500", name="n" * 500)
    call.post("experiments/create", what="name of 501", name="n" * 501)
    call.post("experiments/create", what="name is a number", name=5)
    call.post("experiments/create", what="name is a list", name=["a"])
    call.post("experiments/create", what="name in unicode", name="名前 ä")


@flow
def experiment_locations(call):
    for place, location in enumerate(["s3://bucket/path", "s3://bucket/a?b=../c", "s3://bucket/a#b", "runs:/abc/x", "", "mlflow-artifacts:/x/../y"]):
        id = call.post("experiments/create", what=f"location {location}", name=f"{call.name} {place}", artifact_location=location).get("experiment_id")
        if id:
            call.get("experiments/get", what=f"get {location}", experiment_id=id)


@flow
def experiment_ids_that_are_not_there(call):
    for id in ("999999", "abc", "", "-1", "1.5", " 0", "99999999999999999999"):
        call.get("experiments/get", what=f"get {id!r}", experiment_id=id)
        if id != " 0":
            call.post("experiments/delete", what=f"delete {id!r}", experiment_id=id)
    call.get("experiments/get", what="get without an id")
    call.get("experiments/get-by-name", what="by no name")
    call.get("experiments/get-by-name", what="by an unknown name", experiment_name="nobody has it")
    call.post("experiments/restore", experiment_id="999999")
    call.post("experiments/set-experiment-tag", experiment_id="999999", key="a", value="b")
    call.post("runs/create", experiment_id="999999")


@flow
def experiment_is_deleted_and_restored(call):
    id = call.experiment()
    run = call.run(id)
    call.post("experiments/restore", what="restore an active one", experiment_id=id)
    call.post("experiments/delete", experiment_id=id)
    call.post("experiments/delete", what="delete it twice", experiment_id=id)
    call.get("experiments/get", experiment_id=id)
    call.get("experiments/get-by-name", experiment_name=call.name)
    call.get("runs/get", run_id=run)
    call.post("runs/create", experiment_id=id)
    call.post("experiments/create", what="its name again", name=call.name)
    call.post("experiments/update", what="rename a deleted one", experiment_id=id, new_name="other")
    call.post("experiments/set-experiment-tag", experiment_id=id, key="a", value="b")
    call.post("experiments/restore", experiment_id=id)
    call.get("experiments/get", experiment_id=id)
    call.get("runs/get", run_id=run)


@flow
def experiment_tags(call):
    id = call.post("experiments/create", name=call.name, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": ""}]).get("experiment_id")
    tag = lambda what, **fields: call.post("experiments/set-experiment-tag", what=what, experiment_id=id, **fields)
    tag("overwrite", key="a", value="2")
    tag("unicode", key="ключ", value="値")
    tag("no key", value="2")
    tag("no value", key="c")
    tag("key of 250", key="k" * 250, value="v")
    tag("key of 251", key="k" * 251, value="v")
    tag("value of 5001", key="long", value="v" * 5001)
    tag("value of 20001", key="longer", value="v" * 20001)
    tag("bad characters", key="a$b", value="v")
    tag("path key", key="../a", value="v")
    call.get("experiments/get", experiment_id=id)
    call.post("experiments/delete-experiment-tag", experiment_id=id, key="a")
    call.post("experiments/delete-experiment-tag", what="delete it twice", experiment_id=id, key="a")
    call.post("experiments/delete-experiment-tag", what="delete without key", experiment_id=id)
    call.get("experiments/get", experiment_id=id)
    call.post("experiments/create", what="a tag twice", name=f"{call.name} 2", tags=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}])


@flow
def experiments_are_searched_by_view_and_page(call):
    ids = [call.experiment(f" {place}") for place in range(5)]
    call.post("experiments/delete", experiment_id=ids[1])
    own = f"name LIKE '{call.name}%'"
    for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL", 1, 2, 3, "SOME", 9):
        call.post("experiments/search", what=f"view {view}", filter=own, view_type=view, max_results=10)
    for most in (1, 50000, 50001, 0, -1, "2", "two", 1.5, None):
        call.post("experiments/search", what=f"max_results {most!r}", filter=own, max_results=most)
    page = call.post("experiments/search", what="first page", filter=own, max_results=2, order_by=["name DESC"])
    token = page.get("next_page_token")
    page = call.post("experiments/search", what="second page", filter=own, max_results=2, order_by=["name DESC"], page_token=token)
    call.post("experiments/search", what="a broken token", max_results=2, page_token="rubbish")
    call.get("experiments/search", what="by GET", filter=own, max_results=3)
    call.post("experiments/search", what="order by a text", max_results=3, order_by="name")
    call.post("experiments/search", what="order by numbers", max_results=3, order_by=[1])


@flow
def requests_that_are_no_json(call):
    for what, raw in {"broken": b"{", "a list": b"[]", "a text": b'"a"', "null": b"null", "nothing": b"", "binary": b"\xff\xfe"}.items():
        call("POST", "experiments/create", what=what, raw=raw, headers={"content-type": "application/json"})
    call("POST", "experiments/create", what="as a form", raw=b"name=a", headers={"content-type": "application/x-www-form-urlencoded"})
    call("POST", "experiments/create", what="as text", raw=b'{"name": "sent as text"}', headers={"content-type": "text/plain"})
    call("GET", "experiments/create", what="the wrong method")
    call("POST", "experiments/nothing", {}, what="no such route")


@flow
def fields_with_two_spellings(call):
    id = call.experiment()
    call.post("runs/create", what="camel case", experimentId=id, runName="camel", startTime=5)
    call.post("runs/create", what="both, equal", experimentId=id, experiment_id=id, run_name="a")
    call.post("runs/create", what="both, different", experimentId=id, experiment_id="0")
    call.post("runs/create", what="unknown fields", experiment_id=id, run_name="a", nothing={"a": 1}, other=[1])
    call.post("runs/search", what="camel case search", experimentIds=[id], maxResults=1)
    call.post("runs/search", what="both in a search", experimentIds=[id], experiment_ids=["0"])
