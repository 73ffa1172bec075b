-- what: accepted submissions, masked
-- ja: 受け付けた応募(伏せ字済み)
-- grain: one submission
-- inputs: stg_submission, stg_told
CREATE TABLE fct_submission AS
SELECT
  submission_ref, story_id, story_number, merged_story_id, is_representative, channel,
  contributor_ref, person_ref, merged_person_ref, conversation_ref,
  posted_at, local_date, local_month, received_at, zone,
  title_masked, body_masked, folded(concat_ws(chr(10), title_masked, body_masked)) AS search_text, text_hash, attribution_wish,
  truncated AS is_truncated, is_after_close, flags, len(raw_ids) AS item_count,
  is_heard, can_count, can_paraphrase, can_quote, can_name, can_contact, can_ship, can_llm
FROM stg_submission JOIN (SELECT story_id, story_number FROM stg_told) USING (story_id)
ORDER BY posted_at, submission_ref;  -- lists of stories are by date, so that what they show lies side by side
