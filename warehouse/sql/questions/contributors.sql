-- what: everybody who sent something
SELECT contributor_ref FROM dim_contributor;
