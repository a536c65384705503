"""Files that Git LFS keeps beside the repositories."""
