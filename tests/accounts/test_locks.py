from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts import members
from accounts.enums import Role
from accounts.models import Membership
from tests import recipes


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time by itself")
@pytest.mark.django_db(transaction=True)
def test_two_admins_who_remove_each_other_leave_one(at):
    people = recipes.people_of_a_team("north")
    second = recipes.membership(people.row, user=recipes.user(), roles=[Role.ADMIN])
    first = Membership.objects.of(people.row).get(user=people.admin)
    start, refused = Barrier(2), []

    def remove(membership, by):
        start.wait()
        try:
            members.remove(membership=membership, by=by, at=at)
        except members.LastAdmin:
            refused.append(membership)
        finally:
            connection.close()

    threads = [
        Thread(target=remove, args=(first, second.user)),
        Thread(target=remove, args=(second, first.user)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert members.has_admin(people.row)
