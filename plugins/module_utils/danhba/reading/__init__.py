"""From bytes on disk or in git to a typed register."""
