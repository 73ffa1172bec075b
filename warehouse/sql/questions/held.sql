-- what: raw items that are held back
SELECT raw_id FROM fct_item WHERE outcome = 'held';
