-- what: a part of explain.sql and tally.sql: the stories of one kind that meet the filters
-- parameters: kind (any, counted, apart, late, not_story), include_late, value_0 … (one a filter)
SELECT *
FROM fct_story
WHERE CASE $kind
    WHEN 'any' THEN TRUE
    WHEN 'counted' THEN is_story AND NOT is_apart AND ($include_late OR NOT is_after_close)
    WHEN 'apart' THEN is_story AND is_apart AND ($include_late OR NOT is_after_close)
    WHEN 'late' THEN is_story AND is_after_close
    WHEN 'not_story' THEN NOT is_story
  END
  AND TRUE /* filters */
