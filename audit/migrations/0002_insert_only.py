from django.db import migrations

# Entries are inserted and sealed, nothing else: not even by somebody who edits the table by hand.
GUARD = """
CREATE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.sequence IS NULL AND NEW.sequence IS NOT NULL
       AND (NEW.id, NEW.at, NEW.actor_id, NEW.actor_kind, NEW.verb, NEW.subject_kind, NEW.subject_id, NEW.details)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.at, OLD.actor_id, OLD.actor_kind, OLD.verb, OLD.subject_kind, OLD.subject_id, OLD.details)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit entries are neither changed nor deleted' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_entry_guard BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_guard();
"""
UNGUARD = "DROP TRIGGER audit_entry_guard ON audit_entry; DROP FUNCTION audit_entry_guard();"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_entry")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
