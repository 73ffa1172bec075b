-- what: the ways by which a submission reaches the author
-- ja: 届いた経路
-- grain: one channel
-- inputs: in_channel
CREATE TABLE dim_channel AS SELECT channel, label_ja, label_en FROM in_channel ORDER BY channel;
