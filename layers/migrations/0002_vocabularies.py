from django.db import migrations

from layers.vocabulary_files import load_vocabularies


def load(apps, schema_editor):
    load_vocabularies(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("layers", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
