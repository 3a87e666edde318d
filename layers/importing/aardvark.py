"""OpenGeoMetadata Aardvark: https://opengeometadata.org/ogm-aardvark/

Many records carry fields of the older schema along, so those are read as well.
"""

from layers.importing.fields import Fields

AARDVARK = Fields(
    format="Aardvark",
    id=("id",),
    title=("dct_title_s",),
    abstract=("dct_description_sm",),
    organisation=("schema_provider_s",),
    access=("dct_accessRights_s",),
    suppressed=("gbl_suppressed_b",),
    modified=("gbl_mdModified_dt",),
    subjects=("dct_subject_sm", "dcat_keyword_sm"),
    themes=("dcat_theme_sm",),
    places=("dct_spatial_sm",),
    box=("dcat_bbox", "locn_geometry"),
    periods=("dct_temporal_sm",),
    year_ranges=("gbl_dateRange_drsim",),
    years=("gbl_indexYear_im",),
    issued=("dct_issued_s", "dct_issued_dt"),
    creators=("dct_creator_sm",),
    publishers=("dct_publisher_sm", "dc_publisher_s", "dc_publisher_sm"),
    resource_class=("gbl_resourceClass_sm", "dc_type_s"),
    geometry=("gbl_resourceType_sm", "layer_geom_type_s"),
    file_format=("dct_format_s",),
    languages=("dct_language_sm",),
    identifiers=("dct_identifier_sm",),
    references="dct_references_s",
    layer_name=("gbl_wxsIdentifier_s",),
    relations={
        "pcdm_memberOf_sm": "memberOf",
        "dct_isPartOf_sm": "isPartOf",
        "dct_source_sm": "source",
        "dct_relation_sm": "relation",
        "dct_replaces_sm": "replaces",
        "dct_isReplacedBy_sm": "isReplacedBy",
        "dct_isVersionOf_sm": "isVersionOf",
        "dc_relation_sm": "relation",
    },
)
