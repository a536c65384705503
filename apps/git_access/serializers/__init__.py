"""What git access reads from requests and says in answers."""
