from layers.views.editing import layer_delete, layer_edit, layer_new

__all__ = ["layer_delete", "layer_edit", "layer_new"]
