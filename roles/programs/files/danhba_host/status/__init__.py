"""How the mail system is, at a glance: for operators in a terminal, for officials on a page."""
