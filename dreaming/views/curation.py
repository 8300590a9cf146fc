"""The curation policy of an agent, and the schema of all of them."""

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from dreaming.engines.local import curation


@require_safe
@login_not_required
def schema(request):
    return JsonResponse(curation.schema(), content_type="application/schema+json", json_dumps_params={"indent": 2})
