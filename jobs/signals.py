"""What this room tells others, without knowing who listens."""

from django.dispatch import Signal

# Sent with `job` after the commit that ended it, whether done, failed or cancelled; by the worker,
# by the sweep, or by the web process where somebody cancelled it. Receivers must not raise.
job_ended = Signal()
