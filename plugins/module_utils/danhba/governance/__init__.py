"""How the register is governed in git: who owns which file, and what editors are told while they type."""
