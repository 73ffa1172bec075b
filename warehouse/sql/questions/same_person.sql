-- what: pairs of contributors who may be one person, or were decided to be or not to be, as of the build
SELECT contributor_ref, other_contributor_ref, evidence FROM fct_same_person;
