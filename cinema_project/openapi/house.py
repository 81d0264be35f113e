"""What the document says about the house's own addresses: the greeting and the health of the process."""

from typing import Any

from cinema_project.health import SERVICES


def _answer(description: str, **example: Any) -> dict[str, Any]:
    fields = {name: {"type": "array" if isinstance(value, list) else "string"} for name, value in example.items()}
    schema = {"type": "object", "properties": fields}
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}


def _get(name: str, summary: str, **responses: Any) -> dict[str, Any]:
    by_status = {status.removeprefix("status_"): answer for status, answer in responses.items()}
    return {"get": {"operationId": name, "tags": ["House"], "summary": summary, "security": [], "responses": by_status}}


def _health(service: str) -> dict[str, Any]:
    name = f"health_of_{service}" if service else "health"
    return _get(name, "Is the process serving?", status_200=_answer("It is.", status="ok", service=SERVICES[service]))


PATHS: dict[str, Any] = {
    "/": _get(
        "greeting",
        "Who answers here",
        status_200=_answer(
            "Programs get this, browsers the home page.", message="Welcome", version="1.0.0", docs="/docs", status="ok"
        ),
    ),
    "/health": _health(""),
    "/health/ready": _get(
        "ready",
        "Can the process work?",
        status_200=_answer("It can; `degraded` names what it works without.", status="degraded", failed=["cache"]),
        status_503=_answer("The database does not answer.", status="unavailable", failed=["database"]),
    ),
    **{f"/{service}/health": _health(service) for service in SERVICES if service},
}
COMPONENTS: dict[str, Any] = {}
