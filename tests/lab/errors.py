"""The one error of this package that a person is meant to read."""


class LabError(Exception):
    """Something a person can mend: what happened and the way out, in Vietnamese and in English."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi}\n{en}")
        self.vi = vi
        self.en = en
