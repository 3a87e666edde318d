"""Layers from records of other catalogues: files in, layers and a report out."""
