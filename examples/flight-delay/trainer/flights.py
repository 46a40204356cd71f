"""Flights from New York in 2013 with the weather before them: what is known before a flight should leave, and whether it came late."""

import importlib.util
from pathlib import Path

import pandas as pd

#: A flight is late when it arrives more than so many minutes after its schedule.
LATE_MINUTES = 15

CATEGORIES = ["carrier", "origin", "dest"]
#: Of the plan: minutes after local midnight, Monday is 0, miles.
SCHEDULE = ["sched_dep_minute", "sched_arr_minute", "day_of_week", "distance"]
#: At the airport of departure: Fahrenheit, percent, degrees, miles per hour, inches, millibars, miles. NaN where not observed.
WEATHER = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib"]
NUMBERS = SCHEDULE + WEATHER
FEATURES = CATEGORIES + NUMBERS

#: Columns of the plan, which stand long before the flight. All others of flights.csv are written down after it has left:
#: dep_time, dep_delay, arr_time, arr_delay, air_time, and tailnum, the aircraft that flew in the end.
PLAN_COLUMNS = [
    *("year", "month", "day", "hour", "minute", "time_hour", "sched_dep_time", "sched_arr_time"),
    *("carrier", "flight", "origin", "dest", "distance"),
]
#: Only the answer is made of it.
OUTCOME = "arr_delay"


def read(folder: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """@return flights and weather as they were published"""
    return pd.read_csv(f"{folder}/flights.csv.zip"), pd.read_csv(f"{folder}/weather.csv")


def locate(dataset_uri: str) -> str:
    """@return the folder or URL that holds both files"""
    scheme, _, package = dataset_uri.partition(":")
    if scheme != "package":
        return dataset_uri.rstrip("/")
    # the package itself is not imported: its loader needs pkg_resources, which is gone from setuptools
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"there is no Python package of data, got '{package}'; install it, or give DATASET_URI a folder or URL")
    return str(Path(found.submodule_search_locations[0], "data"))


def examples(flights: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """FEATURES, `month`, and `late` (0 or 1) of each flight that arrived. A cancelled or diverted one has no answer and is left out."""
    plan = flights.loc[flights[OUTCOME].notna(), PLAN_COLUMNS]
    rows = plan.merge(_weather_before(weather), on=["origin", "time_hour"], how="left", validate="many_to_one").set_axis(plan.index)
    rows["sched_dep_minute"] = _minutes(rows["sched_dep_time"])
    rows["sched_arr_minute"] = _minutes(rows["sched_arr_time"])
    rows["day_of_week"] = pd.to_datetime(rows[["year", "month", "day"]]).dt.day_of_week
    rows[NUMBERS] = rows[NUMBERS].astype("float32")
    return rows[[*FEATURES, "month"]].assign(late=(flights.loc[rows.index, OUTCOME] > LATE_MINUTES).astype("int64"))


def _weather_before(weather: pd.DataFrame) -> pd.DataFrame:
    """
    The observation of the hour before the hour of departure: one that carries the hour of departure may have been taken after
    the flight had left (at 5:51 for a flight of 5:15).
    """
    hour_after = pd.to_datetime(weather["time_hour"]) + pd.Timedelta(hours=1)
    return weather[["origin", *WEATHER]].assign(time_hour=hour_after.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _minutes(clock: pd.Series) -> pd.Series:
    """1345 is a quarter to two."""
    return clock // 100 * 60 + clock % 100
