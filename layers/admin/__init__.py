from layers.admin import layers, people, vocabularies

__all__ = ["layers", "people", "vocabularies"]
