"""A job's progress over WebSocket."""

import orjson
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator

from accounts.tests import make
from accounts.tokens import issue_tokens
from scraping.routing import websocket_urlpatterns
from scraping.services.execution import work_on
from scraping.services.jobs import create_job, delete_job
from scraping.tests.media import USER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
KEY = "a-key-of-the-environment"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.API_KEYS = [KEY]


def on(path: str, watch) -> None:
    """Open a socket and let ``watch`` have it."""

    async def run() -> None:
        socket = WebsocketCommunicator(URLRouter(websocket_urlpatterns), path)
        connected, _ = await socket.connect(timeout=5)
        assert connected
        await watch(socket)
        await socket.disconnect()

    async_to_sync(run)()


async def said(socket) -> dict:
    return orjson.loads(await socket.receive_from(timeout=10))


def closed_with(path: str) -> int:
    found = []

    async def watch(socket) -> None:
        found.append((await socket.receive_output(timeout=5))["code"])

    on(path, watch)
    return found[0]


def test_watcher_is_told_the_present_state_and_each_change(sites):
    job = create_job(mode="profile", value=USER)
    heard = []

    async def watch(socket) -> None:
        heard.append(await said(socket))
        await sync_to_async(work_on)(run_id=job.run_id, seconds=60)
        while heard[-1]["status"] != "completed":
            heard.append(await said(socket))

    on(f"/ws/jobs/{job.pk}/?api_key={KEY}", watch)

    counts = {"total_videos": 0, "successful_downloads": 0, "failed_downloads": 0}
    assert heard[0] == {"job_id": str(job.pk), "status": "pending", "progress": 0, **counts}
    counts |= {"total_videos": 5, "successful_downloads": 5}
    assert heard[-1] == {"job_id": str(job.pk), "status": "completed", "progress": 100, **counts}


def test_socket_closes_when_its_job_is_deleted(sites):
    job = create_job(mode="profile", value=USER)
    found = []

    async def watch(socket) -> None:
        await said(socket)
        await sync_to_async(delete_job)(job_id=job.pk)
        output = await socket.receive_output(timeout=10)
        while output["type"] != "websocket.close":
            output = await socket.receive_output(timeout=10)
        found.append(output["code"])

    on(f"/ws/jobs/{job.pk}?api_key={KEY}", watch)

    assert found == [4404]


@pytest.mark.parametrize(("groups", "code"), [(["manager"], 4404), (["auditor"], 4404), ([], 4403)])
def test_staff_get_in_with_their_tokens(groups, code):
    token = issue_tokens(user=make.user(groups=groups)).access_token

    assert closed_with(f"/ws/jobs/00000000-0000-0000-0000-000000000000?token={token}") == code


def test_nobody_else_gets_in():
    job = create_job(mode="profile", value=USER)
    foreign = make.api_key(scopes=["jobs:write"]).raw

    assert closed_with(f"/ws/jobs/{job.pk}") == 4401
    assert closed_with(f"/ws/jobs/{job.pk}?api_key=unknown") == 4401
    assert closed_with(f"/ws/jobs/{job.pk}?token=x") == 4401
    assert closed_with(f"/ws/jobs/{job.pk}?api_key={foreign}") == 4403
