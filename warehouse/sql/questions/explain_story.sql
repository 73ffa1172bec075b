-- what: a part of explain.sql and tally.sql: the stories of one kind that meet the filters
-- parameters: kind (any, counted, apart, late, not_story, unconsented), include_late, value_0 … (one a filter)
SELECT *
FROM fct_story
WHERE CASE $kind
    WHEN 'any' THEN TRUE
    WHEN 'counted' THEN can_count AND is_story AND NOT is_apart AND ($include_late OR NOT is_after_close)
    WHEN 'apart' THEN can_count AND is_story AND is_apart AND ($include_late OR NOT is_after_close)
    WHEN 'late' THEN can_count AND is_story AND is_after_close
    WHEN 'not_story' THEN can_count AND NOT is_story
    WHEN 'unconsented' THEN NOT can_count
  END
  AND TRUE /* filters */
