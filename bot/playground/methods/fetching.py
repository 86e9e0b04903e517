"""Methods that fetch: updates, by polling or webhook, and files."""

from typing import Any
from urllib.parse import urlsplit

from bot.playground.errors import bad_request
from bot.playground.methods.common import Call
from bot.playground.updates import DEFAULT_LIMIT, Webhook
from bot.playground.uploads import MAX_DOWNLOAD_BYTES

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


async def get_updates(call: Call) -> Any:
    """getUpdates."""
    queue = call.bot.queue
    queue.allow(call.params.structure("allowed_updates"))
    return await queue.poll(
        call.params.integer("offset"),
        call.params.integer("limit", DEFAULT_LIMIT),
        call.params.integer("timeout"),
    )


def set_webhook(call: Call) -> bool:
    """setWebhook; this machine only, so that nothing leaves it, and plain HTTP is fine here."""
    url = call.params.text("url")
    queue = call.bot.queue
    queue.allow(call.params.structure("allowed_updates"))
    if call.params.flag("drop_pending_updates"):
        queue.pending.clear()
    if not url:
        queue.webhook = None
        return True
    if urlsplit(url).hostname not in LOCAL_HOSTS:
        raise bad_request("bad webhook: the playground delivers to this machine only")
    secret = call.params.text("secret_token") or None
    if secret is not None and not secret.replace("-", "a").replace("_", "a").isalnum():
        raise bad_request("bad webhook: secret token contains unallowed characters")
    queue.webhook = Webhook(url, secret, call.params.integer("max_connections", 40))
    queue.arrived.set()
    return True


def delete_webhook(call: Call) -> bool:
    """deleteWebhook."""
    call.bot.queue.webhook = None
    if call.params.flag("drop_pending_updates"):
        call.bot.queue.pending.clear()
    return True


def get_webhook_info(call: Call) -> Any:
    """getWebhookInfo."""
    queue = call.bot.queue
    hook = queue.webhook
    info: dict[str, Any] = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(queue.pending),
    }
    if hook:
        info["max_connections"] = hook.max_connections
        if hook.last_error:
            info["last_error_message"] = hook.last_error
            info["last_error_date"] = hook.last_error_date
    if queue.allowed:
        info["allowed_updates"] = queue.allowed
    return info


def get_file(call: Call) -> Any:
    """getFile."""
    name = call.params.text("file_id")
    owner, media = call.world.file_ids.get(name, (0, None))
    if media is None or owner != call.bot.id:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(media.file.data) > MAX_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": name,
        "file_unique_id": media.file.unique_id,
        "file_size": len(media.file.data),
        "file_path": media.file.path,
    }
