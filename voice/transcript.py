"""What was said: Whisper (base, multilingual) run by faster-whisper on CTranslate2.

Whisper invents text where nobody speaks and repeats itself where it is lost.  So it hears speech
segments only, without a prompt and without what it wrote before, and what it wrote is dropped where
its own figures or the text itself show that it was guessing.

The steps of `faster_whisper.WhisperModel.transcribe` are called one by one here: that method would
run the encoder a second time to tell the language – on a short memo nearly half of the work.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ctranslate2 import StorageView
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import merge_punctuations

from voice.audio import SAMPLE_RATE, Samples, Waveform
from voice.errors import ModelMismatch
from voice.results import Segment, Transcript, Word

READ_LANGUAGES = ("nl", "en", "de", "fr")
"""ISO 639-1 codes of the languages in which requests for money can be read."""

MIN_READ_PROBABILITY = 0.3
"""From here on a language that we can read is preferred to a likelier one that we cannot: Whisper
takes Dutch for Afrikaans, and accents for other languages, more often than the other way round."""

CHUNK_SECONDS = 28.0
"""Heard at a time.  Whisper's window has 30 s; the rest is for the joints."""

JOINT_SECONDS = 0.2
"""Silence put between two segments, so that words on either side are not run together."""

BEAMS = ((60.0, 5), (180.0, 2), (float("inf"), 1))
"""(seconds of speech up to which, beam size): a long memo is heard with less care, but in time."""

MIN_LOGPROB = -1.0
MAX_COMPRESSION = 2.4
MAX_NO_SPEECH = 0.6
"""Whisper's own limits (Radford et al. 2022, section 4.5): mean log probability of a token, text
length over its zlib length (loops compress well), probability that nobody speaks."""

MAX_WORDS_PER_SECOND = 7.0
"""More than anybody says; a caption that was learnt by heart is written over a short sound."""

MAX_REPEATS = 3
"""A phrase that comes more often than this in a row is a loop; people say "no, no, no"."""

N_BEST = 5
"""Texts that are kept of a short memo, for a code word that was heard a little wrong; they cost
next to no time beside the beam that finds them."""

N_BEST_SECONDS = 30.0
"""Seconds of speech up to which they are kept: a code word is said in a short memo."""

N_FRAMES = 3000
FRAMES_PER_SECOND = 100
"""The window that the network was trained on has 30 s."""

QUIET_SECONDS = 10.0
"""Silence behind a short sound in the window of `variants`: a quarter of the time that a window of
30 s costs, and hardly a word lost; with 6 s or less it says the words over and over."""

MAX_VARIANT_TOKENS = 64
"""Of a few words; a loop is cut off here."""

UNSURE_PROBABILITY = 0.6
"""Mean probability of the words below which the transcript is not relied on."""

_INVENTED = re.compile(
    r"(thanks?( you)?( so much| very much)? for watching|please subscribe|subscribe to .*"
    r"|ondertitel(d|ing|s|en)?\b.*|tv gelderland.*|untertitel\w* .*|sous-titr\w* .*"
    r"|.*amara\.org.*|subtitles? by .*|you|[\W\d_]*)[\s.!]*",
    re.IGNORECASE,
)
"""Captions of the films that Whisper learnt from, which it writes over sounds without words; over
silence, "you"."""

_OPENING = "\"'“¿([{-"
_CLOSING = "\"'.。,，!！?？:：”)]}、"
_LOOP = re.compile(rf"(\b\S+(?:\s+\S+){{0,7}}?)(?:[\s,.!?–-]+\1){{{MAX_REPEATS},}}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a chunk: where it starts there and in the memo, in seconds."""

    in_chunk: float
    in_memo: float
    seconds: float


@dataclass(frozen=True, slots=True)
class _Chunk:
    samples: Samples
    pieces: tuple[_Piece, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE

    @property
    def speech_seconds(self) -> float:
        return sum(piece.seconds for piece in self.pieces)

    def in_memo(self, time: float) -> float:
        """Seconds from the memo's start for seconds from the chunk's start."""
        piece = max(
            (piece for piece in self.pieces if piece.in_chunk <= time),
            key=lambda piece: piece.in_chunk,
            default=self.pieces[0],
        )
        return piece.in_memo + min(max(time - piece.in_chunk, 0.0), piece.seconds)


class Recogniser:
    """Writes down speech.  One at a time: calls from several threads wait for each other."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        """Load the model whose files lie in `folder`; nothing is ever fetched.

        Raises ModelMismatch when they are not a Whisper model.
        """
        try:
            self._model = WhisperModel(
                str(folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=threads,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelMismatch("whisper", f"cannot be loaded ({error})") from error

    def transcribe(
        self, waveform: Waveform, segments: Sequence[Segment], language: str | None = None
    ) -> Transcript | None:
        """What is said in `segments` of `waveform`; None without segments.

        `language` is an ISO 639-1 code, or None to have it told from the sound.  The text is empty
        when nothing could be understood.
        """
        total = sum(segment.seconds for segment in segments)
        beam = next(size for seconds, size in BEAMS if total <= seconds)
        probability = 1.0
        n_best = N_BEST if total <= N_BEST_SECONDS else 1
        texts: list[list[str]] = []
        words: list[Word] = []
        for chunk in _chunks(waveform, segments):
            features = self._model.feature_extractor(chunk.samples)
            n_frames = features.shape[-1]
            encoded = self._model.encode(_padded(features))
            if language is None or language not in self._model.supported_languages:
                language, probability = self._language(encoded)
            tokenizer = Tokenizer(self._model.hf_tokenizer, True, "transcribe", language)
            found = self._tokens(encoded, tokenizer, beam, chunk.speech_seconds, n_best)
            if found:
                texts.append([tokenizer.decode(tokens).strip() for tokens in found])
                words.extend(self._words(encoded, tokenizer, found[0], n_frames, chunk))
        if language is None:
            return None
        return Transcript(
            language,
            probability,
            " ".join(best for best, *_ in texts),
            tuple(words),
            _alternatives(texts) if n_best > 1 else (),
        )

    def variants(
        self,
        waveforms: Sequence[Waveform],
        language: str,
        *,
        in_full: bool = False,
        context: str = "",
    ) -> list[tuple[str, ...]]:
        """What each of some short sounds may say, the likeliest first; nothing where it is a guess.

        `language` is an ISO 639-1 code.  All are heard at once, in a window as long as the longest
        of them needs – or, `in_full`, in the window that a memo is heard in, which takes four times
        as long.  What nobody says is left out, but not what the recogniser doubts: two words
        without a sentence are always doubtful.  `context` is text that may have come just before:
        its words are heard more readily, and now and then instead of what was said.
        """
        if not waveforms:
            return []
        tokenizer = Tokenizer(self._model.hf_tokenizer, True, "transcribe", language)
        features = [self._model.feature_extractor(waveform.samples) for waveform in waveforms]
        if in_full:
            windows = [_padded(each) for each in features]
        else:
            longest = max(waveform.seconds for waveform in waveforms)
            n_frames = min(N_FRAMES, round((longest + QUIET_SECONDS) * FRAMES_PER_SECOND))
            windows = [_silenced(each, n_frames) for each in features]
        prompt = self._model.get_prompt(
            tokenizer, [], without_timestamps=True, hotwords=context or None
        )
        results = self._model.model.generate(
            StorageView.from_array(np.stack(windows)),
            [prompt] * len(windows),
            beam_size=N_BEST,
            num_hypotheses=N_BEST,
            # The context counts among them.
            max_length=MAX_VARIANT_TOKENS + (len(prompt) if context else 0),
        )
        heard = []
        for waveform, result in zip(waveforms, results, strict=True):
            texts = [tokenizer.decode(tokens).strip() for tokens in result.sequences_ids]
            seconds = max(waveform.seconds, 1.0)
            plausible = [text for text in texts if text and _is_plausible(text, seconds)]
            heard.append(tuple(dict.fromkeys(plausible)))
        return heard

    def _language(self, encoded: object) -> tuple[str, float]:
        """The language of an encoded chunk and its probability."""
        (found,) = self._model.model.detect_language(encoded)
        likely = {token.strip("<|>"): float(probability) for token, probability in found}
        first = max(likely, key=lambda code: likely[code])
        readable = max(READ_LANGUAGES, key=lambda code: likely.get(code, 0.0))
        chosen = readable if likely.get(readable, 0.0) >= MIN_READ_PROBABILITY else first
        return chosen, likely[chosen]

    def _tokens(
        self,
        encoded: object,
        tokenizer: Tokenizer,
        beam: int,
        speech_seconds: float,
        n_best: int = 1,
    ) -> list[list[int]]:
        """The likeliest texts of an encoded chunk, or nothing where they would be a guess.

        What failed once is tried again with repetition forbidden – not at random, as Whisper does,
        because the same memo must always give the same answer.
        """
        for options in ({}, {"no_repeat_ngram_size": 3, "repetition_penalty": 1.1}):
            (result,) = self._model.model.generate(
                encoded,
                [self._model.get_prompt(tokenizer, [], without_timestamps=True)],
                beam_size=beam,
                num_hypotheses=min(beam, n_best),
                return_scores=True,
                return_no_speech_prob=True,
                **options,
            )
            tokens: list[int] = result.sequences_ids[0]
            logprob = result.scores[0] * len(tokens) / (len(tokens) + 1)
            text = tokenizer.decode(tokens).strip()
            is_doubtful = logprob < MIN_LOGPROB or len(text.split()) <= 2
            if result.no_speech_prob > MAX_NO_SPEECH and is_doubtful:
                return []
            if logprob >= MIN_LOGPROB and _is_plausible(text, speech_seconds):
                return list(result.sequences_ids)
        return []

    def _words(
        self, encoded: object, tokenizer: Tokenizer, tokens: list[int], n_frames: int, chunk: _Chunk
    ) -> Iterator[Word]:
        """Times and probabilities, from the attention of the decoder when it is read the text."""
        found = self._model.find_alignment(tokenizer, [tokens], encoded, n_frames)[0]
        merge_punctuations(found, _OPENING, _CLOSING)
        for word in found:
            text = word["word"].strip()
            if text:
                start, end = float(word["start"]), float(word["end"])
                yield Word(
                    text, chunk.in_memo(start), chunk.in_memo(end), float(word["probability"])
                )


def _alternatives(texts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The texts of the whole, made of those of the chunks, each once and the likeliest first."""
    rows = (" ".join(chunk[min(rank, len(chunk) - 1)] for chunk in texts) for rank in range(N_BEST))
    return tuple(dict.fromkeys(rows)) if texts else ()


def is_unsure(transcript: Transcript) -> bool:
    """Whether the recogniser doubted itself too much for its words to be relied on."""
    if not transcript.words:
        return True
    mean = sum(word.probability for word in transcript.words) / len(transcript.words)
    return mean < UNSURE_PROBABILITY


def _chunks(waveform: Waveform, segments: Sequence[Segment]) -> Iterator[_Chunk]:
    """The speech, as much at a time as the recogniser can hear."""
    joint = np.zeros(round(JOINT_SECONDS * SAMPLE_RATE), np.float32)
    parts: list[Samples] = []
    pieces: list[_Piece] = []
    length = 0.0
    for segment in _parted(segments):
        part = waveform.cut(segment.start, segment.end)
        if pieces and length + part.seconds > CHUNK_SECONDS:
            yield _Chunk(np.concatenate(parts), tuple(pieces))
            parts, pieces, length = [], [], 0.0
        pieces.append(_Piece(length, segment.start, part.seconds))
        parts += [part.samples, joint]
        length += part.seconds + JOINT_SECONDS
    if pieces:
        yield _Chunk(np.concatenate(parts), tuple(pieces))


def _parted(segments: Sequence[Segment]) -> Iterator[Segment]:
    """The segments, those that are too long for one chunk in equal parts."""
    for segment in segments:
        n_parts = max(1, int(np.ceil(segment.seconds / CHUNK_SECONDS)))
        step = segment.seconds / n_parts
        for index in range(n_parts):
            yield Segment(segment.start + index * step, segment.start + (index + 1) * step)


def _padded(features: Samples) -> Samples:
    """The frames that the network was trained on, the rest filled with silence.

    shape = (80, n_frames) → (80, N_FRAMES)
    """
    return np.pad(features[:, :N_FRAMES], ((0, 0), (0, max(0, N_FRAMES - features.shape[1]))))


def _silenced(features: Samples, n_frames: int) -> Samples:
    """Like `_padded`, with digital silence: isolated words are cut off less often (rehearing)."""
    padding = ((0, 0), (0, max(0, n_frames - features.shape[1])))
    return np.pad(features[:, :n_frames], padding, constant_values=float(features.min()))


def _is_plausible(text: str, speech_seconds: float) -> bool:
    """Whether somebody may have said `text` in so many seconds of speech."""
    coded = text.encode()
    return (
        _INVENTED.fullmatch(text) is None
        and _LOOP.search(text) is None
        and len(coded) <= MAX_COMPRESSION * len(zlib.compress(coded))
        and len(text.split()) <= max(3.0, MAX_WORDS_PER_SECOND * speech_seconds)
    )
