"""Static files under names with their content's hash."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """With hashes in the modules' imports of each other too."""

    support_js_module_import_aggregation = True
