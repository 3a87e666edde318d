"""Names of the jobs of this room."""

READ = "uploads.read"
CONVERT = "uploads.convert"
REMOVE = "uploads.remove"
