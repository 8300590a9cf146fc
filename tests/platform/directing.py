"""What tests tell the platform to do: how dreams and batches go, what the model says. JSON in, JSON out."""

from tests.platform import batching, dreaming, scripting

VERBS = frozenset(
    {
        "say",
        "say_when",
        "script_dream",
        "step_dream",
        "close_dreams",
        "cap_stores",
        "script_batch",
        "step_batch",
    }
)


class Directing:
    """Verbs of a Platform; `workspace` is an id, the first workspace being meant without one."""

    def say(self, text="", times=1, **more):
        """Queue an answer of the model; see scripting."""
        self.answers += [scripting.said(text, **more) for _number in range(times)]

    def say_when(self, contains, text="", times=None, **more):
        """Answer so whenever these words are in a request."""
        self.rules.append({"contains": contains, "times": times, "answer": scripting.said(text, **more)})

    def script_dream(self, edits=(), **how):
        """How the next dream to be created goes; see dreaming.Script."""
        self.dream_scripts.append(dreaming.Script(list(edits), **how))

    def step_dream(self, dream):
        """Move a dream one step on, whatever it waits for; gives its status."""
        place = next(place for place in self.workspaces.values() if dream in place.dreams)
        dreaming.step(self, place, place.dreams[dream])
        return place.dreams[dream].status

    def close_dreams(self, workspace=None, status=403):
        """The workspace has no access to Dreams, which it hears as a status."""
        self.in_workspace(workspace).without_dreams = status

    def cap_stores(self, most, workspace=None):
        self.in_workspace(workspace).most_stores = most

    def script_batch(self, **how):
        """How the next batch to be created goes; see batching.Script."""
        self.batch_scripts.append(batching.Script(**how))

    def step_batch(self, batch):
        """Move a batch one step on; gives its status."""
        place = next(place for place in self.workspaces.values() if batch in place.batches)
        batching.step(self, place.batches[batch])
        return place.batches[batch].status
