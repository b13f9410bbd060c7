from functools import partial

import pytest

from tests.http.front_door import Journal, Serve, serve_front_door


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def serve(journal: Journal) -> Serve:
    """Start the front door with the options given as keywords."""
    return partial(serve_front_door, journal)
