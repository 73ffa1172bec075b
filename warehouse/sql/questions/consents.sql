-- what: who allows what: one row a teller (a telling without a sender by itself) and what each scope stands at, latest first
-- state of a scope: allowed, refused (said so), open (nobody asked), mixed (their tellings differ)
-- parameters: refs, scopes, grants (three lists: the latest word on a scope of a submission), channel, scope, state (NULL:
-- any), limit, offset
WITH said AS (
  SELECT
    unnest($refs::VARCHAR[]) AS submission_ref, unnest($scopes::VARCHAR[]) AS scope, unnest($grants::BOOLEAN[]) AS is_granted
),
sent AS (
  SELECT coalesce(contributor_ref, submission_ref) AS teller_ref, * FROM fct_submission
),
may AS (
  UNPIVOT (
    SELECT
      teller_ref, submission_ref, can_count AS "count", can_paraphrase AS paraphrase, can_quote AS quote, can_name AS "name",
      can_contact AS contact, can_ship AS ship, can_llm AS llm
    FROM sent
  ) ON "count", paraphrase, quote, "name", contact, ship, llm INTO NAME scope VALUE may
),
standing AS (  -- as bits, of which a million tellers' take little room: 1 allowed, 2 refused, 4 open
  SELECT
    teller_ref, scope,
    CASE WHEN is_granted THEN 1 WHEN NOT is_granted THEN 2 WHEN may THEN 1 ELSE 4 END::UTINYINT AS state
  FROM may LEFT JOIN said USING (submission_ref, scope)
),
scope_of AS (
  SELECT teller_ref, scope, bit_or(state) AS states
  FROM standing
  GROUP BY ALL
),
askable AS (  -- who wants no letters is asked nothing more, nor who takes no part
  SELECT teller_ref FROM scope_of GROUP BY teller_ref
  HAVING count(*) FILTER (scope IN ('contact', 'count') AND states = 2) = 0
),
fitting AS (
  SELECT DISTINCT teller_ref
  FROM scope_of
  WHERE ($scope IS NULL OR scope = $scope)
    AND ($state IS NULL OR states & CASE $state WHEN 'allowed' THEN 1 WHEN 'refused' THEN 2 WHEN 'open' THEN 4 END > 0)
    AND ($state IS DISTINCT FROM 'open' OR teller_ref IN (FROM askable))
),
found AS (
  SELECT
    sent.teller_ref, any_value(sent.contributor_ref) IS NOT NULL AS has_sender,
    list(DISTINCT sent.channel ORDER BY sent.channel) AS channels, count(*) AS submission_count,
    count(DISTINCT story_id) FILTER (is_story) AS story_count, max(sent.posted_at) AS latest_at
  FROM sent JOIN fct_story USING (story_id) SEMI JOIN fitting ON fitting.teller_ref = sent.teller_ref
  GROUP BY sent.teller_ref
  HAVING $channel IS NULL OR list_contains(channels, $channel)
),
page AS (
  SELECT *, count(*) OVER () AS teller_count FROM found ORDER BY latest_at DESC, teller_ref LIMIT $limit OFFSET $offset
)
SELECT
  page.*, map_from_entries(list((
    scope, CASE states WHEN 1 THEN 'allowed' WHEN 2 THEN 'refused' WHEN 4 THEN 'open' ELSE 'mixed' END
  ))) AS states,
  coalesce(list(scope) FILTER (states & 4 > 0 AND teller_ref IN (FROM askable)), []) AS to_ask
FROM page JOIN scope_of USING (teller_ref)
GROUP BY ALL
ORDER BY page.latest_at DESC, teller_ref;
