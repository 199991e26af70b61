"""Letters: how passwords leave the controller, and in no other way.

`content` says what a letter says and who may open it, `drawing` makes a PDF of it, `sealing` encrypts that, `outbox`
keeps what is sealed, and `handover` gives it out. Runs on the controller. Nothing here writes a password in clear.
"""
