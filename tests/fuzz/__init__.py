"""Hostile registers and lists, thousands a minute: `python -m tests.fuzz` (findings or a refusal, never a traceback).

A run is one case, made by a seed and its number alone, so that it can be made again. It runs in a process of its own
that may use so much memory and time and no more. What breaks the rules of `oracle` is written to `build/fuzz/`, made
as small as it can be.
"""
