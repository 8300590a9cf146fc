"""What the platform refuses, in the shape it says it."""


class Refused(Exception):
    def __init__(self, status, kind, message, **more):
        super().__init__(message)
        self.status, self.kind, self.message, self.more = status, kind, message, more
        self.headers = {}

    def body(self, request_id):
        error = {"type": self.kind, "message": self.message, **self.more}
        return {"type": "error", "error": error, "request_id": request_id}


def invalid(message):
    return Refused(400, "invalid_request_error", message)


def forbidden(message):
    return Refused(403, "permission_error", message)


def missing(what, given):
    return Refused(404, "not_found_error", f"{what} not found: {given}")


def conflict(message):
    return Refused(409, "conflict_error", message)


KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    503: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
