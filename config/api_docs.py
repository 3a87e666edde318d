"""The description of the API as a page like all others: no script, no library, for every reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

Schema = dict[str, Any]
LIMITS = {"maxLength": "≤ {} characters", "minimum": "≥ {}", "maximum": "≤ {}", "pattern": "{}"}


@dataclass(frozen=True)
class Field:
    name: str
    place: str  # of a parameter: query, path, header
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: str


@dataclass(frozen=True)
class Object:
    name: str
    description: str
    fields: list[Field]


class ApiDocs(DocsBase):
    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        schema: Schema = api.get_openapi_schema()
        context = {
            "api": api,
            "schema_url": self.get_openapi_url(api, kwargs),
            "groups": groups_of(schema),
            "objects": list(objects_of(schema)),
        }
        return render(request, "api_docs.html", context)


def groups_of(schema: Schema) -> dict[str, list[Operation]]:
    """The operations under their tags."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, found in methods.items():
            tag = (found.get("tags") or ["other"])[0]
            groups.setdefault(tag, []).append(_operation(path, method, found))
    return groups


def objects_of(schema: Schema) -> Iterator[Object]:
    for name, found in schema.get("components", {}).get("schemas", {}).items():
        required = found.get("required", [])
        fields = [
            Field(field, "", kind_of(what), field in required, what.get("description", ""))
            for field, what in found.get("properties", {}).items()
        ]
        yield Object(name, found.get("description", ""), fields)


def _operation(path: str, method: str, found: Schema) -> Operation:
    content = found.get("requestBody", {}).get("content", {})
    bodies = [kind_of(what.get("schema", {})) for what in content.values()]
    return Operation(
        found["operationId"],
        method.upper(),
        path,
        found.get("summary", ""),
        found.get("description", ""),
        [_parameter(parameter) for parameter in found.get("parameters", [])],
        ", ".join(bodies),
    )


def _parameter(found: Schema) -> Field:
    kind = kind_of(found.get("schema", {}))
    required = found.get("required", False)
    return Field(found["name"], found["in"], kind, required, found.get("description", ""))


def kind_of(schema: Schema) -> str:
    """A type in a few words: `list of LinkIn`, `string (≤ 1000 characters)`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(kind_of(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    kind = schema.get("format") or schema.get("type", "anything")
    limits = [text.format(schema[name]) for name, text in LIMITS.items() if name in schema]
    return f"{kind} ({', '.join(limits)})" if limits else str(kind)
