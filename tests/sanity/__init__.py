"""`ansible-test sanity` over the collection as it is published: what Ansible's own tests say of any collection.

`ignored.txt` beside has what they object to and what stays so, each with its reason. Their test `import` knows
Ansible's libraries alone, so what runs on the controller, with libraries of its own (pyproject.toml), is left out of
it; what runs on hosts is not.
"""
