"""The trigger that keeps what happened to an errand append-only."""

TRIGGERS = """
CREATE FUNCTION agency_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'events of errands are appended, never edited'; END $$;
CREATE TRIGGER agency_event_append_only BEFORE UPDATE OR DELETE ON agency_agencyevent
    FOR EACH ROW EXECUTE FUNCTION agency_append_only();
"""
TRIGGERS_BACK = """
DROP TRIGGER agency_event_append_only ON agency_agencyevent;
DROP FUNCTION agency_append_only();
"""
