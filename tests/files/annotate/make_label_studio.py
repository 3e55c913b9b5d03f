"""Import label_studio_tasks.json into Label Studio, annotate it as two people, and export it."""

import json
from pathlib import Path

import django

FOLDER = Path(__file__).parent
READINGS = {
    "ann": [("pro-ceasefire", "neutral"), ("neutral", "neutral"), ("opposed", "neutral")],
    "bob": [("pro-ceasefire", "neutral"), ("neutral", "mournful"), ("opposed", "angry")],
}
EXPORTS = {"JSON": "json", "JSON_MIN": "min.json", "CSV": "csv"}

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from organizations.models import Organization  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402
from tasks.models import Task  # noqa: E402


def make_readers():
    settings.ALLOWED_HOSTS = ["*"]
    readers = {}
    for name in READINGS:
        user = get_user_model().objects.create(email=f"{name}@example.org", username=name)
        organization = Organization.objects.first() or Organization.create_organization(
            created_by=user, title="coast"
        )
        if not organization.has_user(user):
            organization.add_user(user)
        user.active_organization = organization
        user.save()
        readers[name] = APIClient()
        readers[name].force_authenticate(user)
    return readers


def result(kind, head, key, value):
    return {"from_name": head, "to_name": "text", "type": kind, "value": {key: [value]}}


def main():
    readers = make_readers()
    config = (FOLDER / "label_studio_tasks.xml").read_text()
    made = readers["ann"].post(
        "/api/projects/", {"title": "coast", "label_config": config}, format="json"
    )
    project = made.json()["id"]
    tasks = json.loads((FOLDER / "label_studio_tasks.json").read_text())
    assert (
        readers["ann"].post(f"/api/projects/{project}/import", tasks, format="json").status_code
        == 201
    )
    numbers = Task.objects.filter(project_id=project).order_by("id").values_list("id", flat=True)
    for name, readings in READINGS.items():
        for position, (task, (stance, tone)) in enumerate(zip(numbers, readings, strict=False)):
            given = [
                result("choices", "stance", "choices", stance),
                result("choices", "tone", "choices", tone),
            ]
            if name == "bob" and not position:
                given.append(result("textarea", "note", "text", "by letter"))
            annotation = {"result": given, "lead_time": 4.5}
            assert (
                readers[name]
                .post(f"/api/tasks/{task}/annotations/", annotation, format="json")
                .status_code
                == 201
            )
    for kind, suffix in EXPORTS.items():
        path = f"/api/projects/{project}/export?exportType={kind}&download_all_tasks=true"
        answer = readers["ann"].get(path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        (FOLDER / f"label_studio.{suffix}").write_bytes(content)


if __name__ == "__main__":
    main()
