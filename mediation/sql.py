"""The trigger that keeps what happened to a dispute append-only."""

TRIGGERS = """
CREATE FUNCTION mediation_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'events of disputes are appended, never edited'; END $$;
CREATE TRIGGER mediation_event_append_only BEFORE UPDATE OR DELETE ON mediation_disputeevent
    FOR EACH ROW EXECUTE FUNCTION mediation_append_only();
"""
TRIGGERS_BACK = """
DROP TRIGGER mediation_event_append_only ON mediation_disputeevent;
DROP FUNCTION mediation_append_only();
"""
