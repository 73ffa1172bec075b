-- what: pairs that may be one story, the likeliest first, each pair of stories together; with all: also those linked
-- parameters: all, most (NULL for all)
SELECT
  link.submission_ref, link.other_ref, link.kind, link.verdict, link.score, link.containment, link.resemblance,
  least(one.story_id, other.story_id) AS one_story_id, greatest(one.story_id, other.story_id) AS other_story_id
FROM fct_link AS link
JOIN fct_submission AS one USING (submission_ref)
JOIN fct_submission AS other ON other.submission_ref = link.other_ref
WHERE link.verdict = 'perhaps' OR ($all AND link.verdict = 'same')
ORDER BY link.verdict, link.score DESC, link.submission_ref, link.other_ref, link.kind
LIMIT $most;
