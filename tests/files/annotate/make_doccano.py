"""Import doccano_rows.jsonl into doccano, annotate it as two people, and export it."""

import shutil
import tempfile
from pathlib import Path

import django

FOLDER = Path(__file__).parent
READINGS = {
    "ann": ["pro-ceasefire", "neutral", "opposed"],
    "bob": ["pro-ceasefire", "opposed", "opposed"],
}
PROJECT = {
    "name": "coast",
    "description": "coast",
    "guideline": "",
    "project_type": "DocumentClassification",
    "resourcetype": "TextClassificationProject",
    "single_class_classification": True,
    "collaborative_annotation": False,
    "tags": [],
}

django.setup()

from data_export.celery_tasks import export_dataset  # noqa: E402
from data_import.datasets import load_dataset  # noqa: E402
from data_import.pipeline.catalog import create_file_format  # noqa: E402
from data_import.pipeline.readers import FileName  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from examples.models import Example  # noqa: E402
from label_types.models import CategoryType  # noqa: E402
from projects.models import Member, Project  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402
from roles.models import Role  # noqa: E402


def post(user, path, data, how="json"):
    client = APIClient()
    client.force_authenticate(user)
    answer = client.post(f"/v1/projects{path}", data, format=how)
    assert answer.status_code < 300, answer.content
    return answer


def main():
    settings.ALLOWED_HOSTS = ["*"]
    settings.MEDIA_ROOT = tempfile.mkdtemp()
    call_command("create_roles")
    users = {
        name: get_user_model().objects.create(username=name, is_superuser=True, is_staff=True)
        for name in READINGS
    }
    project = Project.objects.get(pk=post(users["ann"], "", PROJECT).json()["id"])
    annotator = Role.objects.get(name=settings.ROLE_ANNOTATOR)
    Member.objects.create(project=project, user=users["bob"], role=annotator)
    with (FOLDER / "doccano_rows.labels.json").open("rb") as file:
        post(users["ann"], f"/{project.id}/category-type-upload", {"file": file}, "multipart")
    rows = str(FOLDER / "doccano_rows.jsonl")
    dataset = load_dataset(
        "DocumentClassification",
        create_file_format("JSONL"),
        [
            FileName(
                full_path=rows,
                generated_name="rows.jsonl",
                upload_name="rows.jsonl",
            )
        ],
        project,
        column_data="text",
        column_label="label",
    )
    dataset.save(users["ann"], batch_size=100)
    assert not dataset.errors, dataset.errors
    types = {one.text: one.id for one in CategoryType.objects.filter(project=project)}
    examples = list(Example.objects.filter(project=project).order_by("id"))
    for name, labels in READINGS.items():
        for example, label in zip(examples, labels, strict=False):
            path = f"/{project.id}/examples/{example.id}/categories"
            post(users[name], path, {"label": types[label]})
    post(users["bob"], f"/{project.id}/comments?example={examples[0].id}", {"text": "by letter"})
    for kind, name in (("JSONL", "doccano.zip"), ("CSV", "doccano_csv.zip")):
        shutil.copy(export_dataset(project.id, kind), FOLDER / name)
    project.collaborative_annotation = True
    project.save()
    shutil.copy(export_dataset(project.id, "JSON"), FOLDER / "doccano_all.zip")


if __name__ == "__main__":
    main()
