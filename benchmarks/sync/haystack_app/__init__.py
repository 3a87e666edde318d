"""django-haystack's index of layers, with the workshop's ten fields."""
