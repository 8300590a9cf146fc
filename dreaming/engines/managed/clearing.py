"""Taking away what dreams left on the platform: only what our own journal names, and only once nobody needs it."""

from __future__ import annotations

from dreaming.engines.managed import account as states
from dreaming.engines.managed import following, spending, stores
from dreaming.engines.managed.account import Book, Part
from dreaming.engines.managed.workspace import Workspace

OVER = (states.DONE, states.SPLIT)


def clear(book: Book, workspace: Workspace) -> bool:
    """Stop what still runs, book it, and delete the stores that are left; False where some of it takes longer.

    Raises what the SDK raises: whoever asks comes again later.
    """
    waits = [part for part in book.account.parts if not _is_over(book, workspace, part)]
    if waits:
        return False
    account = book.account
    if account.name and not account.store:
        account.store = stores.made(workspace.client, account)
        book.leave(account.store)
    for store in list(account.left):
        stores.delete(workspace.client, store)
        account.left.remove(store)
        book.save()
    return True


def stop(book: Book, workspace: Workspace) -> None:
    """Cancel what runs, because nobody waits for it any more; it is booked and cleared when the run has ended."""
    for part in book.account.parts:
        if part.state == states.FOLLOWED and not part.is_settled:
            following.stop(workspace.client, part.dream)
            part.state, part.reads = states.STOPPING, following.NONE_YET
            book.save()


def _is_over(book: Book, workspace: Workspace, part: Part) -> bool:
    if part.state in OVER or (part.is_settled and part.state == states.FOLLOWED):
        return True
    if part.state == states.ASKED:
        dream = following.found(book, workspace, part)
        if dream is not None:
            part.dream, part.state = dream.id, states.FOLLOWED
    if not part.dream:
        spending.release(book, workspace, part)
        part.state = states.SPLIT
        book.save()
        return True
    return _is_stopped(book, workspace, part)


def _is_stopped(book: Book, workspace: Workspace, part: Part) -> bool:
    dream = workspace.client.beta.dreams.retrieve(part.dream)
    if part.state != states.STOPPING:
        if dream.status not in following.FINAL:
            following.stop(workspace.client, part.dream)
        part.state, part.reads = states.STOPPING, following.NONE_YET
    if part.is_settled:
        return dream.status in following.FINAL
    return following.book_stopped(book, workspace, part, dream)
