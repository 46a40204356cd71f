"""From MLflow's client to an answer, and back; what is written down of it."""

import json
import os
import subprocess
import time
import urllib.request
import uuid

import duckdb
import grpc
import numpy as np
import onnxruntime
import pandas as pd
import tritonclient.http as triton_http
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from flows import client, equal, test
from serving.models import log, sums as sums_model
from serving.servers import everything, sums
from serving.triton_flows import pair, rest


def ask(**options):
    return rest(sums).infer("sums", pair(triton_http, [1], [2]), headers=sums.headers, **options)


def version_of(answer) -> str:
    return answer.get_response()["model_version"]


def move_alias(version: str) -> float:
    """Seconds until the new version has answered; each answer until then is the one of the version that it names."""
    offsets = {"1": 3.0, "2": 103.0}
    client.set_registered_model_alias("sums", "champion", version)
    moved = time.monotonic()
    while time.monotonic() - moved < 60:
        answer = ask()
        equal(answer.as_numpy("sum")[0][0], offsets[version_of(answer)])
        if version_of(answer) == version:
            return time.monotonic() - moved
    raise AssertionError(f"version {version} has not answered within 60 s")


@test
def a_version_that_mlflow_logs_is_served_by_its_alias_and_taken_back():
    equal(version_of(ask()), "1")
    equal(log("sums", sums_model(100), {name: np.ones((1, 1), np.float32) for name in ("a", "b")}), "2")
    there, back = move_alias("2"), move_alias("1")
    print(f"alias to first answer: {there:.2f} s, rollback {back:.2f} s")


@test
def answers_are_those_of_onnxruntime_in_python_bit_for_bit():
    a, b = (np.random.default_rng(7).normal(size=(1000, 1)).astype(np.float32) for _ in range(2))
    session = onnxruntime.InferenceSession(sums_model(0).SerializeToString(), providers=["CPUExecutionProvider"])
    expected = session.run(["sum", "difference"], {"a": a, "b": b})
    answer = rest(sums).infer("sums", pair(triton_http, a, b), headers=sums.headers)
    equal([answer.as_numpy(name).tobytes() for name in ("sum", "difference")], [values.tobytes() for values in expected])


@test
def curl_asks_by_hand():
    body = {"inputs": [{"name": name, "shape": [2, 1], "datatype": "FP32", "data": [1, 2]} for name in ("a", "b")]}
    url = f"{sums.rest}/v2/models/sums"
    answer = json.loads(curl(f"{url}/infer", "-d", json.dumps(body), "-H", "x-request-id: by hand"))
    data = {output["name"]: output["data"] for output in answer["outputs"]}
    equal((answer["id"], answer["model_name"], data), ("by hand", "sums", {"sum": [2, 4], "difference": [0, 0]}))
    nested = {"inputs": [{**tensor, "data": [[1], [2]]} for tensor in body["inputs"]], "outputs": [{"name": "sum"}]}
    equal(json.loads(curl(f"{url}/versions/1/infer", "-d", json.dumps(nested)))["outputs"][0]["data"], [2, 4])
    headers = curl(f"{url}/infer", "-d", json.dumps(body), "-D", "-", "-o", "/dev/null").lower()
    assert "inference-model-version: 1" in headers, headers
    equal(curl(f"{url}/ready", "-o", "/dev/null", "-w", "%{http_code}"), "200")
    equal(json.loads(curl(f"{sums.rest}/v2/models/nothing"))["error"] != "", True)


def curl(url: str, *args: str) -> str:
    authorization = f"authorization: {sums.headers['authorization']}"
    return subprocess.run(["curl", "-sS", url, "-H", authorization, *args], check=True, capture_output=True, text=True).stdout


@test
def grpc_has_health_and_reflection():
    with grpc.insecure_channel(everything.grpc) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        for service in ("", "inference.GRPCInferenceService"):
            # looked at once a second
            statuses = (answer.status for answer in stub.Watch(health_pb2.HealthCheckRequest(service=service), timeout=30))
            equal(health_pb2.HealthCheckResponse.SERVING in statuses, True)
            equal(stub.Check(health_pb2.HealthCheckRequest(service=service)).status, health_pb2.HealthCheckResponse.SERVING)
        reflection = ProtoReflectionDescriptorDatabase(channel)
        equal(sorted(reflection.get_services()), ["grpc.health.v1.Health", "inference.GRPCInferenceService"])
        file = reflection.FindFileContainingSymbol("inference.GRPCInferenceService")
        equal([method.name for service in file.service for method in service.method][:2], ["ServerLive", "ServerReady"])


@test
def pandas_and_duckdb_join_the_inference_log_with_feedback():
    folder = os.environ["LOG_FOLDER"]
    ids = [uuid.uuid4().hex for _ in range(20)]
    for i, request_id in enumerate(ids):
        rest(sums).infer("sums", pair(triton_http, [i, i], [1, 2]), request_id=request_id, headers=sums.headers)
    truths = [{"id": request_id, "row": 1, "truth": 2 * i} for i, request_id in enumerate(ids)]
    body = json.dumps({"feedback": truths}).encode()
    sent = urllib.request.Request(f"{sums.rest}/v2/models/sums/feedback", data=body, headers=sums.headers, method="POST")
    equal(urllib.request.urlopen(sent).status, 204)
    feedback = pd.read_parquet(f"{folder}/feedback")
    equal(sorted(feedback[feedback.request_id.isin(ids)].truth), sorted(2.0 * i for i in range(20)))

    # the log is written once a minute
    end = time.monotonic() + 120
    while True:
        found = pd.read_parquet(f"{folder}/inferences") if os.path.exists(f"{folder}/inferences") else pd.DataFrame({"request_id": []})
        found = found[found.request_id.isin(ids)]
        if len(found) == 40 or time.monotonic() > end:
            break
        time.sleep(1)
    joined = found.merge(feedback, on=["request_id", "row"]).sort_values("input_a")
    equal(list(joined.output_sum - joined.truth), [2.0 - i for i in range(20)])
    equal((set(found.model_name), set(found.model_version), set(found.version.astype(str))), ({"sums"}, {"1"}, {"1"}))
    equal(str(found.dtypes["input_a"]), "float32")
    equal(str(found.dtypes["time"]), "datetime64[ms, UTC]")
    query = f"""SELECT count(*), sum(i.output_difference) FROM read_parquet('{folder}/inferences/**/*.parquet') i
        JOIN read_parquet('{folder}/feedback/**/*.parquet') f USING (request_id, "row") WHERE request_id IN {tuple(ids)}"""
    equal(duckdb.sql(query).fetchall()[0], (20, sum(i - 2.0 for i in range(20))))
