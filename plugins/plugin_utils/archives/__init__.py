"""Archives and exports on the controller: what is due, what is kept, and how it comes back.

`carrying` has the host do each step in its order, `keeping` has the sealed files in a private folder.
"""
