"""A room whose jobs are rehearsed by the tests, in processes of their own too."""
