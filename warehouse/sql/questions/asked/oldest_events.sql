-- ja: いちばん古い時期の出来事
-- en: The oldest events
-- tells_ja: 届いた時期ではなく、出来事の時期で見た古い話。本文は、言い換えか引用の許可があるものだけ出します。
-- tells_en: Old by when it happened, not by when it arrived. A text is shown only where it may be paraphrased or quoted.
-- grain: one story
-- parameter: by dimension = happened | 時期の観点 | dimension of time
-- parameter: period code:by = | 時期(空なら、話のあるいちばん古い時期) | period (empty: the oldest that has a story)
-- parameter: most number:1-1000 = 20 | 何話まで | how many
-- chart: none
WITH told AS (FROM stories_by($by, 'code')),
oldest AS (SELECT arg_min(code, code_order) AS code FROM told)
SELECT
  told.label_ja AS period_ja, told.label_en AS period_en,
  story.local_date, story_id,
  CASE WHEN can_paraphrase OR can_quote THEN substr(body_masked, 1, 60) END AS opening
FROM told
JOIN stories_counted AS story USING (story_id)
JOIN fct_submission USING (submission_ref)
WHERE told.code = coalesce($period, (SELECT code FROM oldest))
ORDER BY story.local_date, opening, story_id
LIMIT $most;
