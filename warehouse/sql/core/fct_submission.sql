-- what: accepted submissions, masked
-- ja: 受け付けた応募(伏せ字済み)
-- grain: one submission
-- inputs: stg_submission
CREATE TABLE fct_submission AS
SELECT
  submission_ref, story_id, merged_story_id, is_representative, channel,
  contributor_ref, person_ref, merged_person_ref, conversation_ref,
  posted_at, local_date, local_month, received_at, zone,
  title_masked, body_masked, folded(concat_ws(chr(10), title_masked, body_masked)) AS search_text, text_hash, attribution_wish,
  truncated AS is_truncated, is_after_close, flags, len(raw_ids) AS item_count,
  is_heard, can_count, can_paraphrase, can_quote, can_name, can_contact, can_ship, can_llm
FROM stg_submission
ORDER BY submission_ref;
