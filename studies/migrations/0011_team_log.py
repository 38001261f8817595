from django.db import migrations

FORBID = {
    "sqlite": """
        CREATE TRIGGER team_events_are_never_changed BEFORE UPDATE ON studies_teamevent
        WHEN NOT (
            NEW.id IS OLD.id AND NEW.team_id IS OLD.team_id AND NEW.at IS OLD.at AND NEW.name IS OLD.name
            AND NEW.what IS OLD.what AND (NEW.who_id IS OLD.who_id OR NEW.who_id IS NULL)
        )
        BEGIN SELECT RAISE(ABORT, 'events are never changed'); END
    """,
    # The function came with the events of studies: it compares whole rows but for who_id.
    "postgresql": """
        CREATE TRIGGER team_events_are_never_changed AFTER UPDATE ON studies_teamevent
        FOR EACH ROW EXECUTE FUNCTION events_are_never_changed()
    """,
}
ALLOW = {
    "sqlite": "DROP TRIGGER team_events_are_never_changed",
    "postgresql": "DROP TRIGGER team_events_are_never_changed ON studies_teamevent",
}


def forbid_updates(apps, schema_editor):
    schema_editor.execute(FORBID[schema_editor.connection.vendor])


def allow_updates(apps, schema_editor):
    schema_editor.execute(ALLOW[schema_editor.connection.vendor])


class Migration(migrations.Migration):
    dependencies = [("studies", "0010_password_mail")]

    operations = [migrations.RunPython(forbid_updates, allow_updates)]
