"""A list of everything that is in it, in CycloneDX: the packages, and the models with their hashes.

    pip install '.[dev]' && python deploy/sbom.py > sbom.json

The packages of the Python that runs this are listed by the tool of the CycloneDX project; what it
cannot know, because no package holds it, is added: the models and the SHA-256 of each file.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from voice.models import MODELS

ROOT = Path(__file__).resolve().parent.parent


def models() -> list[dict[str, Any]]:
    """The models as components; a file is a component of its model, and its hash is pinned."""
    return [
        {
            "type": "machine-learning-model",
            "bom-ref": f"model:{model.name}",
            "name": model.name,
            "description": model.purpose,
            "licenses": [{"license": {"name": model.licence}}],
            "externalReferences": [{"type": "website", "url": model.home_page}],
            "components": [
                {
                    "type": "file",
                    "bom-ref": f"model:{model.name}/{file.name}",
                    "name": file.name,
                    "hashes": [{"alg": "SHA-256", "content": file.sha256}],
                }
                for file in model.files
            ],
        }
        for model in MODELS.values()
    ]


def packages() -> dict[str, Any]:
    """The list of the packages that are installed beside this Python."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "sbom.json"
        subprocess.run(
            [
                sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible",
                "--pyproject", str(ROOT / "pyproject.toml"), "-o", str(out), sys.executable,
            ],
            check=True,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(out.read_text())
        return found


if __name__ == "__main__":
    bom = packages()
    bom["components"] += models()
    print(json.dumps(bom, indent=1))
