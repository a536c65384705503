"""The first page of the operators' site and its sidebar: what every app has to say, in one place."""
