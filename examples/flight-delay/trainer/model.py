"""The model, and the same model as ONNX: one input for each feature, by its name."""

import numpy as np
import onnx
import onnxruntime
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from flights import CATEGORIES, FEATURES, NUMBERS

#: Of ONNX and of its part for trees: what onnxruntime 1.30 runs and skl2onnx 1.20 writes.
OPSETS = {"": 21, "ai.onnx.ml": 3}


def train(rows: pd.DataFrame, max_iterations: int) -> Pipeline:
    # a carrier or airport that was not there in training is one more category
    categories = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    columns = ColumnTransformer([("categories", categories, CATEGORIES), ("numbers", "passthrough", NUMBERS)])
    trees = HistGradientBoostingClassifier(max_iter=max_iterations, random_state=0)
    return Pipeline([("columns", columns), ("trees", trees)]).fit(rows[FEATURES], rows["late"])


def to_portable(pipeline: Pipeline) -> onnx.ModelProto:
    inputs = [(name, StringTensorType([None, 1])) for name in CATEGORIES]
    inputs += [(name, FloatTensorType([None, 1])) for name in NUMBERS]
    return to_onnx(pipeline, initial_types=inputs, options={"zipmap": False}, target_opset=OPSETS)


def tensors(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """The inputs of the ONNX model, each with the shape [rows, 1]."""
    return {name: rows[[name]].to_numpy(dtype=object if name in CATEGORIES else np.float32) for name in FEATURES}


def session(portable: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """One thread, as the model server has it by default: several may add up in another order."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(portable.SerializeToString(), options, providers=["CPUExecutionProvider"])
