-- what: how many raw items meet the filters
-- parameters: value_0 … (one a filter)
SELECT count(*) AS item_count FROM fct_item AS item WHERE TRUE /* filters */;
