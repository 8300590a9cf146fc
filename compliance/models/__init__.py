from compliance.models.erasing import Erasure, LegalHold
from compliance.models.exporting import Export, ExportDefinition, ExportQuerySet
from compliance.models.retaining import Retention
from compliance.models.streaming import Destination, DestinationQuerySet

__all__ = [
    "Destination",
    "DestinationQuerySet",
    "Erasure",
    "Export",
    "ExportDefinition",
    "ExportQuerySet",
    "LegalHold",
    "Retention",
]
