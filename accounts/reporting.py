"""What error reports show of a failed request: no secret that somebody typed, nor what carries one over the wire."""

from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

_CARRIERS = ("anthropic", "httpx2", "httpcore2", "h11", "agents.connections", "boto3", "botocore", "google")


class Filter(SafeExceptionReporterFilter):
    """Active in DEBUG, too: a page of an error is read over shoulders and pasted into tickets."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        shown = super().get_post_parameters(request)
        return {name: self.cleanse_setting(name, value) for name, value in shown.items()}

    def get_traceback_frame_variables(self, request: HttpRequest, tb_frame: FrameType) -> ItemsView[str, Any]:
        module = str(tb_frame.f_globals.get("__name__", ""))
        if any(module == one or module.startswith(f"{one}.") for one in _CARRIERS):
            return dict[str, Any]().items()
        shown = super().get_traceback_frame_variables(request, tb_frame)
        return {name: self.cleanse_setting(name, value) for name, value in shown}.items()
