"""What git-lfs, and Workhorse for it, ask."""
