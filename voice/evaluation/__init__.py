"""Measurements that a reader can repeat: how the decoder, the scores and the words hold up."""
