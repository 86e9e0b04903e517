"""Tests of the measurement of load."""
