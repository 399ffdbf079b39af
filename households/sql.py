"""The raw SQL of searching households: a function that cuts text into grams, and the indexes the search box stands on.

The grams are an index on an expression, not a column: kept in a column they would make the table five times as large.
"""

# Every character and every pair of neighbours inside a part, so that one character or two are enough to find a row.
# PARALLEL RESTRICTED keeps helpers away from a search: starting them takes longer than finding 200 rows.
GRAMS = """
CREATE FUNCTION zh_grams(words text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED STRICT AS $$
DECLARE
    grams text[] := '{}';
    part text;
    size int;
BEGIN
    FOREACH part IN ARRAY string_to_array(words, ' ') LOOP
        size := length(part);
        FOR place IN 1..size LOOP
            grams := grams || substr(part, place, 1);
            IF place < size THEN
                grams := grams || substr(part, place, 2);
            END IF;
        END LOOP;
    END LOOP;
    RETURN grams;
END $$;
"""
GRAMS_BACK = "DROP FUNCTION zh_grams(text);"

# The list of rows not yet sorted into the grams is read by every search: kept short. The statistics tell common grams
# (王, 建国) from rare ones, which is what the planner goes by. Grams
# are compared byte by byte: a third faster to build than in the order of a language.
INDEXES = """
CREATE INDEX household_by_grams ON households_household
    USING gin (zh_grams(search COLLATE "C")) WITH (gin_pending_list_limit = 256);
ALTER INDEX household_by_grams ALTER COLUMN 1 SET STATISTICS 300;
CREATE INDEX household_by_door ON households_household (building_no, unit_no, room);
CREATE INDEX household_by_room ON households_household (room, building_no);
"""
INDEXES_BACK = """
DROP INDEX household_by_room;
DROP INDEX household_by_door;
DROP INDEX household_by_grams;
"""
