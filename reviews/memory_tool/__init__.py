"""Claude's memory tool over Lucid: what the model writes is proposed, what it reads is approved.

It runs in the process of the agent and talks to Lucid's API with the agent's token; it needs no Django.
"""

from reviews.memory_tool.tool import LucidMemoryTool

__all__ = ["LucidMemoryTool"]
