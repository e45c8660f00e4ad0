"""Policies for calls that may fail: pure machines, thin sync and async shells, and one algebra to compose them."""
