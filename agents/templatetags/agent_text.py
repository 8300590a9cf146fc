"""Drawing what agents and sessions wrote: as text, with every hidden character in sight."""

from django import template

from agents.text import hidden

register = template.Library()


@register.inclusion_tag("_parts/_text.html#text")
def visible(text):
    """The text with a chip for each hidden character."""
    return {"parts": hidden.parts(str(text))}
