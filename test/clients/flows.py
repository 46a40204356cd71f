"""What every flow of the suite needs: the client, a list that the flows enter themselves, and how they compare."""

import os
import sys
import traceback
import uuid
from contextlib import redirect_stdout

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
# The client retries 5xx seven times, which looks like a hang: here it is a failure.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
# Flows go through the registry, but for the one of artifacts that do not.
os.environ.setdefault("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", "false")

import mlflow
import mlflow.entities
from mlflow.exceptions import MlflowException

client = mlflow.MlflowClient()
tests = []


def test(function):
    tests.append(function)
    return function


def since(major: int, what: str):
    """Marks a flow that needs what clients before this version do not have."""

    def mark(function):
        function.needs = (major, what)
        return function

    return mark


def lacks(function) -> str | None:
    major, what = getattr(function, "needs", (0, ""))
    return f"mlflow {mlflow.__version__} has no {what}" if int(mlflow.__version__.split(".")[0]) < major else None


def new_experiment() -> str:
    return client.create_experiment(f"suite-{uuid.uuid4().hex}")


def equal(got, expected):
    assert got == expected, f"expected {expected!r}, got {got!r}"


def refused(error_code: str, call):
    try:
        call()
    except MlflowException as error:
        equal(error.error_code, error_code)
        return str(error)
    raise AssertionError(f"expected {error_code}, but it was accepted")


def run_all() -> None:
    """Runs the flows that have entered themselves. The last line counts what passed."""
    failed = skipped = 0
    for run in tests:
        name = run.__name__.replace("_", " ")
        if reason := lacks(run):
            skipped += 1
            print(f"skipped {name}: {reason}", flush=True)
            continue
        try:
            # Some clients print where a run can be seen.
            with redirect_stdout(sys.stderr):
                run()
            print(f"ok      {name}", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
        finally:
            while mlflow.active_run():
                mlflow.end_run()
    print(f"{len(tests) - failed - skipped} passed, {failed} failed, {skipped} skipped", flush=True)
    sys.exit(1 if failed else 0)
