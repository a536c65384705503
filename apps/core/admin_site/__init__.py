"""The operators' site: how every page of it looks, searches, counts, exports and keeps a record."""
