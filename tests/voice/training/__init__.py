"""Tests of how the weights are made."""
