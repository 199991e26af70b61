"""Speed and memory, measured against named alternatives in the same run (`make bench`); never part of the tests."""
