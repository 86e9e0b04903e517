"""Tests of the sound side."""
