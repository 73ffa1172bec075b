"""The peer of tests/bench/pages.py: the same trend and heat map in Streamlit, written as its manual would."""

from __future__ import annotations

import sys

import altair as alt
import duckdb
import streamlit as st

con = duckdb.connect(sys.argv[1], read_only=True)
con.execute("SET TimeZone = 'Asia/Tokyo'")
months = con.execute("""
    SELECT group_ja AS platform, local_month AS month, count(DISTINCT story_id) AS stories
    FROM fct_story JOIN bridge_story_platform USING (story_id) JOIN dim_platform USING (platform_code)
    WHERE is_counted GROUP BY ALL
""").df()
pairs = con.execute("""
    SELECT dim_platform.group_ja AS platform, dim_benefit.group_ja AS benefit, count(DISTINCT story_id) AS stories
    FROM fct_story JOIN bridge_story_platform USING (story_id) JOIN dim_platform USING (platform_code)
    JOIN bridge_story_benefit USING (story_id) JOIN dim_benefit USING (benefit_code)
    WHERE is_counted GROUP BY ALL
""").df()
st.title("傾向")
bars = alt.Chart(months).mark_bar().encode(x="month:O", y="stories:Q").properties(width=150, height=70)
st.altair_chart(bars.facet("platform:N", columns=4))
st.altair_chart(alt.Chart(pairs).mark_rect().encode(x="benefit:N", y="platform:N", color="stories:Q"))
st.dataframe(pairs)
