"""Registered models, their versions, stages and aliases, copies, and prompts, which share the table."""

import threading
import uuid

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.runs_artifact_repo import RunsArtifactRepository

from flows import client, equal, new_experiment, refused, since, test


def new_name() -> str:
    return f"model-{uuid.uuid4().hex}"


def new_model(**fields) -> str:
    return client.create_registered_model(new_name(), **fields).name


def new_version(name: str, **fields):
    return client.create_model_version(name, "s3://bucket/model", **fields)


@test
def registers_what_a_run_made_and_finds_it_by_alias():
    with mlflow.start_run(experiment_id=new_experiment()) as run:
        mlflow.log_text("weights", "model/weights.txt")
    uri = f"runs:/{run.info.run_id}/model"
    name, source = new_model(), RunsArtifactRepository.get_underlying_uri(uri)
    first = client.create_model_version(name, uri, run.info.run_id, tags={"stage": "first"})
    second = client.create_model_version(name, source, run.info.run_id, tags={"stage": "second"}, description="better")
    equal([(v.version, v.status, v.run_id) for v in (first, second)], [("1", "READY", run.info.run_id), ("2", "READY", run.info.run_id)])
    client.set_registered_model_alias(name, "champion", "2")
    found = client.get_model_version_by_alias(name, "champion")
    equal((found.version, found.description, found.tags, found.aliases), ("2", "better", {"stage": "second"}, ["champion"]))
    equal(client.get_model_version_download_uri(name, "2"), f"{run.info.artifact_uri}/model")
    equal(mlflow.artifacts.load_text(f"models:/{name}@champion/weights.txt"), "weights")
    client.set_registered_model_alias(name, "champion", "1")
    equal(client.get_model_version_by_alias(name, "champion").version, "1")
    equal(client.get_registered_model(name).aliases, {"champion": "1"})
    client.delete_registered_model_alias(name, "champion")
    refused("INVALID_PARAMETER_VALUE", lambda: client.get_model_version_by_alias(name, "champion"))
    refused("INVALID_PARAMETER_VALUE", lambda: client.create_model_version(new_model(), source, "0" * 32))


@test
def changes_and_deletes_registered_models_and_versions():
    name = new_model(tags={"team": "search"}, description="first")
    refused("RESOURCE_ALREADY_EXISTS", lambda: client.create_registered_model(name))
    client.update_registered_model(name, "second")
    client.set_registered_model_tag(name, "tier", "gold")
    client.delete_registered_model_tag(name, "team")
    read = client.get_registered_model(name)
    equal((read.description, read.tags, read.latest_versions), ("second", {"tier": "gold"}, []))
    for _ in range(2):
        new_version(name)
    client.update_model_version(name, "1", "a note")
    client.set_model_version_tag(name, "1", "checked", "yes")
    equal((client.get_model_version(name, "1").description, client.get_model_version(name, "1").tags), ("a note", {"checked": "yes"}))
    client.delete_model_version_tag(name, "1", "checked")
    client.delete_model_version(name, "2")
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_model_version(name, "2"))
    equal(new_version(name).version, "3")
    renamed = new_name()
    client.rename_registered_model(name, renamed)
    equal([v.version for v in client.search_model_versions(f"name = '{renamed}'")], ["3", "1"])
    equal(client.get_model_version(renamed, "1").tags, {})
    client.delete_registered_model(renamed)
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_registered_model(renamed))


@test
def moves_versions_through_stages():
    name = new_model()
    for _ in range(3):
        new_version(name)
    client.transition_model_version_stage(name, "1", "Production")
    client.transition_model_version_stage(name, "2", "staging")
    moved = client.transition_model_version_stage(name, "3", "Production", archive_existing_versions=True)
    equal((moved.version, moved.current_stage), ("3", "Production"))
    equal([client.get_model_version(name, v).current_stage for v in ("1", "2", "3")], ["Archived", "Staging", "Production"])
    equal({v.current_stage: v.version for v in client.get_latest_versions(name)}, {"Archived": "1", "Staging": "2", "Production": "3"})
    equal([v.version for v in client.get_latest_versions(name, ["Production"])], ["3"])
    refused("INVALID_PARAMETER_VALUE", lambda: client.transition_model_version_stage(name, "1", "Somewhere"))


@test
def searches_models_and_versions_page_by_page():
    mark = uuid.uuid4().hex
    names = [f"{mark}-{i}" for i in range(5)]
    for i, name in enumerate(names):
        client.create_registered_model(name, tags={"half": "first" if i < 2 else "second"})
        new_version(name, run_id=f"run-{i}", tags={"odd": str(i % 2)})
    first = client.search_registered_models(f"name LIKE '{mark}%'", max_results=3, order_by=["name DESC"])
    rest = client.search_registered_models(f"name LIKE '{mark}%'", max_results=3, order_by=["name DESC"], page_token=first.token)
    equal(([m.name for m in [*first, *rest]], rest.token or None), (names[::-1], None))
    equal([m.name for m in mlflow.search_registered_models(filter_string=f"name LIKE '{mark}%' AND tags.half = 'first'")], names[:2])
    odd = client.search_model_versions(f"name LIKE '{mark}%' AND tags.odd = '1'", order_by=["name ASC"])
    equal([(v.name, v.tags) for v in odd], [(names[1], {"odd": "1"}), (names[3], {"odd": "1"})])
    equal([v.name for v in mlflow.search_model_versions(filter_string=f"name LIKE '{mark}%' AND run_id IN ('run-0', 'run-4')", order_by=["name ASC"])], [names[0], names[4]])
    message = refused("INVALID_PARAMETER_VALUE", lambda: client.search_model_versions("stage = 'x'"))
    assert "position" in message, message


@test
def copies_a_version_to_another_model():
    name, copy_name = new_model(), new_name()
    version = new_version(name, run_id="a" * 32, tags={"a": "1"}, description="the first")
    copy = client.copy_model_version(f"models:/{name}/{version.version}", copy_name)
    equal((copy.name, copy.version, copy.source, copy.run_id, copy.tags), (copy_name, "1", f"models:/{name}/1", "a" * 32, {"a": "1"}))
    equal(client.get_model_version_download_uri(copy_name, "1"), "s3://bucket/model")
    equal(client.copy_model_version(f"models:/{name}/1", copy_name).version, "2")


@test
def gives_versions_made_at_once_numbers_of_their_own():
    name, versions, errors = new_model(), [], []

    def create():
        try:
            versions.append(int(new_version(name).version))
        except MlflowException as error:
            errors.append(error)

    threads = [threading.Thread(target=create) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal((sorted(versions), errors), (list(range(1, 11)), []))


@test
def registers_a_prompt_and_loads_it_by_alias():
    # Where clients before MLflow 3 have them.
    prompts = getattr(mlflow, "genai", mlflow)
    name = f"prompt-{uuid.uuid4().hex}"
    equal([int(prompts.register_prompt(name, template).version) for template in ("Hi {{name}}", "Hello {{name}}")], [1, 2])
    prompts.set_prompt_alias(name, "live", 2)
    equal(prompts.load_prompt(f"prompts:/{name}@live").format(name="Ann"), "Hello Ann")
    equal(prompts.load_prompt(f"prompts:/{name}/1").template, "Hi {{name}}")
    equal(client.search_registered_models(f"name = '{name}'"), [])


@test
@since(3, "mlflow.genai: search, tags of versions and chats among the prompts")
def keeps_prompts_apart_from_models():
    name, model = f"prompt-{uuid.uuid4().hex}", new_model()
    first = mlflow.genai.register_prompt(name, "Hello {{name}}", commit_message="greets", tags={"language": "en"})
    second = mlflow.genai.register_prompt(name, [{"role": "user", "content": "Hi {{name}}"}])
    equal((first.version, second.version), (1, 2))
    mlflow.genai.set_prompt_alias(name, "live", 1)
    loaded = mlflow.genai.load_prompt(f"prompts:/{name}@live")
    equal((loaded.template, loaded.commit_message, loaded.format(name="Ann")), ("Hello {{name}}", "greets", "Hello Ann"))
    equal(mlflow.genai.load_prompt(name, version=2).template, [{"role": "user", "content": "Hi {{name}}"}])
    equal([p.name for p in mlflow.genai.search_prompts(f"name = '{name}'")], [name])
    equal(mlflow.genai.search_prompts(f"name = '{model}'"), [])
    equal([m.name for m in client.search_registered_models(f"name IN ('{name}', '{model}')")], [model])
    equal(client.search_model_versions(f"name = '{name}'"), [])
    equal([v.version for v in client.search_prompt_versions(name)], [2, 1])
    refused("RESOURCE_ALREADY_EXISTS", lambda: client.create_registered_model(name))
    mlflow.genai.set_prompt_version_tag(name, 1, "checked", "yes")
    equal(client.get_prompt_version(name, 1).tags.get("checked"), "yes")
    mlflow.genai.delete_prompt_alias(name, "live")
    client.delete_prompt_version(name, "1")
    client.delete_prompt_version(name, "2")
    client.delete_prompt(name)
    equal(client.get_prompt(name), None)
