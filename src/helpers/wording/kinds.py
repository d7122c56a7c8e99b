"""What each kind of drawing is called in an alternative text, by the name of the chart function."""

KINDS = {
    "bars_by_group": "Staplar för varje grupp",
    "dot_rows": "Punkter på en rad för varje mått",
    "dots": "Punkter för varje år",
    "dots_by_year": "Punkter för varje undersökningsår",
    "dots_with_lines": "Linje för det närliggande måttet och punkter för rapportens eget mått, i var sitt fält",
    "dumbbell": "Punkter för kvinnor och män, förbundna med ett streck för varje plats",
    "fan": "Linje över tid och en solfjäder för de två åren framåt, ett fält för varje mått",
    "lines": "Linjediagram över tid",
    "profile_bars": "Staplar för varje ersättning, ett fält för varje kommun",
    "rank_change": "Streck från förra årets plats till årets",
    "ranked_bars": "Liggande staplar, ordnade efter värde",
    "share_bars": "Staplar som delar upp hundra procent, en för varje år",
    "small_lines": "Små linjediagram, ett för varje mått med egen skala",
    "small_multiples": "Små diagram, ett för varje grupp",
    "stacked_area": "Staplade ytor över tid",
    "stacked_shares": "Staplar som delar upp hundra procent på grupper",
    "two_panels": "Två fält ovanför varandra med samma år",
    "value_bars": "Liggande staplar för ett enda år",
}
