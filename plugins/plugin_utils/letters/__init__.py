"""Letters: the only way in which passwords leave the controller.

`content` composes a letter and chooses its reader, `drawing` makes the PDF, `sealing` encrypts it, `outbox` keeps the
encrypted files, `handover` gives them out. Runs on the controller. Nothing here writes a password in clear.
"""
