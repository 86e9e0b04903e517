"""What did the sound say?  Decoding, speech activity, words, voice comparison, machine traces.

`voice` knows no family and no chat.  The one call is `voice.pipeline.analyse`; what it returns is
in `voice.results`.  This file imports nothing, so that a light process reads results without torch.
"""
