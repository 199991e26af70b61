"""Shows the state of the mail system: on a terminal for operators, on a page for officials."""
