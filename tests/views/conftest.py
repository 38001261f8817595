"""What many tests of pages begin with."""

from collections.abc import Callable

import pytest
from django.test import Client

from studies.models import User


@pytest.fixture
def browser(client_of: Callable[[User], Client], bob: User) -> Client:
    """Bob's, signed in."""
    return client_of(bob)
