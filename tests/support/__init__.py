"""Helpers that tests of every level share: registers, hosts, mail, browsers, forms of lists."""
