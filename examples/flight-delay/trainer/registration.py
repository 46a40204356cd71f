"""The container's contract, outwards: an MLflow run, its ONNX model with what a server checks it by, a version, an alias."""

import json
import tempfile
from pathlib import Path

import mlflow
import onnx
import pandas as pd
from mlflow.models import infer_signature

import model
from flights import FEATURES, LATE_MINUTES
from settings import Settings

#: Of the flights to measure on, so many are the input example, each with all its weather.
EXAMPLE_ROWS = 5
DATATYPES = {"int64": "INT64", "float32": "FP32"}


def register(
    settings: Settings,
    dataset_source: str,
    training: pd.DataFrame,
    test: pd.DataFrame,
    portable: onnx.ModelProto,
    metrics: dict[str, float],
) -> str:
    """@return the new version"""
    example = test.dropna().sample(EXAMPLE_ROWS, random_state=0)
    inputs = {name: tensor.astype(str) if tensor.dtype == object else tensor for name, tensor in model.tensors(example).items()}
    session = model.session(portable)
    names = [output.name for output in session.get_outputs()]
    outputs = dict(zip(names, session.run(names, model.tensors(example)), strict=True))

    mlflow.set_experiment(settings.model_name)
    with mlflow.start_run():
        mlflow.log_params(
            {
                "train_months": f"{settings.train_months[0]}-{settings.train_months[-1]}",
                "test_months": f"{settings.test_months[0]}-{settings.test_months[-1]}",
                "max_iterations": settings.max_iterations,
                "late_minutes": LATE_MINUTES,
                "features": ",".join(FEATURES),
            }
        )
        for rows, context in [(training, "training"), (test, "test")]:
            dataset = mlflow.data.from_pandas(rows, source=dataset_source, targets="late", name=f"flights-{context}")
            mlflow.log_input(dataset, context=context)
        mlflow.log_metrics(metrics)
        logged = mlflow.onnx.log_model(
            portable,
            name="model",
            signature=infer_signature(inputs, outputs),
            input_example=inputs,
            # asked for, so that the client does not start a second Python to find out
            pip_requirements=str(Path(__file__).with_name("requirements.txt")),
        )
        client = mlflow.MlflowClient()
        with tempfile.TemporaryDirectory() as folder:
            expected = [
                {"name": name, "datatype": DATATYPES[str(values.dtype)], "shape": list(values.shape), "data": values.ravel().tolist()}
                for name, values in outputs.items()
            ]
            Path(folder, "expected_outputs.json").write_text(json.dumps({"outputs": expected}))
            client.log_model_artifacts(logged.model_id, folder)
    # only now: whoever watches the alias finds the whole model
    version = mlflow.register_model(f"models:/{logged.model_id}", settings.model_name).version
    client.set_registered_model_alias(settings.model_name, settings.model_alias, version)
    return version
