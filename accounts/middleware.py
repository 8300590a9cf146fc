from django.utils import timezone


def person_time_zone(get_response):
    """Show times in the signed-in person's zone."""

    def middleware(request):
        if request.user.is_authenticated:
            with timezone.override(request.user.time_zone):
                return get_response(request)
        return get_response(request)

    return middleware
