from django.db import migrations, models
from django.db.models import Max, OuterRef, Subquery
from django.db.models.functions import Coalesce


def count_from_the_newest(apps, schema_editor):
    numbers = apps.get_model("studies", "DatasetVersion").objects.filter(dataset=OuterRef("pk")).order_by()
    newest = numbers.values("dataset").annotate(last=Max("number")).values("last")
    apps.get_model("studies", "Dataset").objects.update(last_number=Coalesce(Subquery(newest), 0))


class Migration(migrations.Migration):

    dependencies = [
        ('studies', '0024_datasets'),
    ]

    operations = [
        migrations.AddField(
            model_name='dataset',
            name='last_number',
            field=models.PositiveIntegerField(default=0, verbose_name='of the newest version there ever was: none is used twice'),
        ),
        migrations.RunPython(count_from_the_newest, migrations.RunPython.noop),
    ]
