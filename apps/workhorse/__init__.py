"""What an unmodified GitLab Workhorse asks, so that Git and Git LFS travel over HTTP."""
