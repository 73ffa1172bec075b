-- what: raw items that are held back, and why
SELECT raw_id, channel, stage, fct_set_aside.reason, fct_set_aside.detail
FROM fct_item JOIN fct_set_aside USING (raw_id, channel, stage)
WHERE outcome = 'held'
ORDER BY raw_id;
