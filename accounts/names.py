"""Names of people and things: they stand in every sentence, so they hold nothing that cannot be seen."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _Field = models.CharField[str, str]
else:
    _Field = models.CharField

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
JOINERS = set("\u200c\u200d")  # Persian and Indic words and emoji need them


def seen(name: str) -> str:
    """The name without characters that hide, and those that turn the order of what follows."""
    return "".join(one for one in name if one in JOINERS or not (unicodedata.category(one) in UNSEEN or one in BLANK))


class NameField(_Field):
    """A text of one line; what cannot be seen of it is left out as it is stored, by whatever door it comes."""

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return seen(prepared) if isinstance(prepared, str) else prepared

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.get_prep_value(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        """To the database it is any other text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
