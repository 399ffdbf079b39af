"""The trigger that keeps what a visit said before a correction."""

TRIGGERS = """
CREATE FUNCTION visits_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'old versions of visits are appended, never edited'; END $$;
CREATE TRIGGER visits_version_append_only BEFORE UPDATE OR DELETE ON visits_visitversion
    FOR EACH ROW EXECUTE FUNCTION visits_append_only();
"""
TRIGGERS_BACK = """
DROP TRIGGER visits_version_append_only ON visits_visitversion;
DROP FUNCTION visits_append_only();
"""
