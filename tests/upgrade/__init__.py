"""An instance with data of commit d4ee24f, upgraded."""
