"""The trigger that keeps what happened to a wish append-only."""

TRIGGERS = """
CREATE FUNCTION wishes_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'events of wishes are appended, never edited'; END $$;
CREATE TRIGGER wishes_event_append_only BEFORE UPDATE OR DELETE ON wishes_wishevent
    FOR EACH ROW EXECUTE FUNCTION wishes_append_only();
"""
TRIGGERS_BACK = """
DROP TRIGGER wishes_event_append_only ON wishes_wishevent;
DROP FUNCTION wishes_append_only();
"""
