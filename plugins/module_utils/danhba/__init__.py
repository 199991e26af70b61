"""The register of the provincial mail system: what it says, whether it may say so, and which accounts follow from it.

Everything here is plain typed Python without Ansible, server or clock. Data flows one way::

    source -> tree -> schema -> Register -> rules -> addresses -> state -> accounts -> plan -> rendering
"""
