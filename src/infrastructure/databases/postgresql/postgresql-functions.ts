/**
 * Our functions in the database, all immutable, so that indexes may hold what they answer. They say in PL/pgSQL what
 * `match-path.ts`, `sort-key.ts` and `compare-values.ts` of the domain say; the differential tests hold them to it.
 *
 * - `key(value)`: text that sorts, under COLLATE "C", as MongoDB sorts values; see `order-key.ts`.
 * - `reached(root, path, expand)`: the values that a filter's path reaches, NULL for a missing one.
 * - `arrays_on(root, path)`: 1 or 0, whether an array stands anywhere on the path, its end included.
 * - `sort_key(root, path, direction)`: what a document is sorted by, by its least or greatest element.
 * - `instant(time)`: a time as the API shows it.
 * - `field(root, path)`: the value that an expression reads at a path.
 * - `unique_keys(root, paths)`: the keys of a document in a unique index, one for each element of an array.
 */
export const postgresqlFunctions: readonly string[] = [
  `CREATE OR REPLACE FUNCTION document_service.instant(t timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$`,
  // IEEE 754 bits, turned so that their hexadecimal digits sort as the numbers do.
  `CREATE OR REPLACE FUNCTION document_service.number_key(n numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE bits bit(64);
BEGIN
  IF abs(n) > 1.7976931348623157e308 THEN RETURN CASE WHEN n > 0 THEN 'fff0000000000000' ELSE '000fffffffffffff' END; END IF;
  IF abs(n) < 4.9e-324 THEN n := 0; END IF;
  bits := ('x' || encode(float8send(n::float8), 'hex'))::bit(64);
  IF n < 0 THEN bits := ~bits; ELSE bits := bits | ('x8000000000000000')::bit(64); END IF;
  RETURN lpad(to_hex(bits::bigint), 16, '0');
END $$`,
  String.raw`CREATE OR REPLACE FUNCTION document_service.inner_key(v jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN
  IF jsonb_typeof(v) = 'string' THEN RETURN '3' || replace(v #>> '{}', E'\x01', E'\x01\x02') || E'\x01\x01'; END IF;
  RETURN document_service.key(v);
END $$`,
  String.raw`CREATE OR REPLACE FUNCTION document_service.key(v jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  CASE jsonb_typeof(v)
    WHEN 'string' THEN RETURN '3' || (v #>> '{}');
    WHEN 'number' THEN RETURN '2' || document_service.number_key(v::numeric);
    WHEN 'boolean' THEN RETURN CASE WHEN v::boolean THEN '61' ELSE '60' END;
    WHEN 'object' THEN RETURN '4' || coalesce((SELECT string_agg(left(document_service.key(f.value), 1)
      || replace(f.key, E'\x01', E'\x01\x02') || E'\x01\x01' || document_service.inner_key(f.value), '' ORDER BY f.n)
      FROM ROWS FROM (jsonb_each(v)) WITH ORDINALITY AS f(key, value, n)), '') || E'\x01';
    WHEN 'array' THEN RETURN '5' || coalesce((SELECT string_agg(document_service.inner_key(e.value), '' ORDER BY e.n)
      FROM jsonb_array_elements(v) WITH ORDINALITY AS e(value, n)), '') || E'\x01';
    ELSE RETURN '1';
  END CASE;
END $$`,
  `CREATE OR REPLACE FUNCTION document_service.array_index(name text) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT CASE WHEN name ~ '^(0|[1-9][0-9]{0,8})$' THEN name::int ELSE -1 END
$$`,
  `CREATE OR REPLACE FUNCTION document_service.arrays_on(root jsonb, path text[]) RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY path LOOP
    IF jsonb_typeof(root) = 'array' THEN RETURN 1; END IF;
    root := root -> name;
    IF root IS NULL THEN RETURN 0; END IF;
  END LOOP;
  RETURN (jsonb_typeof(root) = 'array')::int;
END $$`,
  // Inside an array (`inside`) only its objects are searched, and the element that the segment names by its index.
  `CREATE OR REPLACE FUNCTION document_service.reach(v jsonb, path text[], depth int, expand boolean, inside boolean)
RETURNS jsonb[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  found jsonb[] := '{}';
  element jsonb;
  place int;
  last boolean := depth = cardinality(path);
BEGIN
  IF NOT inside THEN
    v := v -> path[depth];
    IF last THEN
      IF expand AND jsonb_typeof(v) = 'array' THEN RETURN ARRAY(SELECT jsonb_array_elements(v)) || v; END IF;
      RETURN ARRAY[v];
    END IF;
    CASE jsonb_typeof(v)
      WHEN 'array' THEN RETURN document_service.reach(v, path, depth + 1, expand, TRUE);
      WHEN 'object' THEN RETURN document_service.reach(v, path, depth + 1, expand, FALSE);
      ELSE RETURN ARRAY[NULL::jsonb];
    END CASE;
  END IF;
  place := document_service.array_index(path[depth]);
  FOR element IN SELECT jsonb_array_elements(v) LOOP
    IF jsonb_typeof(element) = 'object' THEN
      found := found || document_service.reach(element, path, depth, expand, FALSE);
      IF place = 0 AND NOT last THEN found := found || document_service.reach(element, path, depth + 1, expand, FALSE); END IF;
    ELSIF place = 0 AND NOT last AND jsonb_typeof(element) = 'array' THEN
      found := found || document_service.reach(element, path, depth + 1, expand, TRUE);
    END IF;
    IF place = 0 AND last THEN found := found || element; END IF;
    place := place - 1;
  END LOOP;
  RETURN found;
END $$`,
  `CREATE OR REPLACE FUNCTION document_service.reached(root jsonb, path text[], expand boolean) RETURNS jsonb[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN jsonb_typeof(root) = 'object' THEN document_service.reach(root, path, 1, expand, FALSE)
    ELSE ARRAY[NULL::jsonb] END
$$`,
  `CREATE OR REPLACE FUNCTION document_service.sort_key(root jsonb, path text[], direction int) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  element jsonb;
  candidate text;
  best text;
  rest text[] := '{}';
BEGIN
  FOR i IN 1 .. cardinality(path) LOOP
    CASE jsonb_typeof(root)
      WHEN 'object' THEN element := root -> path[i];
      WHEN 'array' THEN
        IF document_service.array_index(path[i]) < 0 THEN element := NULL;
        ELSE element := root -> document_service.array_index(path[i]); END IF;
        IF element IS NULL THEN rest := path[i:]; EXIT; END IF;
      ELSE RETURN '1';
    END CASE;
    IF element IS NULL THEN RETURN '1'; END IF;
    root := element;
  END LOOP;
  IF jsonb_typeof(root) <> 'array' THEN RETURN document_service.key(root); END IF;
  IF jsonb_array_length(root) = 0 THEN RETURN CASE WHEN cardinality(rest) = 0 THEN '' ELSE '1' END; END IF;
  FOR element IN SELECT jsonb_array_elements(root) LOOP
    IF cardinality(rest) = 0 THEN candidate := document_service.key(element);
    ELSIF jsonb_typeof(element) = 'object' THEN candidate := document_service.sort_key(element, rest, direction);
    ELSE candidate := '1'; END IF;
    IF best IS NULL OR (direction = 1 AND candidate COLLATE "C" < best COLLATE "C")
      OR (direction = -1 AND candidate COLLATE "C" > best COLLATE "C") THEN best := candidate; END IF;
  END LOOP;
  RETURN best;
END $$`,
  // `values-at.ts`: a number segment before an array is only its index.
  `CREATE OR REPLACE FUNCTION document_service.values_at(v jsonb, path text[], depth int) RETURNS jsonb[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  found jsonb[] := '{}';
  element jsonb;
BEGIN
  IF jsonb_typeof(v) = 'array' AND document_service.array_index(path[depth]) >= 0 THEN
    v := v -> document_service.array_index(path[depth]);
  ELSIF jsonb_typeof(v) = 'object' THEN v := v -> path[depth];
  ELSE v := NULL; END IF;
  IF v IS NULL THEN RETURN found; END IF;
  IF depth = cardinality(path) THEN
    IF jsonb_typeof(v) = 'array' THEN RETURN ARRAY(SELECT jsonb_array_elements(v)); END IF;
    RETURN ARRAY[v];
  END IF;
  IF jsonb_typeof(v) = 'array' AND document_service.array_index(path[depth + 1]) < 0 THEN
    FOR element IN SELECT jsonb_array_elements(v) LOOP
      found := found || document_service.values_at(element, path, depth + 1);
    END LOOP;
    RETURN found;
  END IF;
  RETURN document_service.values_at(v, path, depth + 1);
END $$`,
  // `field-reader.ts`: what an expression reads.
  `CREATE OR REPLACE FUNCTION document_service.field(v jsonb, path text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN
  FOR i IN 1 .. cardinality(path) LOOP
    IF jsonb_typeof(v) = 'array' THEN
      RETURN COALESCE((SELECT jsonb_agg(f ORDER BY n) FROM (
        SELECT n, CASE WHEN jsonb_typeof(e) = 'object' THEN document_service.field(e, path[i:]) END AS f
        FROM jsonb_array_elements(v) WITH ORDINALITY AS a(e, n)) AS found WHERE f IS NOT NULL), '[]');
    END IF;
    IF jsonb_typeof(v) <> 'object' THEN RETURN NULL; END IF;
    v := v -> path[i];
    IF v IS NULL THEN RETURN NULL; END IF;
  END LOOP;
  RETURN v;
END $$`,
  // `paths` as JSON: an array of arrays of segments, because arrays of SQL must be rectangular.
  `CREATE OR REPLACE FUNCTION document_service.unique_keys(root jsonb, paths jsonb) RETURNS SETOF bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  keys text[] := ARRAY[''];
  path jsonb;
  found text[];
BEGIN
  FOR path IN SELECT jsonb_array_elements(paths) LOOP
    found := ARRAY(SELECT DISTINCT document_service.inner_key(v)
      FROM unnest(document_service.values_at(root, ARRAY(SELECT jsonb_array_elements_text(path)), 1)) AS v);
    IF cardinality(found) = 0 THEN found := ARRAY['1']; END IF;
    keys := ARRAY(SELECT k || f FROM unnest(keys) AS k, unnest(found) AS f);
  END LOOP;
  RETURN QUERY SELECT DISTINCT sha256(convert_to(k, 'UTF8')) FROM unnest(keys) AS k;
END $$`,
];
