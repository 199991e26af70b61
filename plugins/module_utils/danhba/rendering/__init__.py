"""How findings, addresses and plans are shown: to people, and to the tools that read them."""
