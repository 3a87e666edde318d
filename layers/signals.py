"""What this room tells others, without knowing who listens."""

from django.dispatch import Signal

# Sent after the commit of a change to many layers that sends no post_save of its own.
layers_changed = Signal()
