"""The OpenAPI schema: made of the routes, the views' tables and the apps' words. Loaded when asked for."""
