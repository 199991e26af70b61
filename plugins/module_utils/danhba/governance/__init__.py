"""Review of proposals in git: file owners, branches, the reviewers' comment, and schemas for editors' programs."""
