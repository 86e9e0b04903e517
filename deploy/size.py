"""How large the image gets: the sizes of what is installed here, without what it leaves away.

    python deploy/size.py

Counts the packages that `familyguard[cluster]` needs, from the lists of files that they came with,
and takes off the parts for graphics cards, which PyTorch's builds for processors do not have.
"""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

CARDS = re.compile(r"^(nvidia|triton|cuda)", re.IGNORECASE)
CARDS_IN_TORCH = re.compile(r"torch/lib/lib(torch_cuda|c10_cuda|torch_nvshmem|caffe2_nvrtc|cupti)")


def needed(name: str, extras: tuple[str, ...], found: dict[str, Distribution]) -> None:
    """Put `name` and whatever it needs into `found`."""
    try:
        package = distribution(name)
    except PackageNotFoundError:
        return
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in found and not extras:
        return
    found[key] = package
    for line in package.requires or []:
        one = Requirement(line)
        wanted = one.marker is None or any(
            one.marker.evaluate({"extra": extra}) for extra in ("", *extras)
        )
        if wanted:
            needed(one.name, tuple(one.extras), found)


def megabytes() -> tuple[float, float]:
    """All that is needed, and of it what the image leaves away."""
    found: dict[str, Distribution] = {}
    needed("familyguard", ("cluster",), found)
    total = cards = 0
    for name, package in found.items():
        for file in package.files or []:
            path = file.locate()
            size = path.stat().st_size if path.exists() else 0
            total += size
            if CARDS.match(name) or CARDS_IN_TORCH.search(str(file)):
                cards += size
    return total / 1e6, cards / 1e6


if __name__ == "__main__":
    total, cards = megabytes()
    print(f"installed: {total:.0f} MB, for graphics cards: {cards:.0f} MB")
    print(f"in the image: {total - cards:.0f} MB, beside the base")
