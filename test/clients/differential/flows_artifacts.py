"""Files of runs and models, through the proxy."""

from flow import flow

ROOT = "/api/2.0/mlflow-artifacts/artifacts"


def put(call, path: str, content: bytes, what: str = "") -> None:
    call("PUT", f"{ROOT}/{path}", raw=content, headers={"content-type": "application/octet-stream"}, what=what)


@flow
def artifacts_are_written_listed_read_deleted(call):
    experiment = call.experiment()
    run = call.run(experiment)
    folder = f"{experiment}/{run}/artifacts"
    for name, content in {"a.txt": b"text", "empty": b"", "sub/b.bin": b"\x00\xff" * 10, "sub/deep/ä b.txt": b"x", "c%20d": b"y"}.items():
        put(call, f"{folder}/{name}", content, f"put {name}")
        call("GET", f"{ROOT}/{folder}/{name}", what=f"get {name}")
    put(call, f"{folder}/a.txt", b"other", "overwrite")
    call("GET", f"{ROOT}/{folder}/a.txt", what="get the other")
    for path in (None, "sub", "sub/", "sub/deep", "a.txt", "none"):
        call.get("artifacts/list", what=f"list {path}", run_id=run, path=path)
        call("GET", ROOT, query={"path": f"{folder}/{path or ''}"}, what=f"proxy list {path}")
    call("GET", f"{ROOT}/{folder}/none", what="get what is not there")
    call("GET", f"{ROOT}/{folder}/sub", what="get a folder")
    call("DELETE", f"{ROOT}/{folder}/a.txt", what="delete")
    call("DELETE", f"{ROOT}/{folder}/a.txt", what="delete it twice")
    call("DELETE", f"{ROOT}/{folder}/sub", what="delete a folder")
    call.get("artifacts/list", what="list after all", run_id=run)


@flow
def artifact_paths_that_leave_their_root(call):
    run = call.run(call.experiment())
    for path in ("..", "../other", "/etc", "a/../../b", "%2e%2e/x", "..\\x", "a//b", "."):
        call.get("artifacts/list", what=f"list {path}", run_id=run, path=path)
        call("GET", ROOT, query={"path": path}, what=f"proxy list {path}")
    for path in ("%2e%2e/x", "a/%2e%2e/%2e%2e/x", "%252e%252e/x", "a%5c..%5cx", "%2fetc%2fpasswd"):
        put(call, path, b"x", f"put {path}")
        call("GET", f"{ROOT}/{path}", what=f"get {path}")
    call("GET", f"{ROOT}/", what="get nothing")


@flow
def artifacts_of_a_logged_model(call):
    experiment = call.experiment()
    id = call.post("logged-models", experiment_id=experiment, name="a")["model"]["info"]["model_id"]
    put(call, f"{experiment}/models/{id}/artifacts/MLmodel", b"flavors: {}", "put MLmodel")
    put(call, f"{experiment}/models/{id}/artifacts/data/model.bin", b"1234", "put a file below")
    for path in (None, "data", "none", ".."):
        call.get(f"logged-models/{id}/artifacts/directories", what=f"list {path}", artifact_directory_path=path)


@flow
def what_the_server_says_of_itself(call):
    call("GET", "/health", what="health")
    call("GET", "/version", what="version")
    call("GET", "/api/3.0/mlflow/server-info", what="server info")
    call("GET", "/ajax-api/2.0/mlflow/experiments/get", query={"experiment_id": "0"}, what="the other prefix")
