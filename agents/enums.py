from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Exposure(TextChoices):
    INTERNAL = "internal", _("Internal")
    CUSTOMER = "customer", _("Customer-facing")


class Access(TextChoices):
    READ = "read", _("Read")
    WRITE = "write", _("Read and write")


class Tier(TextChoices):
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")


class StoreKind(TextChoices):
    LOCAL = "local", _("Lucid")
    FOLDER = "folder", _("A folder of files")
    ANTHROPIC = "anthropic", _("A memory store on the Claude platform")


class StoreAct(TextChoices):
    """What is done to a store, in the order in which it is done."""

    DELETE = "delete", _("Delete")
    RENAME = "rename", _("Rename")
    UPDATE = "update", _("Update")
    CREATE = "create", _("Create")
    REDACT = "redact", _("Redact")


class Provider(TextChoices):
    """Who serves the model; only `anthropic` has memory stores, sessions, dreams and batches."""

    ANTHROPIC = "anthropic", _("Claude platform")
    BEDROCK = "bedrock", _("Amazon Bedrock")
    VERTEX = "vertex", _("Google Vertex AI")
    FOUNDRY = "foundry", _("Microsoft Foundry")


class Cause(TextChoices):
    CHANGE = "change", _("Change")
    SYNC = "sync", _("Sync")
    IMPORT = "import", _("Import")
    ERASURE = "erasure", _("Erasure")


class Kind(TextChoices):
    MESSAGE = "message", _("Message")
    TOOL_CALL = "tool_call", _("Tool call")
    TOOL_RESULT = "tool_result", _("Tool result")
    REASONING = "reasoning", _("Reasoning")
    NOTICE = "notice", _("Notice")


class SourceClass(TextChoices):
    USER_INPUT = "user_input", _("Said by a person")
    EXTERNAL_TOOL = "external_tool", _("From a tool")
    AGENT_AUTHORED = "agent_authored", _("Written by the agent")
    SYSTEM = "system", _("System")
    RECALLED = "recalled", _("Recalled from memory")


class Trust(TextChoices):
    TRUSTED = "trusted", _("Trusted")
    NORMAL = "normal", _("Normal")
    UNTRUSTED = "untrusted", _("Untrusted")


class OutcomeName(TextChoices):
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    ESCALATED = "escalated", _("Escalated")


class OutcomeSource(TextChoices):
    TEST = "test", _("Test")
    DOWNSTREAM = "downstream", _("Downstream system")
    HUMAN = "human", _("Person")
    SURVEY = "survey", _("Survey")
    SELF_REPORT = "self-report", _("The agent itself")


class Delivery(TextChoices):
    PENDING = "pending", _("Pending")
    DELIVERED = "delivered", _("Delivered")
    CONFLICT = "conflict", _("Conflict")


TIER_ORDER = {Tier.LOW: 0, Tier.MEDIUM: 1, Tier.HIGH: 2, Tier.CRITICAL: 3}


class SearchKind(TextChoices):
    """What a search finds."""

    STATEMENT = "statement", _("Statement")
    MEMORY = "memory", _("Memory")
    SESSION = "session", _("Session")
    CHANGE = "change", _("Change")
    PROPOSAL = "proposal", _("Proposal")
