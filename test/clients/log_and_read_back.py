"""Logs a run with the real MLflow client and reads everything back. Prints one line of JSON: what was read.

    python log_and_read_back.py [TRACKING_URI]      (default: MLFLOW_TRACKING_URI)

Ends with status 1 and says what differs when something that was logged is not there.
"""

import json
import os
import sys
import tempfile
import time
import uuid
from pathlib import Path

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

import mlflow


def log_and_read_back(tracking_uri: str) -> dict:
    mlflow.set_tracking_uri(tracking_uri)
    name = f"read-back-{uuid.uuid4().hex[:12]}"
    experiment = mlflow.set_experiment(name)
    text = f"written at {time.time()}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "note.txt")
        file.write_text(text)
        with mlflow.start_run(run_name="first") as run:
            mlflow.log_param("depth", 3)
            mlflow.log_metric("loss", 0.25, step=1)
            mlflow.log_metric("loss", 0.125, step=2)
            mlflow.set_tag("team", "platform")
            mlflow.log_artifact(str(file))

        found = mlflow.search_runs([experiment.experiment_id], "metrics.loss < 0.2 and params.depth = '3'", output_format="list")
        read = mlflow.get_run(run.info.run_id)
        downloaded = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="note.txt", dst_path=str(Path(folder, "back")))
        artifact = Path(downloaded).read_text()

    result = {
        "experiment": name,
        "run_id": run.info.run_id,
        "status": read.info.status,
        "found": [r.info.run_id for r in found],
        "params": read.data.params,
        "metrics": read.data.metrics,
        "team": read.data.tags.get("team"),
        "artifact": artifact,
    }
    expected = {
        "experiment": name,
        "run_id": run.info.run_id,
        "status": "FINISHED",
        "found": [run.info.run_id],
        "params": {"depth": "3"},
        "metrics": {"loss": 0.125},
        "team": "platform",
        "artifact": text,
    }
    if result != expected:
        sys.exit(f"what was read differs from what was logged:\n  logged {json.dumps(expected)}\n  read   {json.dumps(result)}")
    return result


if __name__ == "__main__":
    uri = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("MLFLOW_TRACKING_URI")
    if not uri:
        sys.exit("no tracking server: give its URL as the argument, or set MLFLOW_TRACKING_URI")
    print(json.dumps(log_and_read_back(uri)))
