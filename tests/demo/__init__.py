"""The main job, shown: from the register to a message delivered on a real server (`make demo`)."""
