"""Drawing what agents and sessions wrote: as text, with every hidden character in sight."""

from django import template
from django.utils.safestring import SafeString

from agents import shown

register = template.Library()


@register.simple_tag
def visible(text: object) -> SafeString:
    """The text with a chip for each hidden character that has no business there."""
    return shown.visible(str(text))
