-- what: the day's account: received = counted + joined + duplicate + out of scope + held + withdrawn
-- ja: 受信の内訳
-- grain: one channel × outcome × reason
-- inputs: fct_item
CREATE TABLE mart_account AS
SELECT channel, outcome, reason, count(*) AS item_count FROM fct_item GROUP BY ALL ORDER BY ALL;
