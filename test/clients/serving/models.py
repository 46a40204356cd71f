"""Models of the serving flows, made by the onnx package and logged by the MLflow client. As a program: logs them and sets the aliases."""

import mlflow
import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.helper import make_tensor_value_info as value

from flows import equal

# Each datatype of the protocol: ONNX's name, numpy's, and values at its ends.
datatypes = {
    "BOOL": (TensorProto.BOOL, np.bool_, [True, False]),
    "UINT8": (TensorProto.UINT8, np.uint8, [0, 2**8 - 1]),
    "UINT16": (TensorProto.UINT16, np.uint16, [0, 2**16 - 1]),
    "UINT32": (TensorProto.UINT32, np.uint32, [0, 2**32 - 1]),
    "UINT64": (TensorProto.UINT64, np.uint64, [0, 2**64 - 1]),
    "INT8": (TensorProto.INT8, np.int8, [-(2**7), 2**7 - 1]),
    "INT16": (TensorProto.INT16, np.int16, [-(2**15), 2**15 - 1]),
    "INT32": (TensorProto.INT32, np.int32, [-(2**31), 2**31 - 1]),
    "INT64": (TensorProto.INT64, np.int64, [-(2**63), 2**63 - 1]),
    "FP16": (TensorProto.FLOAT16, np.float16, [65504, 6e-8]),
    "FP32": (TensorProto.FLOAT, np.float32, [3.4028235e38, 0.1]),
    "FP64": (TensorProto.DOUBLE, np.float64, [1.7976931348623157e308, 0.1]),
    "BYTES": (TensorProto.STRING, np.object_, ["ä 'quoted' \"text\" \N{SNOWMAN}", ""]),
}


def array(datatype: str) -> np.ndarray:
    _, dtype, values = datatypes[datatype]
    return np.array(values, dtype=dtype).reshape(1, 2)


def same(datatype: str, got: np.ndarray) -> None:
    expected = array(datatype)
    if datatype == "BYTES":
        equal([v.decode() if isinstance(v, bytes) else v for v in got.flatten()], list(expected.flatten()))
    else:
        equal((got.dtype, got.shape, got.tobytes()), (expected.dtype, expected.shape, expected.tobytes()))


def model(nodes, inputs, outputs, constants=()) -> onnx.ModelProto:
    graph = helper.make_graph(nodes, "graph", inputs, outputs, constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    return made


def everything() -> onnx.ModelProto:
    """Gives back what it gets, in every datatype at once."""
    shape = ["n", 2]
    return model(
        [helper.make_node("Identity", [f"in_{name}"], [f"out_{name}"]) for name in datatypes],
        [value(f"in_{name}", kind, shape) for name, (kind, *_) in datatypes.items()],
        [value(f"out_{name}", kind, shape) for name, (kind, *_) in datatypes.items()],
    )


def sums(offset: float) -> onnx.ModelProto:
    """sum = a + b + offset and difference = a - b, one number for each example: versions that differ on every input."""
    return model(
        [
            helper.make_node("Sub", ["a", "b"], ["difference"]),
            helper.make_node("Add", ["a", "b"], ["exact"]),
            helper.make_node("Add", ["exact", "offset"], ["sum"]),
        ],
        [value(name, TensorProto.FLOAT, ["n", 1]) for name in ("a", "b")],
        [value(name, TensorProto.FLOAT, ["n", 1]) for name in ("sum", "difference")],
        [helper.make_tensor("offset", TensorProto.FLOAT, [1], [offset])],
    )


def log(name: str, made: onnx.ModelProto, example=None) -> str:
    """Logs and registers it; returns the version."""
    with mlflow.start_run():
        info = mlflow.onnx.log_model(made, name="model", registered_model_name=name, input_example=example)
    return str(info.registered_model_version)


def main() -> None:
    client = mlflow.MlflowClient()
    example = {name: np.ones((1, 1), np.float32) for name in ("a", "b")}
    client.set_registered_model_alias("everything", "champion", log("everything", everything()))
    client.set_registered_model_alias("sums", "champion", log("sums", sums(0), example))


if __name__ == "__main__":
    main()
