"""The only code that knows Gitaly: which server holds a storage, and the few calls that checks need."""
