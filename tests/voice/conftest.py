"""What the tests of the sound side share."""

import pytest


@pytest.fixture
def one_thread() -> None:
    """Keep torch to one thread: on a busy machine its threads wait for each other for minutes."""
    import torch

    torch.set_num_threads(1)
