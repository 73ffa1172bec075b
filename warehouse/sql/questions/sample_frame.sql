-- what: what a sample is drawn from: one telling for each story that may be counted, whatever its codes
SELECT submission_ref FROM fct_story WHERE can_count ORDER BY submission_ref;
