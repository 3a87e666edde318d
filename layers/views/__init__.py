from layers.views.access import layer_access
from layers.views.editing import layer_delete, layer_edit, layer_new
from layers.views.mine import my_layers

__all__ = ["layer_access", "layer_delete", "layer_edit", "layer_new", "my_layers"]
