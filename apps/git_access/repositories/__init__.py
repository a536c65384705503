"""What a request may mean by a repository, and where repositories are."""
