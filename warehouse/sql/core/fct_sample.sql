-- what: stories drawn at random for people to code: what every estimate rests on
-- ja: 人が分類するために無作為に抽出した話
-- grain: one drawn story
-- inputs: in_sample, fct_story
CREATE TABLE fct_sample AS
SELECT story_id, submission_ref, row_number() OVER (ORDER BY draw_order) AS draw_order, inclusion_probability
FROM in_sample JOIN fct_story USING (submission_ref)  -- by the telling that stands for the story, whatever was linked since
WHERE can_count
ORDER BY draw_order;
