"""Webhooks by the client's own API, to a receiver in this process that checks them as MLflow's documentation tells receivers to."""

import base64
import hashlib
import hmac
import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from flows import client, equal, refused, since, test

SECRET = "shared-with-the-receiver"


class Receiver:
    """Keeps what reaches it."""

    def __init__(self):
        received = self.received = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.append((dict(self.headers.items()), body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, count: int) -> list:
        end = time.time() + 30
        while len(self.received) < count and time.time() < end:
            time.sleep(0.05)
        equal(len(self.received), count)
        return [json.loads(body) for _, body in self.received]


def checked(headers: dict, body: bytes):
    headers = {name.lower(): value for name, value in headers.items()}
    content = f"{headers['x-mlflow-delivery-id']}.{headers['x-mlflow-timestamp']}.{body.decode()}"
    digest = hmac.new(SECRET.encode(), content.encode(), hashlib.sha256).digest()
    equal(headers["x-mlflow-signature"], "v1," + base64.b64encode(digest).decode())


@test
@since(3, "webhooks")
def makes_changes_lists_tries_and_deletes_webhooks():
    from mlflow.entities.webhook import WebhookEvent

    receiver, name = Receiver(), f"hook-{uuid.uuid4().hex[:8]}"
    made = client.create_webhook(name, receiver.url, ["model_version.created", "model_version_alias.created"], description="d", secret=SECRET)
    equal((made.name, made.url, made.description, made.status.value), (name, receiver.url, "d", "ACTIVE"))
    equal([str(event) for event in made.events], ["model_version.created", "model_version_alias.created"])
    equal(client.get_webhook(made.webhook_id).creation_timestamp, made.creation_timestamp)
    assert made.webhook_id in [hook.webhook_id for hook in client.list_webhooks(max_results=100)]
    changed = client.update_webhook(made.webhook_id, events=["prompt.created"], status="DISABLED")
    equal(([str(event) for event in changed.events], changed.status.value, changed.name), (["prompt.created"], "DISABLED", name))
    result = client.test_webhook(made.webhook_id, WebhookEvent.from_str("registered_model.created"))
    equal((result.success, result.response_status), (True, 200))
    checked(*receiver.received[0])
    equal(client.test_webhook(made.webhook_id).success, True)
    client.delete_webhook(made.webhook_id)
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_webhook(made.webhook_id))
    refused("INVALID_PARAMETER_VALUE", lambda: client.create_webhook("a b", receiver.url, ["prompt.created"]))


@test
@since(3, "webhooks")
def tells_of_versions_and_aliases_in_order():
    receiver, name = Receiver(), f"told-{uuid.uuid4().hex}"
    events = ["registered_model.created", "model_version.created", "model_version_tag.set", "model_version_alias.created"]
    hook = client.create_webhook("told", receiver.url, events, secret=SECRET)
    client.create_registered_model(name, tags={"a": "1"}, description="d")
    client.create_model_version(name, "s3://bucket/model")
    client.set_model_version_tag(name, "1", "k", "v")
    client.set_registered_model_alias(name, "champion", "1")
    told = receiver.wait_for(4)
    client.delete_webhook(hook.webhook_id)
    equal([f"{one['entity']}.{one['action']}" for one in told], events)
    equal(told[0]["data"], {"name": name, "tags": {"a": "1"}, "description": "d"})
    equal(told[3]["data"], {"name": name, "alias": "champion", "version": "1"})
    for one in receiver.received:
        checked(*one)
