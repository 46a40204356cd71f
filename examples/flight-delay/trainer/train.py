"""
Trains the flight delay model and registers it: an MLflow run with the ONNX model, a version of the registered model, its alias.
Ends with 0 when the version is registered, with 1 when it is not, with 2 when the environment is wrong.
"""

import logging
import os
import sys
import warnings

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
# threads that wait give their core to others: by default they spin, on a busy machine for minutes
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from sklearn.metrics import roc_auc_score

import flights
import model
import registration
import settings as environment

#: The ONNX model is the model only while it ranks flights as scikit-learn's does.
MAX_AUC_DIFFERENCE = 1e-3


def main() -> None:
    # hints of the client about its own inference of types: the model states its types itself
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="mlflow")
    settings = environment.from_environment()
    source = flights.locate(settings.dataset_uri)
    rows = flights.examples(*flights.read(source))
    training = rows[rows["month"].isin(settings.train_months)]
    test = rows[rows["month"].isin(settings.test_months)]
    print(f"{len(rows):,} flights that arrived; {len(training):,} to learn from, {len(test):,} to measure on", flush=True)

    pipeline = model.train(training, settings.max_iterations)
    portable = model.to_portable(pipeline)
    late_by_sklearn = pipeline.predict_proba(test[flights.FEATURES])[:, 1]
    late_by_onnx = model.session(portable).run(["probabilities"], model.tensors(test))[0][:, 1]
    metrics = {
        "auc": roc_auc_score(test["late"], late_by_onnx),
        "auc_sklearn": roc_auc_score(test["late"], late_by_sklearn),
        "largest_difference": float(np.abs(late_by_onnx - late_by_sklearn).max()),
        "late_share": float(test["late"].mean()),
    }
    if abs(metrics["auc"] - metrics["auc_sklearn"]) > MAX_AUC_DIFFERENCE:
        sys.exit(
            f"the ONNX model is not the model that was trained, got AUC {metrics['auc']:.6f} instead of "
            f"{metrics['auc_sklearn']:.6f}; it is not registered"
        )

    version = registration.register(settings, source, training, test, portable, metrics)
    print(f"AUC {metrics['auc']:.4f} by ONNX, {metrics['auc_sklearn']:.4f} by scikit-learn", flush=True)
    print(f"registered: {settings.model_name} version {version}, alias {settings.model_alias}", flush=True)


if __name__ == "__main__":
    main()
