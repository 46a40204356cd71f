"""NVIDIA's clients: REST with JSON and with the binary extension, gRPC."""

import numpy as np
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_http
from tritonclient.utils import InferenceServerException

from flows import equal, test
from serving.models import array, datatypes, same
from serving.servers import everything, sums


def rest(server):
    return triton_http.InferenceServerClient(server.rest.removeprefix("http://"))


def rpc(server):
    return triton_grpc.InferenceServerClient(server.grpc)


clients = ((rest, triton_http), (rpc, triton_grpc))


def failure(call) -> InferenceServerException:
    try:
        call()
    except InferenceServerException as error:
        return error
    raise AssertionError("expected an error, but it was accepted")


def inputs(library, arrays: dict, **options):
    made = []
    for name, (datatype, values) in arrays.items():
        tensor = library.InferInput(name, list(values.shape), datatype)
        tensor.set_data_from_numpy(values, **options)
        made.append(tensor)
    return made


def pair(library, a, b):
    column = lambda values: ("FP32", np.array(values, np.float32).reshape(-1, 1))  # noqa: E731
    return inputs(library, {"a": column(a), "b": column(b)})


def all_arrays() -> dict:
    return {f"in_{name}": (name, array(name)) for name in datatypes}


@test
def triton_gets_every_datatype_back_by_rest_in_binary():
    result = rest(everything).infer("everything", inputs(triton_http, all_arrays(), binary_data=True))
    for name in datatypes:
        same(name, result.as_numpy(f"out_{name}"))


@test
def triton_gets_every_datatype_back_by_rest_in_json():
    # its client has no JSON for halves
    tensors = inputs(triton_http, {k: v for k, v in all_arrays().items() if v[0] != "FP16"}, binary_data=False)
    tensors += inputs(triton_http, {"in_FP16": ("FP16", array("FP16"))})
    wanted = [triton_http.InferRequestedOutput(f"out_{name}", binary_data=name == "FP16") for name in datatypes]
    result = rest(everything).infer("everything", tensors, outputs=wanted)
    for name in datatypes:
        same(name, result.as_numpy(f"out_{name}"))


@test
def triton_gets_every_datatype_back_by_grpc():
    result = rpc(everything).infer("everything", inputs(triton_grpc, all_arrays()))
    for name in datatypes:
        same(name, result.as_numpy(f"out_{name}"))


@test
def triton_names_outputs_and_requests_and_sees_the_version():
    for connect, library in clients:
        tensors = pair(library, [1, 2, 3], [10, 20, 30])
        named = connect(sums).infer("sums", tensors, outputs=[library.InferRequestedOutput("difference")], request_id="mine", headers=sums.headers)
        equal(named.as_numpy("sum"), None)
        equal(named.as_numpy("difference").tolist(), [[-9], [-18], [-27]])
        answer = named.get_response()
        fields = answer if isinstance(answer, dict) else {"id": answer.id, "model_name": answer.model_name, "model_version": answer.model_version}
        equal((fields["id"], fields["model_name"], fields["model_version"]), ("mine", "sums", "1"))
        both = connect(sums).infer("sums", tensors, model_version="1", headers=sums.headers)
        equal(both.as_numpy("sum").tolist(), [[11], [22], [33]])


@test
def triton_sends_many_requests_at_once():
    client = rest(sums)
    pending = [client.async_infer("sums", pair(triton_http, [i], [1]), headers=sums.headers) for i in range(200)]
    equal([p.get_result().as_numpy("sum")[0][0] for p in pending], [i + 1 for i in range(200)])


@test
def triton_asks_for_health_metadata_and_configuration():
    for connect, library in clients:
        client = connect(everything)
        equal((client.is_server_live(), client.is_server_ready(), client.is_model_ready("everything")), (True, True, True))
        options = {"as_json": True} if library is triton_grpc else {}
        equal(client.get_server_metadata(**options)["name"], "mlops-model-server")
        metadata = client.get_model_metadata("everything", **options)
        equal((metadata["versions"], metadata["platform"]), (["1"], "onnxruntime_onnx"))
        for side, prefix in (("inputs", "in"), ("outputs", "out")):
            found = {t["name"]: (t["datatype"], [int(size) for size in t["shape"]]) for t in metadata[side]}
            equal(found, {f"{prefix}_{name}": (name, [-1, 2]) for name in datatypes})
        equal((client.is_model_ready("nothing"), client.is_model_ready("everything", "7")), (False, False))
    equal([i["data_type"] for i in rest(everything).get_model_config("everything")["input"]][0], "TYPE_BOOL")


@test
def triton_unloads_a_model_and_loads_it_again():
    for connect, library in clients:
        client = connect(everything)
        index = lambda: [(m["name"], m.get("version", ""), m["state"]) for m in entries(client, library)]  # noqa: E731
        equal(index(), [("everything", "1", "READY")])
        client.unload_model("everything")
        equal((client.is_model_ready("everything"), client.is_server_ready()), (False, False))
        equal([state for *_, state in index()], ["UNAVAILABLE"])
        error = failure(lambda: client.infer("everything", inputs(library, all_arrays())))
        assert error.status() in ("503", "StatusCode.UNAVAILABLE"), error
        client.load_model("everything")
        equal((client.is_model_ready("everything"), index()), (True, [("everything", "1", "READY")]))


def entries(client, library) -> list:
    if library is triton_http:
        return client.get_model_repository_index()
    return client.get_model_repository_index(as_json=True)["models"]


@test
def triton_is_told_what_is_wrong():
    column = lambda datatype, shape: (datatype, np.ones(shape, np.float32 if datatype == "FP32" else np.int64))  # noqa: E731
    good = column("FP32", (2, 1))
    cases = [
        ({"a": good}, "400", "INVALID_ARGUMENT", "input 'b' is missing, expected FP32 with shape [-1,1]"),
        ({"a": good, "b": column("FP32", (2, 3))}, "400", "INVALID_ARGUMENT", "input 'b' expected FP32 with shape [-1,1], got FP32 with shape [2,3]"),
        ({"a": good, "b": column("INT64", (2, 1))}, "400", "INVALID_ARGUMENT", "input 'b' expected FP32 with shape [-1,1], got INT64 with shape [2,1]"),
        ({"a": good, "b": good, "c": good}, "400", "INVALID_ARGUMENT", "input 'c' is not one of the model's"),
    ]
    for arrays, http_status, code, text in cases:
        for connect, library in clients:
            error = failure(lambda: connect(sums).infer("sums", inputs(library, arrays), headers=sums.headers))
            assert text in error.message() and error.status() in (http_status, f"StatusCode.{code}"), error
    for connect, library in clients:
        error = failure(lambda: connect(sums).infer("nothing", pair(library, [1], [1]), headers=sums.headers))
        assert error.status() in ("404", "StatusCode.NOT_FOUND"), error


@test
def triton_needs_the_token():
    for connect, library in clients:
        for headers in ({}, {"authorization": "Bearer " + "x" * 40}):
            error = failure(lambda: connect(sums).infer("sums", pair(library, [1], [1]), headers=headers))
            assert error.status() in ("401", "StatusCode.UNAUTHENTICATED"), error


@test
def a_grpc_request_that_is_too_large_is_refused():
    size = 70 * 1024 * 1024 // 8
    tensors = inputs(triton_grpc, {"a": ("FP32", np.zeros((size * 2, 1), np.float32))})
    error = failure(lambda: rpc(sums).infer("sums", tensors, headers=sums.headers))
    equal(error.status(), "StatusCode.RESOURCE_EXHAUSTED")
