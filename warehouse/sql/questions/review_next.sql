-- what: submissions with open questions, in the order in which they are to be decided
SELECT submission_ref, text_hash, dimensions, is_drawn, gain FROM mart_review ORDER BY review_order;
