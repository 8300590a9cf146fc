"""Lists that the Claude platform keeps, asked for while a person waits."""

import anthropic
from django.utils.translation import gettext as _

from agents.connections import clients, sealing
from agents.pulling import patience
from audit import keys

PATIENCE = 15.0  # seconds that a person waits


def of(connection, read, *, residency):
    """What `read` makes of a client, and the problem in words where the platform does not tell."""
    try:
        with clients.platform_client(connection, residency=[residency]) as client:
            return read(client.with_options(timeout=PATIENCE)), ""
    except anthropic.APIError as error:
        return (), patience.told(error)
    except (clients.Refused, keys.BadKey) as refused:
        return (), str(refused)
    except sealing.Lost:
        return (), _("The key of the connection cannot be read any more.")
