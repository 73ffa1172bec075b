-- what: how many raw items the warehouse accounts for
SELECT count(*) AS item_count FROM fct_item;
