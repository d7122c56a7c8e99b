"""Outlooks in Swedish: how many series were tried, and why the others were not."""

from ..outlook import FEWEST, NoOutlook

HOW = (
    f"En serie förs två år framåt bara om den har minst {FEWEST} obrutna år, når till utgåvans år eller året före, och "
    "om metoden på seriens egna gamla år har träffat bättre än att gissa på samma värde som i fjol."
)
METHOD = (
    "Dämpad exponentiell utjämning (Gardner och McKenzie 1985), prövad på seriens egna år. Fälten visar var 80 och 95 "
    "av 100 utfall väntas om allt fortsätter som hittills; ingenting säger att det gör det."
)
NO_OUTLOOK = {
    NoOutlook.STAND_IN: "Närliggande mått, som inte får stå för rapportens eget",
    NoOutlook.OVERLAPPING_PERIODS: "Medelvärden över flera år, som delar år med varandra",
    NoOutlook.TOO_SHORT: f"Färre än {FEWEST} år i rad utan brott eller luckor",
    NoOutlook.ENDS_TOO_EARLY: "Siffrorna slutar före året innan utgåvan",
    NoOutlook.NOT_BETTER_THAN_LAST_YEAR: "Prövad, men träffade inte bättre än ”samma som i fjol”",
}


def tried_text(tried: int, drawn: int, total: int) -> str:
    """How many of all series were put to the back-test, and how many of those are drawn."""
    shown = "ingen utblick ritas" if not drawn else "1 utblick ritas" if drawn == 1 else f"{drawn} utblickar ritas"
    return f"{tried} av {total} mått med värden uppfyllde kraven på serien och prövades; {shown}."
