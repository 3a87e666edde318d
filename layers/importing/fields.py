"""Which fields of a record say what. Each format has one of these tables."""

from __future__ import annotations

from dataclasses import dataclass, field

Names = tuple[str, ...]


@dataclass(frozen=True)
class Fields:
    """Field names by meaning, those that decide first."""

    format: str
    id: Names
    title: Names
    abstract: Names
    organisation: Names
    access: Names
    suppressed: Names
    modified: Names
    subjects: Names
    themes: Names
    places: Names
    box: Names
    periods: Names
    year_ranges: Names
    years: Names
    issued: Names
    creators: Names
    publishers: Names
    resource_class: Names
    geometry: Names
    file_format: Names
    languages: Names
    identifiers: Names
    references: str
    layer_name: Names
    rights: Names = ("dct_rights_sm", "rights_statement_s")
    licence: Names = ("dct_license_sm", "nyu_addl_license_s")
    attribution: Names = ("dct_rightsHolder_sm",)
    alternative_titles: Names = ("dct_alternative_sm",)
    remarks: Names = ("gbl_displayNote_sm",)
    file_size: Names = ("gbl_fileSize_s",)
    relations: dict[str, str] = field(default_factory=dict)
