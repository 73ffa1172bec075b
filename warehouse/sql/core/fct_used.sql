-- what: tellings that stand in the book already, and where; no native id in it
-- ja: 掲載済み(どの応募を、どこに載せたか)
-- grain: one submission × place in the book
-- inputs: in_used, stg_submission
CREATE TABLE fct_used AS
SELECT story_id, submission_ref, used_where, used_at
FROM in_used JOIN stg_submission USING (submission_ref)
ORDER BY ALL;
