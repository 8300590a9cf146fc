from agents.models.connections import Connection, ConnectionQuerySet, WaitingKey
from agents.models.memories import Memory, MemoryQuerySet, MemoryVersion, MemoryVersionQuerySet, StatementRecord
from agents.models.pulling import ErasedSession, PlatformLink, PlatformLinkQuerySet, PulledSession
from agents.models.roster import Agent, AgentQuerySet, Namespace, NamespaceAccess
from agents.models.searching import SearchDue, SearchRow
from agents.models.sessions import Feedback, Outcome, ReadTrace, Session, SessionEvent, SessionQuerySet
from agents.models.stores import StoreCall, StoredMemory, StoreLink, StoreLinkQuerySet, StorePush

__all__ = [
    "Agent",
    "AgentQuerySet",
    "Connection",
    "ConnectionQuerySet",
    "ErasedSession",
    "Feedback",
    "Memory",
    "MemoryQuerySet",
    "MemoryVersion",
    "MemoryVersionQuerySet",
    "Namespace",
    "NamespaceAccess",
    "Outcome",
    "PlatformLink",
    "PlatformLinkQuerySet",
    "PulledSession",
    "ReadTrace",
    "SearchDue",
    "SearchRow",
    "Session",
    "SessionEvent",
    "SessionQuerySet",
    "StatementRecord",
    "StoreCall",
    "StoreLink",
    "StoreLinkQuerySet",
    "StorePush",
    "StoredMemory",
    "WaitingKey",
]
