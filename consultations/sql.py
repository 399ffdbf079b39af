"""Triggers: what happened stays, and a line of the money book never changes its money."""

TRIGGERS = """
CREATE FUNCTION consultations_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is appended, never edited', TG_TABLE_NAME; END $$;
CREATE TRIGGER consultations_event_append_only BEFORE UPDATE OR DELETE ON consultations_consultationevent
    FOR EACH ROW EXECUTE FUNCTION consultations_append_only();
CREATE TRIGGER consultations_sheet_append_only BEFORE UPDATE OR DELETE ON consultations_moneysheet
    FOR EACH ROW EXECUTE FUNCTION consultations_append_only();
CREATE TRIGGER consultations_line_stays BEFORE DELETE ON consultations_line
    FOR EACH ROW EXECUTE FUNCTION consultations_append_only();
CREATE FUNCTION consultations_line_money() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE reversed consultations_line%ROWTYPE;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.reverses_id IS NOT NULL THEN
            SELECT * INTO reversed FROM consultations_line WHERE id = NEW.reverses_id;
            IF reversed.reverses_id IS NOT NULL OR reversed.state <> 'counted' OR reversed.book_id <> NEW.book_id
                OR reversed.side <> NEW.side OR reversed.amount <> -NEW.amount THEN
                RAISE EXCEPTION 'a reversal undoes one counted line of its own book and side, whole';
            END IF;
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.book_id, NEW.side, NEW.number, NEW.amount, NEW.on_date, NEW.what, NEW.source, NEW.households, NEW.unit,
        NEW.reverses_id, NEW.first_by_id, NEW.first_at)
        IS DISTINCT FROM
       (OLD.book_id, OLD.side, OLD.number, OLD.amount, OLD.on_date, OLD.what, OLD.source, OLD.households, OLD.unit,
        OLD.reverses_id, OLD.first_by_id, OLD.first_at) THEN
        RAISE EXCEPTION 'a line of the book is reversed, never edited';
    END IF;
    IF OLD.state <> 'pending' AND (NEW.state, NEW.settled_by_id, NEW.settled_at, NEW.refused_for, NEW.balance, NEW.turn)
        IS DISTINCT FROM (OLD.state, OLD.settled_by_id, OLD.settled_at, OLD.refused_for, OLD.balance, OLD.turn) THEN
        RAISE EXCEPTION 'a line of the book is settled once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultations_line_money BEFORE INSERT OR UPDATE ON consultations_line
    FOR EACH ROW EXECUTE FUNCTION consultations_line_money();
"""
TRIGGERS_BACK = """
DROP TRIGGER consultations_line_money ON consultations_line;
DROP FUNCTION consultations_line_money();
DROP TRIGGER consultations_line_stays ON consultations_line;
DROP TRIGGER consultations_sheet_append_only ON consultations_moneysheet;
DROP TRIGGER consultations_event_append_only ON consultations_consultationevent;
DROP FUNCTION consultations_append_only();
"""
