from layers.forms.editor import LayerEditor

__all__ = ["LayerEditor"]
