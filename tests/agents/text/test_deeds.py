"""What the name of a tool says that it does."""

import pytest

from agents.text import deeds


@pytest.mark.parametrize(
    ("tool", "deed"),
    [
        ("get_order", "reads"),
        ("get_return_policy", "reads"),
        ("listRefunds", "reads"),
        ("cancel_order", "changes"),
        ("OrderCancel", "changes"),
        ("mcp__tracker__create_issue", "changes"),
        ("send-mail", "changes"),
        ("transfer_money", "changes"),
        ("transfer_to_human", "hands_over"),
        ("page_person", "hands_over"),
        ("EscalateTicket", "hands_over"),
        ("get_escalation_contact", "reads"),
        ("issue_refund", "changes"),
        ("order_status", ""),
        ("bash", ""),
        ("", ""),
        ("12", ""),
    ],
)
def test_deed_is_that_of_the_first_known_word(tool, deed):
    assert deeds.deed(tool) == deed
