-- what: codes of counted stories, all dimensions; a story with three benefits has three rows, so count(*) counts mentions and count(DISTINCT story_id) stories
-- ja: 集計に入る話の分類(1つの話が何行にもなる。話の数は count(DISTINCT story_id))
-- grain: one counted story × dimension × code
-- inputs: stories_counted, mart_story_code, dim_code
CREATE VIEW mentions AS
SELECT
  story_id, local_month, dimension, code, label_ja, label_en, group_code, group_ja, group_en, group_order, code_order,
  decided_by, probability
FROM stories_counted
JOIN mart_story_code USING (story_id)
JOIN dim_code USING (dimension, code);
