-- what: the estimates of one breakdown, by level and code
-- parameters: breakdown, include_late
SELECT * FROM mart_estimate WHERE breakdown = $breakdown AND include_late = $include_late;
