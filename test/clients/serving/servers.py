"""The two servers that the flows ask: one gives back every datatype, one adds, asks for a token and writes the inference log."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Server:
    rest: str
    grpc: str
    token: str = ""

    @property
    def headers(self) -> dict:
        """New each time: Triton's client writes into what it is given."""
        return {"authorization": f"Bearer {self.token}"} if self.token else {}


everything = Server(os.environ["EVERYTHING_URL"], os.environ["EVERYTHING_GRPC"])
sums = Server(os.environ["SUMS_URL"], os.environ["SUMS_GRPC"], os.environ["SUMS_TOKEN"])
