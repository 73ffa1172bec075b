story_number IN (  -- a name that a group and a code share means the group; code:name is the code alone
  SELECT story_number
  FROM bridge_story_facet JOIN dim_facet USING (facet_number)
  WHERE breakdown = 'BREAKDOWN' AND (value = $value OR level = 'code' AND 'code:' || code = $value)
)
