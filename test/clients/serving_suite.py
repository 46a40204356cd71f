"""
Clients of the Open Inference Protocol against two model servers, whose models come from a registry: `serving_suite.py NAME…` runs the
flows of serving/NAME_flows.py. Triton's and KServe's need a process each: their gRPC messages have the same names. The last line counts.
"""

import sys
from importlib import import_module

from flows import run_all

if __name__ == "__main__":
    for name in sys.argv[1:]:
        import_module(f"serving.{name}_flows")  # the flows enter themselves
    run_all()
