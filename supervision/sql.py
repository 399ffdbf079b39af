"""Triggers: what happened to a ledger's items is appended, and an issued ledger stays as it was printed."""

APPEND_ONLY = """
CREATE FUNCTION supervision_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'ledger entries are appended, never edited'; END $$;
CREATE TRIGGER supervision_entry_append_only BEFORE UPDATE OR DELETE ON supervision_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION supervision_entry_append_only();
"""
APPEND_ONLY_BACK = """
DROP TRIGGER supervision_entry_append_only ON supervision_ledgerentry;
DROP FUNCTION supervision_entry_append_only();
"""

# An item of an issued ledger may still be struck off; nothing else about it changes, and none comes or goes.
FROZEN = """
CREATE FUNCTION supervision_ledger_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.issued_at IS NOT NULL THEN RAISE EXCEPTION 'an issued ledger stays as it was printed'; END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER supervision_ledger_frozen BEFORE UPDATE OR DELETE ON supervision_ledger
    FOR EACH ROW EXECUTE FUNCTION supervision_ledger_frozen();
CREATE FUNCTION supervision_item_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE issued timestamptz;
BEGIN
    SELECT issued_at INTO issued FROM supervision_ledger
    WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.ledger_id ELSE OLD.ledger_id END;
    IF issued IS NOT NULL THEN
        IF TG_OP <> 'UPDATE' OR to_jsonb(NEW) - 'struck_at' <> to_jsonb(OLD) - 'struck_at' THEN
            RAISE EXCEPTION 'items of an issued ledger stay as they were printed';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER supervision_item_frozen BEFORE INSERT OR UPDATE OR DELETE ON supervision_ledgeritem
    FOR EACH ROW EXECUTE FUNCTION supervision_item_frozen();
"""
FROZEN_BACK = """
DROP TRIGGER supervision_item_frozen ON supervision_ledgeritem;
DROP FUNCTION supervision_item_frozen();
DROP TRIGGER supervision_ledger_frozen ON supervision_ledger;
DROP FUNCTION supervision_ledger_frozen();
"""
