"""Makes the models beside this file: python make.py, with onnx 1.23.2 (PyPI). They are committed, so that tests need no Python."""

from pathlib import Path

from onnx import TensorProto as T
from onnx import helper as h
from onnx.checker import check_model

here = Path(__file__).parent


def save(name, nodes, inputs, outputs, constants=()):
    values = lambda specs: [h.make_tensor_value_info(*spec) for spec in specs]
    graph = h.make_graph(nodes, name, values(inputs), values(outputs), [h.make_tensor(*c) for c in constants])
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8)
    check_model(model, full_check=True)
    (here / f"{name}.onnx").write_bytes(model.SerializeToString())


def plus(name, k):
    """y = sum of a row of x, and k: models of two different k differ on every input."""
    nodes = [h.make_node("ReduceSum", ["x", "axes"], ["s"], keepdims=0), h.make_node("Add", ["s", "k"], ["y"])]
    constants = [("axes", T.INT64, [1], [1]), ("k", T.FLOAT, [], [k])]
    save(name, nodes, [("x", T.FLOAT, ["batch", 2])], [("y", T.FLOAT, ["batch"])], constants)


plus("plus-one", 1.0)
plus("plus-two", 2.0)

# price = a * 2 + b, and which of the texts it was
save(
    "two-inputs",
    [h.make_node("Add", ["a", "a"], ["aa"]), h.make_node("Add", ["aa", "b"], ["price"]), h.make_node("Identity", ["city"], ["where"])],
    [("a", T.DOUBLE, ["n", 1]), ("b", T.DOUBLE, ["n", 1]), ("city", T.STRING, ["n", 1])],
    [("price", T.DOUBLE, ["n", 1]), ("where", T.STRING, ["n", 1])],
)

# Looks up row i - 5 of [10, 20]: fails on zeros, and on all that is not 5 or 6
save(
    "lookup",
    [h.make_node("Sub", ["i", "five"], ["row"]), h.make_node("Gather", ["rows", "row"], ["value"])],
    [("i", T.INT64, ["n"])],
    [("value", T.FLOAT, ["n"])],
    [("five", T.INT64, [], [5]), ("rows", T.FLOAT, [2], [10.0, 20.0])],
)

# Halves and whole numbers of 64 bits, as they are
save(
    "echo",
    [h.make_node("Identity", ["h"], ["h_out"]), h.make_node("Identity", ["n"], ["n_out"]), h.make_node("Identity", ["f"], ["f_out"])],
    [("h", T.FLOAT16, [2]), ("n", T.INT64, [2]), ("f", T.BOOL, [2])],
    [("h_out", T.FLOAT16, [2]), ("n_out", T.INT64, [2]), ("f_out", T.BOOL, [2])],
)
