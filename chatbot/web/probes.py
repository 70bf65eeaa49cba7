"""What whoever runs the service asks it: is it alive, is it ready, how is it doing."""

from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from chatbot.web.asking import Asking
from chatbot.web.metrics import Metrics
from chatbot.web.problems import documented


class Health(BaseModel):
    status: Literal["alive", "ready"]


def probes(asking: Asking, metrics: Metrics) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get("/healthz", responses=documented(), name="Is it alive?")
    async def alive() -> Health:
        return Health(status="alive")

    @router.get("/readyz", responses=documented(), name="Can it answer?")
    async def ready() -> Health:
        asking.admit()
        return Health(status="ready")

    @router.get(
        "/metrics",
        name="Figures for Prometheus",
        response_class=Response,
        responses={**documented(), 200: {"content": {"text/plain": {}}, "description": "Prometheus' text format"}},
    )
    async def figures() -> Response:
        return Response(metrics.text(asking.loading.state.chatbot), headers={"content-type": CONTENT_TYPE_LATEST})

    return router
