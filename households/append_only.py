"""Triggers that keep what happened to a household, and what was done for it, append-only."""

TRIGGERS = """
CREATE FUNCTION households_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'household events and deeds are appended, never edited'; END $$;
CREATE TRIGGER households_event_append_only BEFORE UPDATE OR DELETE ON households_householdevent
    FOR EACH ROW EXECUTE FUNCTION households_append_only();
CREATE TRIGGER households_deed_append_only BEFORE UPDATE OR DELETE ON households_pairingdeed
    FOR EACH ROW EXECUTE FUNCTION households_append_only();
"""
TRIGGERS_BACK = """
DROP TRIGGER households_event_append_only ON households_householdevent;
DROP TRIGGER households_deed_append_only ON households_pairingdeed;
DROP FUNCTION households_append_only();
"""
