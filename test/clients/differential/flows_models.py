"""Registered models: their life, tags, aliases, and prompts."""

from flow import flow


def model(call, suffix: str = "", **fields) -> str:
    call.post("registered-models/create", name=f"{call.name}{suffix}", **fields)
    return f"{call.name}{suffix}"


def version(call, name: str, **fields) -> str:
    made = call.post("model-versions/create", **{"name": name, "source": "s3://bucket/model", **fields})
    return made.get("model_version", {}).get("version", "none")


@flow
def registered_model_is_created_read_changed_deleted(call):
    name = model(call, tags=[{"key": "team", "value": "a"}], description="first")
    model(call)
    call.get("registered-models/get", name=name)
    call.patch("registered-models/update", name=name, description="second")
    call.patch("registered-models/update", what="without description", name=name)
    call.patch("registered-models/update", what="description of 5001", name=name, description="d" * 5001)
    call.get("registered-models/get", name=name)
    call.delete("registered-models/delete", name=name)
    call.delete("registered-models/delete", what="delete it twice", name=name)
    call.get("registered-models/get", name=name)
    model(call)


@flow
def registered_model_names(call):
    for name in ("", " ", "a/b", "a:b", "..", ".", "n" * 256, "n" * 257, "ä 名", "a" + "'", 5, None, ["a"]):
        text = name if not isinstance(name, str) or len(name) < 20 else f"{len(name)} characters"
        call.post("registered-models/create", what=f"create {text!r}", name=name)
    call.get("registered-models/get", what="get without a name")
    call.get("registered-models/get", what="get an unknown one", name="unknown")
    call.get("registered-models/get", what="get a/b", name="a/b")
    call.patch("registered-models/update", name="unknown", description="x")
    call.post("registered-models/rename", name="unknown", new_name="known")
    call.post("registered-models/create", what="a tag twice", name="tag twice", tags=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}])
    call.get("registered-models/get", what="get the tag", name="tag twice")
    call.post("registered-models/create", what="tag without key", name="no key", tags=[{"value": "1"}])


@flow
def registered_model_is_renamed(call):
    name, other = model(call), model(call, " other")
    version(call, name)
    call.post("registered-models/alias", name=name, alias="live", version="1")
    call.post("registered-models/rename", name=name, new_name=f"{name} new")
    call.get("registered-models/get", name=name)
    call.get("registered-models/get", what="by its new name", name=f"{name} new")
    call.get("model-versions/get", what="version by its new name", name=f"{name} new", version="1")
    call.get("registered-models/alias", what="alias by its new name", name=f"{name} new", alias="live")
    call.post("registered-models/rename", what="to a taken name", name=f"{name} new", new_name=other)
    call.post("registered-models/rename", what="to its own name", name=other, new_name=other)
    call.post("registered-models/rename", what="to nothing", name=other, new_name="")
    call.post("registered-models/rename", what="to a/b", name=other, new_name="a/b")
    call.post("registered-models/rename", what="without a new name", name=other)


@flow
def registered_model_tags(call):
    name = model(call)
    tag = lambda what, **fields: call.post("registered-models/set-tag", what=what, **{"name": name, **fields})
    tag("first", key="a", value="1")
    tag("overwrite", key="a", value="2")
    tag("no value", key="b")
    tag("no key", value="1")
    tag("key of 251", key="k" * 251, value="1")
    tag("value of 100001", key="long", value="v" * 100001)
    tag("bad key", key="a&b", value="1")
    tag("unknown model", name="unknown", key="a", value="1")
    call.get("registered-models/get", name=name)
    call.delete("registered-models/delete-tag", name=name, key="a")
    call.delete("registered-models/delete-tag", what="delete it twice", name=name, key="a")
    call.delete("registered-models/delete-tag", what="without key", name=name)
    call.delete("registered-models/delete-tag", what="of an unknown model", name="unknown", key="a")
    call.get("registered-models/get", name=name)


@flow
def aliases(call):
    name = model(call)
    for _ in range(2):
        version(call, name)
    alias = lambda what, **fields: call.post("registered-models/alias", what=what, **{"name": name, "alias": "live", "version": "1", **fields})
    alias("first")
    alias("second alias", alias="other-1")
    alias("moved", version="2")
    alias("version as a number", version=2)
    alias("unknown version", version="9")
    alias("version is a word", version="one")
    for text in ("latest", "LATEST", "v1", "V22", "a b", "a/b", "a" * 256, "", "ä", "1"):
        alias(f"alias {text[:10]!r}", alias=text)
    alias("unknown model", name="unknown")
    alias("no version", version=None)
    call.get("registered-models/alias", name=name, alias="live")
    call.get("registered-models/alias", what="unknown alias", name=name, alias="unknown")
    call.get("registered-models/alias", what="alias of an unknown model", name="unknown", alias="live")
    call.get("registered-models/alias", what="no alias", name=name)
    call.get("registered-models/get", name=name)
    call.get("model-versions/get", name=name, version="2")
    call.delete("registered-models/alias", name=name, alias="live")
    call.delete("registered-models/alias", what="delete it twice", name=name, alias="live")
    call.delete("model-versions/delete", name=name, version="1")
    call.get("registered-models/get", what="get after its version is gone", name=name)


@flow
def registered_models_are_searched_in_pages(call):
    for place in range(5):
        model(call, f" {place}")
    own = f"name LIKE '{call.name}%'"
    token = call.get("registered-models/search", what="page 1", filter=own, max_results=2).get("next_page_token")
    token = call.get("registered-models/search", what="page 2", filter=own, max_results=2, page_token=token).get("next_page_token")
    call.get("registered-models/search", what="page 3", filter=own, max_results=2, page_token=token)
    for most in (0, -1, 1000, 1001, "x"):
        call.get("registered-models/search", what=f"max_results {most}", filter=own, max_results=most)
    call.get("registered-models/search", what="a broken token", page_token="rubbish")
    call.post("registered-models/search", what="by POST", filter=own)


@flow
def prompts(call):
    prompt = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]
    name, plain = model(call, tags=prompt), model(call, " plain")
    model(call)
    call.post("registered-models/create", what="a prompt with a model's name", name=plain, tags=prompt)
    text = [{"key": "mlflow.prompt.text", "value": "Hello {{name}}"}]
    version(call, name, source="prompt-template", tags=prompt + text)
    version(call, name, source="dummy-source", tags=prompt + text, description="second")
    version(call, name, source="s3://bucket/prompt", tags=prompt)
    version(call, name, source="prompt-template", tags=prompt + [{"key": "mlflow.prompt.text", "value": "x" * 100001}])
    call.get("registered-models/get", name=name)
    call.get("registered-models/search", what="models alone", filter=f"name LIKE '{call.name}%'")
    call.get("registered-models/search", what="prompts alone", filter=f"name LIKE '{call.name}%' AND tags.`mlflow.prompt.is_prompt` = 'true'")
    call.get("model-versions/search", what="versions of models", filter=f"name = '{name}'")
    call.get("model-versions/search", what="versions of prompts", filter=f"name = '{name}' AND tags.`mlflow.prompt.is_prompt` = 'true'")
    call.post("registered-models/alias", name=name, alias="live", version="2")
    call.get("registered-models/alias", name=name, alias="live")
    call.post("model-versions/set-tag", name=name, version="1", key="checked", value="yes")
    call.delete("model-versions/delete", name=name, version="1")
    call.delete("registered-models/delete", name=name)
