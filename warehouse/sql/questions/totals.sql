-- what: the totals that a table of counts is out of
-- story_count_low: if every open question of linking were answered by yes; what is then one story is counted if any part of it is
-- parameters: include_late
WITH story AS (
  SELECT *, can_count AND is_story AND NOT is_apart AND ($include_late OR NOT is_after_close) AS is_in FROM fct_story
)
SELECT
  count(*) FILTER (is_in) AS story_count,
  count(DISTINCT merged_story_number) FILTER (is_in) AS story_count_low,
  count(*) FILTER (is_in AND is_reviewed) AS reviewed_count,
  count(*) FILTER (can_count AND is_story AND is_apart AND ($include_late OR NOT is_after_close)) AS apart_count,
  count(*) FILTER (can_count AND is_story AND is_after_close) AS late_count,
  count(*) FILTER (can_count AND NOT is_story) AS not_story_count,
  count(*) FILTER (NOT can_count) AS unconsented_count,
  (SELECT count(DISTINCT person_number) FROM bridge_story_person JOIN story USING (story_number) WHERE is_in) AS person_count,
  (  -- if every open pair of accounts were one person
    SELECT count(DISTINCT merged_person_number) FROM bridge_story_person JOIN story USING (story_number) WHERE is_in
  ) AS person_count_low
FROM story;
