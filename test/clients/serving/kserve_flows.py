"""KServe's client, REST and gRPC."""

import asyncio

import grpc
import httpx
import numpy as np
from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.grpc import grpc_predict_v2_pb2 as messages
from kserve.protocol.grpc.grpc_predict_v2_pb2_grpc import GRPCInferenceServiceStub

from flows import equal, test
from serving.models import array, datatypes, same
from serving.servers import everything, sums


def request(arrays: dict, model: str, binary: bool, **options) -> InferRequest:
    made = []
    for name, (datatype, values) in arrays.items():
        tensor = InferInput(name, list(values.shape), datatype)
        tensor.set_data_from_numpy(values, binary_data=binary)
        made.append(tensor)
    return InferRequest(model, made, **options)


def all_arrays() -> dict:
    return {f"in_{name}": (name, array(name)) for name in datatypes}


def pair(a, b) -> dict:
    column = lambda values: ("FP32", np.array(values, np.float32).reshape(-1, 1))  # noqa: E731
    return {"a": column(a), "b": column(b)}


def by_rest(server, made: InferRequest, **options):
    async def ask():
        async with InferenceRESTClient(RESTConfig(protocol="v2", retries=0)) as client:
            return await client.infer(server.rest, made, model_name=made.model_name, headers=dict(server.headers), **options)

    return asyncio.run(ask())


def by_grpc(server, made: InferRequest):
    async def ask():
        async with InferenceGRPCClient(server.grpc, retries=0) as client:
            return await client.infer(made, headers=tuple(server.headers.items()))

    return asyncio.run(ask())


def back(response) -> dict:
    return {output.name: output.as_numpy() for output in response.outputs}


@test
def kserve_gets_every_datatype_back_by_rest_in_binary():
    outputs = back(by_rest(everything, request(all_arrays(), "everything", True)))
    for name in datatypes:
        same(name, outputs[f"out_{name}"])


@test
def kserve_gets_every_datatype_back_by_grpc_raw():
    outputs = back(by_grpc(everything, request(all_arrays(), "everything", True)))
    for name in datatypes:
        same(name, outputs[f"out_{name}"])


@test
def kserve_gets_numbers_back_by_rest_in_json_and_by_grpc_in_typed_contents():
    for ask in (by_rest, by_grpc):
        response = ask(sums, request(pair([1, 2.5], [10, -20]), "sums", False, request_id="mine"))
        equal({name: values.tolist() for name, values in back(response).items()}, {"sum": [[11], [-17.5]], "difference": [[-9], [22.5]]})
        equal((response.id, response.model_name), ("mine", "sums"))
    # by REST it does not read the version
    equal(response.model_version, "1")


@test
def kserve_asks_for_health():
    async def ask():
        rest = InferenceRESTClient(RESTConfig(protocol="v2", retries=0))
        rpc = InferenceGRPCClient(everything.grpc, retries=0)
        answers = [await rpc.is_server_live(), await rpc.is_server_ready(), await rpc.is_model_ready("everything"), await rpc.is_model_ready("nothing")]
        answers += [await rest.is_server_live(everything.rest), await rest.is_server_ready(everything.rest), await rest.is_model_ready(everything.rest, "everything")]
        await rest.close()
        await rpc.close()
        return answers

    equal(asyncio.run(ask()), [True, True, True, False, True, True, True])


@test
def kserve_loads_and_unloads_by_grpc():
    with grpc.insecure_channel(everything.grpc) as channel:
        stub = GRPCInferenceServiceStub(channel)
        unloaded = stub.RepositoryModelUnload(messages.RepositoryModelUnloadRequest(model_name="everything"))
        equal((unloaded.model_name, unloaded.isUnloaded), ("everything", True))
        equal(stub.ModelReady(messages.ModelReadyRequest(name="everything")).ready, False)
        loaded = stub.RepositoryModelLoad(messages.RepositoryModelLoadRequest(model_name="everything"))
        equal((loaded.model_name, loaded.isLoaded), ("everything", True))
        equal(stub.ModelReady(messages.ModelReadyRequest(name="everything")).ready, True)


@test
def kserve_is_told_what_is_wrong():
    wrong = request({"a": pair([1], [1])["a"]}, "sums", True)
    text = "input 'b' is missing, expected FP32 with shape [-1,1]"
    try:
        by_rest(sums, wrong)
        raise AssertionError("expected an error")
    except httpx.HTTPStatusError as error:
        equal((error.response.status_code, text in error.response.json()["error"]), (400, True))
    try:
        by_grpc(sums, wrong)
        raise AssertionError("expected an error")
    except grpc.RpcError as error:
        equal((error.code(), text in error.details()), (grpc.StatusCode.INVALID_ARGUMENT, True))
