"""GeoBlacklight 1.0: https://opengeometadata.org/gbl-1.0/"""

from layers.importing.fields import Fields

GEOBLACKLIGHT_1 = Fields(
    format="GeoBlacklight 1.0",
    id=("layer_slug_s", "dc_identifier_s"),
    title=("dc_title_s",),
    abstract=("dc_description_s",),
    organisation=("dct_provenance_s",),
    access=("dc_rights_s",),
    suppressed=("suppressed_b",),
    modified=("layer_modified_dt",),
    subjects=("dc_subject_sm",),
    themes=(),
    places=("dct_spatial_sm",),
    box=("solr_geom",),
    periods=("dct_temporal_sm",),
    year_ranges=(),
    years=("solr_year_i",),
    issued=("dct_issued_s", "dct_issued_dt"),
    creators=("dc_creator_sm",),
    publishers=("dc_publisher_s", "dc_publisher_sm"),
    resource_class=("dc_type_s", "dc_type_sm"),
    geometry=("layer_geom_type_s",),
    file_format=("dc_format_s",),
    languages=("dc_language_s", "dc_language_sm"),
    identifiers=("dc_identifier_s",),
    references="dct_references_s",
    layer_name=("layer_id_s",),
    relations={
        "dct_isPartOf_sm": "isPartOf",
        "dc_source_sm": "source",
        "dct_source_sm": "source",
        "dc_relation_sm": "relation",
    },
)
