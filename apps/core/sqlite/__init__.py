"""Django's SQLite backend with the limit that SQLite itself states; ``ENGINE`` names this package."""
