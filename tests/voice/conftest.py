"""What the tests of the sound side share."""

from collections.abc import Iterator

import pytest

from tests.voice.file_server import Server, served


@pytest.fixture
def one_thread() -> None:
    """Keep torch to one thread: on a busy machine its threads wait for each other for minutes."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture
def server() -> Iterator[Server]:
    """A web server on this machine, whose behaviour the test can change."""
    with served() as state:
        yield state
