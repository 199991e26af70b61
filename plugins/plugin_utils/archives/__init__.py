"""Archives and exports on the controller.

`carrying` lets the host do each step in order, `keeping` stores the encrypted files in a private folder.
"""
