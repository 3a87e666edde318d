"""Changes by the project's own ways: services, API, admin, and the editor's pages."""

from __future__ import annotations

import json
import random
from typing import Any

from django.db import transaction
from django.test import Client

from accounts.models import ApiToken, User
from layers import services
from layers.bulk import BulkWriter, DescribedLayer
from layers.models import Layer
from tests.faults.choosing import Choosing


class SiteChanges(Choosing):
    def __init__(self, rng: random.Random, number: int) -> None:
        super().__init__(rng, number)
        self._clients: dict[str, Client] = {}
        # Now, and not when it is first needed: an older database restored since then knows it too.
        self._token = ApiToken.objects.issue(User.objects.get(username="chief"))[1]

    def _do_service(self) -> None:
        layer = self.layer()
        with services.editing(layer, self.user()):
            layer.purpose = self.text()
            layer.keywords.add(self.keyword())

    def _do_import(self) -> None:
        described = [
            DescribedLayer(
                Layer(title=self.text(), owner=self.user()),
                terms={"topic_categories": [self.topic().pk]},
                keywords=[self.text(), self.keyword().name],
                organisation=self.organisation().name,
            )
            for _ in range(4)
        ]
        with transaction.atomic():
            BulkWriter().create(described)

    def _do_api_create(self) -> None:
        body = {"title": self.text(), "keywords": [self.text()], "bbox": [1, 2, 3, 4]}
        self._api("post", "/api/layers/", body)

    def _do_api_patch(self) -> None:
        layer = self.layer()
        body = {"title": self.text(), "topic_categories": [self.topic().pk]}
        self._api("patch", f"/api/layers/{layer.pk}", body, layer.version)

    def _do_api_delete(self) -> None:
        layer = self.layer()
        self._api("delete", f"/api/layers/{layer.pk}", None, layer.version)

    def _do_admin_edit(self) -> None:
        layer = self.layer()
        client = self._signed_in()
        address = f"/admin/layers/layer/{layer.pk}/change/"
        page = self._checked(client.get(address))
        if page.context is None or "adminform" not in page.context:
            return  # deleted meanwhile
        data = form_data(page.context)
        self._checked(client.post(address, data | {"title": self.text()}))

    def _do_admin_delete(self) -> None:
        layer = self.layer()
        self._checked(
            self._signed_in().post(f"/admin/layers/layer/{layer.pk}/delete/", {"post": "yes"})
        )

    def _do_admin_delete_selected(self) -> None:
        keys = [str(layer.pk) for layer in self.layers(3)]
        data = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
        self._checked(self._signed_in().post("/admin/layers/layer/", data))

    def _do_admin_rename_keyword(self) -> None:
        address = f"/admin/layers/keyword/{self.keyword().pk}/change/"
        self._checked(self._signed_in().post(address, {"name": self.text()}))

    def _do_editor_deletes(self) -> None:
        layer = self.layer()
        data = {"version": layer.version}
        self._checked(self._signed_in().post(f"/layers/{layer.slug}/delete/", data))

    def _do_editor_page(self) -> None:
        layer = self.layer()
        parts = ("temporal", "dates", "contacts", "links", "attributes")
        data: dict[str, Any] = {f"{part}-TOTAL_FORMS": 0 for part in parts}
        data |= {f"{part}-INITIAL_FORMS": 0 for part in parts}
        data |= {"resource_type": "dataset", "metadata_language": "eng", "visibility": "public"}
        data |= {"version": layer.version, "state": "published", "title": self.text()}
        data |= {"keywords": f"{self.keyword().name}\n{self.text()}"}
        self._checked(self._signed_in().post(f"/layers/{layer.slug}/edit/", data))

    def _signed_in(self) -> Client:
        if "chief" not in self._clients:
            client = Client(raise_request_exception=True)
            client.force_login(User.objects.get(username="chief"))
            self._clients["chief"] = client
        return self._clients["chief"]

    def _api(self, method: str, path: str, body: Any, version: int | None = None) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
        self._checked(getattr(Client(), method)(path, headers=headers, **sent))

    def _checked(self, response: Any) -> Any:
        if response.status_code >= 500 or response.status_code in {401, 403}:
            raise RuntimeError(f"Server error {response.status_code}: {response.content[:300]!r}")
        return response


def form_data(context: Any) -> dict[str, Any]:
    """The fields of an admin page as a browser would send them."""
    form = context["adminform"].form
    data = {n: form[n].value() for n in form.fields if form[n].value() not in (None, [])}
    for inline in context["inline_admin_formsets"]:
        management = inline.formset.management_form
        prefix = inline.formset.prefix
        data |= {f"{prefix}-{n}": str(management[n].value()) for n in management.fields}
        for row in inline.formset.initial_forms:
            for name in row.fields:
                if (value := row[name].value()) not in (None, ""):
                    data[f"{row.prefix}-{name}"] = value
    return data
