-- ja: 引用してよい、良かった話
-- en: Positive stories that may be quoted
-- tells_ja: 引用の許可があり、掲載を止める印がなく、まだ掲載していない話を、短い順に。名前は「名前を出す」の許可があるときだけ、許可された形で出せます。
-- tells_en: Stories with leave to quote, nothing that keeps them out of print, and not used yet, the shortest first.
-- grain: one submission
-- parameter: by dimension = valence | 良し悪しの観点 | dimension
-- parameter: code code:by = positive | 分類 | code
-- parameter: kept_out dimension = flag | 掲載を止める印の観点 | what keeps out of print
-- parameter: at_most number:1-10000 = 400 | 何字まで | at most so many characters
-- chart: none
SELECT
  len(body_masked) AS length,
  submission.local_date,
  label_ja AS channel_ja,
  label_en AS channel_en,
  can_name,
  body_masked,
  submission_ref,
  story_id
FROM fct_submission AS submission
JOIN dim_channel USING (channel)
SEMI JOIN (FROM stories_by($by, 'code') WHERE code = $code) AS chosen USING (story_id)
ANTI JOIN (FROM stories_by($kept_out, 'code')) AS flagged USING (story_id)
ANTI JOIN fct_used USING (story_id)
WHERE can_quote AND is_heard AND len(body_masked) <= $at_most
ORDER BY length, body_masked, submission_ref;
