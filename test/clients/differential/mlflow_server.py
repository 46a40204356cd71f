"""Runs the real `mlflow server` until standard input ends, so that it cannot outlive whoever started it.

python mlflow_server.py PORT BACKEND_STORE_URI ARTIFACTS_FOLDER
"""

import os
import signal
import subprocess
import sys
import threading

port, backend, artifacts = sys.argv[1:]
mlflow = os.path.join(os.path.dirname(sys.executable), "mlflow")
command = [mlflow, "server", "--host", "127.0.0.1", "--port", port, "--workers", "1", "--backend-store-uri", backend, "--artifacts-destination", artifacts]
env = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
# It starts workers of its own: they are one group.
server = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, start_new_session=True)


def stop() -> None:
    sys.stdin.read()
    try:
        os.killpg(server.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


threading.Thread(target=stop, daemon=True).start()
sys.exit(server.wait())
