"""Tests of the cluster, with a Redis of their own on this machine."""
