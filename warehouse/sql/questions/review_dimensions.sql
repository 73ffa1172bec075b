-- what: the questions of the codebook that this version was built by, in order
SELECT dimension, is_multi FROM dim_dimension ORDER BY dimension_order;
