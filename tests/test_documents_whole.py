"""The two documents whole: a list of what they say, typed in here, held against the assessments and the built pages.

Nothing is read from the documents, and nothing from the product's own files makes the list: what is dropped from a page
or from an assessment is missed here. A word of the list is a name, a title, a label or a number of the documents.
"""

import re
from functools import cache
from pathlib import Path

import pytest
from lxml import html

from lagesbild.assessments.load import load_assessment, load_region_assessment
from lagesbild.assessments.models import Assessment, Judgement, RegionAssessment, register
from lagesbild.assessments.prose import parted
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.paths import Paths
from reports import REPOSITORY, Built
from test_back_test import PUBLISHED

PAGES = {
    "0": "index", "1": "no_vulnerable_areas", "2": "equal_power", "3": "childhood", "4": "housing", "5": "work",
    "R": "regional_support",
}  # fmt: skip
MOST_OPEN = 60  # words of the first paragraph, which stands visible

# Document 1. Section -> words of it: "0" is summary, introduction, overall; "1" a focus area; "1.1" a priority.

SECTIONS = {
    "0": """EU-kommissionen | European Social Progress Index | övre Norrland | 2020 | största stad | tilliten |
        polisen räknar ingen stadsdel som utsatt | föreningar | splittring | klyftor | åtskilda | trygghet | gemenskap |
        organiserad brottslighet | våld i nära relationer | samordning | resurser | jämställdhetsarbetet | styra |
        avhoppen från gymnasiet | mår dåligt | tjejer | högstadiet | frånvaro | barnfamiljer | kompetens |
        varken arbetar, studerar eller söker arbete | boendemiljöer | inkluderande | barnfattigdom | saknar pengar |
        två övergripande inriktningsmål | enda program | helhet | indikatorer | jämställt | kommunkoncernen""",
    "1": """trygghet | tillit | gemenskap | segregation | bakgrund, ålder eller socioekonomisk | i sitt eget hem |
        lägesbild | jämförbara städer | otryggheten | medborgarundersökning | myndigheter | utsatt område | Boverkets |
        ojämlikhetsindex | svagt men stadigt | välfärdsbrott | värvas | utanförskap | samordning | framåt""",
    "1.1": """ojämlikhet | organiserad brottslighet | samverkan | tilliten mellan grupper | integrationen |
        överbryggande socialt kapital | polisens | utsatta områden | kriminella | lokalsamhället | Boverkets |
        svag men stadig | ökade kostnader | barnfamiljer | låg inkomst | blandade bostäder | områdesgränser |
        mötesplatser | uppväxtvillkor | går klart skolan | meningsfull fritid | god och lika vård | jämlikhet |
        delaktiga | göra sin röst hörd | nätverk | kartlägga | forum | bromsar""",
    "1.2": """revisorer | 2022 | Umebrås uppföljning 2023 | omtag | handlingsplanen mot våld | fullmäktige | nämnderna |
        kommunstyrelsen | avsatt medel | prioriterade aktiviteterna | följt upp | polisens statistik |
        misshandel mot kvinnor | Centrum mot våld | köerna | pandemin | styrning""",
    "1.3": """Umeå växer tryggt och säkert | UVTS | 2018–2022 | 2017 | 2023 | gäng | bred och otydlig | följa upp |
        social oro | Ålidhem Centrum | i skolan | Unga | Ersängsskolan | Föräldraskap i Sverige | FÖS | Salam Familj |
        nyanlända | misstro mot myndigheter | utanförskap | delaktighet | något högre förtroende | merparten""",
    "2": """Ingen enskild siffra | förvaltning | riktlinjerna för aktiverande styrning | nämnder och bolag |
        verksamhetsplaner | årsrapporter | rekommendera andra att flytta | figur 8 | figur 1 | goda förutsättningar |
        tre decennier | goda exempel""",
    "2.1": """flera decennier | översiktsplanen | maktrelationer | offentliga rummet | flaggskepp | internationellt |
        utvecklingsprojekt | piloter | Tilläggsuppdrag 2022:3 | investeringsplanen | resurser | lägre grad av trygghet |
        jämförbara städer | tryggheten ökar""",
    "2.2": """ändras långsamt | kvalitativa underlag | könsuppdelade data | klimatarbetet | hållbar utveckling |
        två program | synas""",
    "2.3": """saknar pengar | resurssatt | översynen | fullständigt mått | Centrum mot våld | CMV | stort tryck |
        den som utövar våld | socialtjänsten | aktualiseras | 2023""",
    "3": """jämlika villkor | skolnämndernas | fritids- och kulturnämndernas | påverka skolan | stressade |
        ekonomisk utsatthet""",
    "3.1": """Barnkonventionen | åsikter | dialog och demokratiutveckling | medborgardialogen |
        indikatorer och mätvärden | UNGA | hösten 2024 | fritidsförvaltningen | KEKS | initiativ""",
    "3.2": """saknar pengar | jämförbara städer | knappa resurser | vräkningar | små marginaler | ensamstående |
        födda utomlands | resurssatt | än i riket""",
    "3.3": """behöriga till yrkesprogram | första gången | killarna | årskurs 6 | högstadiet | Unga 2022 |
        psykosomatiska | elevhälsans | årskurs 7 | 60 minuter | pojkar | hälften | organisation eller förening |
        fritidsaktiviteter | flickor på Ålidhem | alkoholkonsumtion | narkotika | stöd av sin familj | orosanmälningar |
        våldet bland unga | kränkningar | årskurs 1 | kartläggning | sexualbrott mot barn | minderåriga |
        bevittnat våld | CMV""",
    "4": """trygga | tillgängliga | delaktighet | stadsbyggnadsförvaltningen | teknik- och fastighetsförvaltningen |
        stadsledningskontoret | översiktsplanen | planeringsstrategin | juni 2024 | hänger ihop socialt |
        bostadsförsörjningen""",
    "4.1": """planeringsstrategin | utvecklingsstrategier | stadsbyggnad | flöden | vardagsliv | identitet |
        landsbygdsutveckling | blandning | upplåtelseformer | boendetyper | dagbefolkning | hyresrätt | bostadsrätt |
        äganderätt | tio åren | villa | radhus | kedjehus | parhus | flerbostadshus | specialbostad | studenter |
        äldre""",
    "4.2": """300 meter | strax över 83 procent | centralorten | trubbigt | bibliotek | livsmedelsbutiker | parker |
        barriärer | stadsdelar och tätorter | service""",
    "4.3": """hemlöshet | vräkningar | barn | Stadsmissionens akutboende | campingstuga | 2018 | 50 procent | markant |
        Vad kostar det att bo i Umeå kommun? | hyresrätt | villa | ensamstående med barn | svår funktionsnedsättning |
        pensionärer | unga vuxna | trångboddheten | rutiner""",
    "5": """sysselsatta | 2023 | 2024 | inskrivna hos Arbetsförmedlingen | funktionsvariationer | trygghetssystemet |
        försörjningsstöd | sjukpenningtalen | Västerbotten | rehabiliteringskedjans | 40 procent | dåligt mående |
        nio procent | 20–64 år | sedan 2020 | sjukersättning | kompetens | gynnsamt""",
    "5.1": """långvariga | utrikes födda | norra Sverige | Umeåregionen | försörjningsstöd | god arbetsmarknad |
        Tilläggsbidraget | bostadsbidraget | låg inkomst | går därför före i kön | studentmössa | semesteraktiviteter |
        behörig till gymnasiet | yrkesprogrammen | fyra år | 80 elever | hösten 2023 | dåligt psykiskt""",
    "5.2": """funktionsvariationer | lönebidrag | efter andra kommuner | egna organisationen | sjukpenningtal |
        ekonomiskt bistånd | ohälsa | långtidsarbetslösa | flera försök | anpassningar | Samordningsförbundet |
        4 000–5 000 personer | kartläggning | Försäkringskassan""",
}
PROJECTS = {
    "1": """Umeå växer tryggt och säkert: aktivitetsplan | Öppna mötesplatser: Umeå universitet |
        På Ungas Hemmaplan: delaktighet | Okej med dig: förskolan""",
    "2": """Förstudie vid kvinno- och tjejjouren: gängkriminalitet |
        Utbildningssatsning om jämställdhet: äldreomsorgen |
        Hållbar och jämställd arbetspendling Västerslätt: Fortsättning""",
    "3": """UNGA-enkäten som gemensamt underlag: socialtjänst | Fritid Unga i partnerskap genom ICLD: policy |
        Mirai och Upp 2: sommaren 2025""",
    "4": """Rapporten Vad kostar det att bo i Umeå kommun?: Publicerad | Bostad först: 2023–2024 |
        Hållbara hem för alla: mobilitet""",
    "5": """Mirai: enstaka kurser | KRAFT: utrikes födda | Framtidsverkstan: aktivitetsansvaret |
        Samstart: gymnasieskolan""",
}
PLANS = {
    "1": """Handlingsplan mot våld: Mer arbete krävs |
        Aktivitetsplan Umeå växer tryggt och säkert: Arbete pågår enligt plan |
        Strategi för integration: Arbete pågår enligt plan""",
    "2": "Under uppdatering 2024 | CEMR | Handlingsplan mot våld: Mer arbete krävs",
    "3": """Umeå kommuns handlingsplan mot barnfattigdom: Mer arbete krävs |
        Handlingsplan för suicidprevention: Arbete pågår enligt plan""",
    "4": """Umeå kommuns bostadsförsörjningsprogram: Arbete pågår enligt plan |
        Handlingsplan för ökat bostadsbyggande: Enligt plan | Handlingsplan mot hemlöshet: Mer arbete krävs |
        Program för hållbar landsbygdsutveckling: Arbete pågår enligt plan | Kommunfullmäktige, 2024 |
        Planeringsstrategi: Arbete pågår enligt plan | Kommunfullmäktige, juni 2024""",
    "5": """Överenskommelse om samverkan mellan Arbetsförmedlingen och Umeåregionens kommuner: Enligt plan |
        Strategi för integration: Arbete pågår enligt plan""",
}
REVIEWS = {"1": 1, "2": 1, "3": 1, "4": 1, "5": 0}  # plans whose relevance is to be tried anew
ASSIGNMENTS = {
    "1": "Kommunrevisorerna, 2022 | Umebrå, 2023 | Samordning av arbetet mot segregation | Ingen är utsedd",
    "2": "Tilläggsuppdrag 2022:3 | tekniska nämnden",
}
REFERENCES = {
    "0": "European Social Progress Index",
    "1": """Brottsligheten i Umeå, lägesbild 2023 | Medborgarundersökningen | Bowling Alone | Touchstone |
        Nulägesanalys: Barn och unga som rekryteras in i kriminella nätverk | Hur går byggandet i Umeå 2023 |
        Vad kostar det att bo i Umeå kommun? | Översiktsplan Umeå kommun |
        Umeå växer tryggt och säkert – Aktivitetsplan 2024–2026 |
        Uppföljning våld 2020–2022, handlingsplan och aktivitetsplan | Unga""",
    "2": "Medborgarundersökningen | Riktlinjer för aktiverande styrning",
    "3": "UNGA-enkäten 2018, 2020 och 2022 | KEKS | Elevhälsans undersökning",
    "4": "Översiktsplan Umeå kommun | Vad kostar det att bo i Umeå kommun?",
}
# What the pages say of a figure: its footnote in the document, or its source there.
FOOTNOTES = {
    "0": "16–24 år | 16–84 år | emotionellt stöd | 0 till 100 | bo och leva på",
    "1": "disponibel inkomst per konsumtionsenhet | integration och delaktighet av människor",
    "2": "flytta hit | området där du bor när det är mörkt ute | den du är | könstillhörighet",
    "3": "absolut mått på fattigdom | barnomsorg | lokala resor",
    "5": "halvår var | sysselsatta och de arbetslösa tillsammans",
}

# Document 2.

OBSERVATIONS = """trygghetssystemet | Umeå, Robertsfors, Vindeln och Vännäs ligger under riket | rikets lägsta |
    A-kassa | aktivitetsstöd | långtidsarbetslöshet | Lycksele, Sorsele och Storuman | Bjurholm har klättrat mest |
    coronapandemin | sjukersättning | åldras | försörjningsstöd | Umeå står still | försörjningsprofiler |
    färre invånare | Norsjö (1) | Vännäs (6) | Vindeln (17) | Robertsfors (15) | Vännäs (39) | ohälsa och arbetslöshet |
    rött | grönt | gult | inom parentes var kommunens plats året före"""
SITUATIONS = {
    "2404": """12,9 procent | modern tid | plats 107 av 290 | 30 platser bättre | mycket låg | aktivitetsstöd |
        Etableringsersättningen | Samordningsteamet | validering | psykisk ohälsa | självmord | behövd |
        Extratjänster""",
    "2401": """15,5 procent | 1,2 procentenheter | något långsammare | plats 183 av 290 | 35 platser bättre |
        sjukersättning, sjukpenning och aktivitetsstöd | handläggare | strategiska anställningar | Samordningsteamet |
        Extratjänster | Etableringsersättningen""",
}
RANKS = """Bjurholm +39 165 | Norsjö +35 157 | Nordmaling +35 183 | Vindeln +30 107 | Vännäs +27 81 | Sorsele +26 129 |
    Robertsfors +21 100 | Dorotea +16 154 | Vilhelmina +9 205 | Malå +7 122 | Skellefteå +7 120 | Örnsköldsvik +4 174 |
    Umeå +4 43 | Lycksele −6 199 | Storuman −17 139 | Åsele −39 206"""
TYPES = [
    "Sjukpenning/rehabpenning", "Sjuk- och aktivitetsersättning", "Arbetslöshet", "Arbetsmarknadsåtgärder",
    "Etableringsersättning", "Ekonomiskt bistånd", "Totalt",
]  # fmt: skip
INITIATIVES = {
    "Unga som saknar behörighet till gymnasiet": """Biträdande utbildningsdirektör | introduktionsprogram | IM |
        universitetet | andra kommuner | kvalitet | utvärdera""",
    "Livskunskap, insats kopplad till KAA i kranskommunerna": """10–15 miljoner kronor | 40–50 miljoner kronor |
        Skolverket | 17 mars 2022 | skollagen | 40 procent | fem åren | social ångest | hemmasittare | Våga växa |
        Hikikomori | kranskommuner | vägledning och praktik | utan sysselsättning | återupptar""",
    "Gemensam kompetensutveckling": """samsyn | begrepp | kunskapsbas | tillit | ledarskap | mötesplatser |
        referensgrupp | nyckelpersoner från gymnasieskolan | Samordningsförbundets kansli |
        Strategiska samverkansgruppen | pågående""",
    "Säker digital kommunikation": """SDK | SKR | Inera | 2018 | 2021 | Socialstyrelsen | Domstolsverket |
        Statens institutionsstyrelse | E-hälsomyndigheten | Polismyndigheten | förstudie | post | bud |
        Styrgrupp Matchen | slutrapport | finansiering""",
    "Personer med lång tid i försörjningsstöd": """tio månader | läkarintyg | forskning | gemensam kartläggning |
        bidragsmånader | Delvis pågående | Försäkringskassan""",
    "Barnfamiljer med försörjningsstöd": """oktober 2021 | 253 barnfamiljer | 28 procent | barnfattigdom | 2021 |
        egen försörjning | Antal barn i hushåll""",
    "Utrikes födda arbetslösa": """utanför Europa | effektiva | provrum | Sydöstra Västerbotten | Delvis pågående""",
    "Arbetssökande med funktionsnedsättning som leder till varaktigt nedsatt arbetsförmåga": """Psykiska | mörkertalet |
        stigmatisering | lönestöd | skolan | forskning | överrepresenterad""",
    "Arbetssökande som saknar gymnasieutbildning": """tre gånger | vattendelare | utbildningsmässor | utbildningsplikt |
        reguljära studier""",
    "Långtidsarbetslösa med sammansatta behov": "sammansatta behov | SG torgen 10 maj | Antal långtidsarbetslösa",
    "Unga med aktivitetsersättning": """60 procent | 30 procent | 40 procent | 5 procent | 30 års ålder |
        sjukpenning i särskilda fall | 2016 | Ungdomstorget | Samordningsteamen | Styrgruppen Torgen""",
    "Sjukskrivna arbetslösa": """normalt förekommande arbete | första dagen | rehabilitering | Våga prova | GK |
        ruta 10 | tio timmar | Robertsfors och Vännäs | i juni | oktober | rehab-rond | SUS | i maj""",
    "Sjukskrivningsmönster": "Socialförsäkringsrapport 2017:3 | Region Västerbotten | diagnoser | deltid | avviker",
    "Kartläggning av frivårdens klienter": """2022 | missbruk | normaliseringsprincipen | outnyttjad | enkät |
        insluss-modellen | Krami""",
    "Gemensam planering för utrikes födda i Jobb- och utvecklingsgarantin (JOB) i mer än 12 månader": """tolv månader |
        SFI | kurs C | Matchningskontoret | Femtio personer | Styrgruppen Etablering""",
    "Ökad hälsolitteracitet": """Hälsofrämjande etablering | 89 personer | hälsoskola | migration |
        Två eller tre alternativ""",
    "Jämlik etablering – kortutbildade nyanlända, utrikes födda": """fem gånger | 24 månader | 382 | 77 | nästan 200 |
        184 | 110 kvinnor | 74 män | cirka 50 | omkring 150 | studieväg 1 | Folkhögskola | 90 dagar | 33 procent |
        2020 | AMIF | ESF | Klara färdiga gå | provrum | referensgrupp""",
    "Nyanlända som förvärvat skada innan ankomst till Sverige": """PTSD | kod för funktionshinder | lönebidrag | SIUS |
        personligt biträde | hjälpmedel | sjukersättning | handlingsplan""",
}
# Title -> its days, as the page writes them.
DAYS = {
    "Säker digital kommunikation": "31 maj | 31 december 2022",
    "Långtidsarbetslösa med sammansatta behov": "SG torgen 10 maj",
    "Kartläggning av frivårdens klienter": "1 september | 30 november",
    "Nyanlända som förvärvat skada innan ankomst till Sverige": "1 september 2022 | 21 december 2022 | Okt/nov 2022",
}
# Place -> its seven proposals, in the document's order.
PROPOSALS = {
    "Vindeln": """aktivitetsersättning | affektiva mottagningen | omplaceringsutredning | ESF | Hikikomori |
        habiliteringen | SGI""",
    "Nordmaling": """Återstart efter pandemin | aktivitetsersättning | affektiva mottagningen | ESF | Hikikomori |
        habiliteringen | SGI""",
}
AUTHORITIES = """SCB | Arbetsförmedlingen | Försäkringskassan | Socialtjänsten | Diverse studier | Skolan |
    Kriminalvården | Migrationsverket | Regionen"""
SEATS = """Samordningsförbundet 3 Ordförande | Arbetsförmedlingen 1 | Försäkringskassan 1 | Umeå kommun 4 AMI |
    Kriminalvården 1"""
COMPETENCE = """Introduktion i samverkan | Fördjupning i samverkan | Lokal samsynsdag |
    Kickstart – i samverkan motverka våld: x/9 | KUR-dag kranskommuner: 16/9 | Psykisk hälsa: 6/10 | Ledardag: 16/12 |
    Planering: Inför 2023 | Grundutbildning NCK, våld i nära relation: nyanställda |
    Basutbildning missbruk, riskbruk och beroende: sista torsdagen i sept., okt, nov. | Psykveckan: v. 45"""
REGION_REFERENCES = """Introduktionsprogram | Verksamhetsutveckling av KAA | Skollagen, 7 kap. 22 § | bilaga |
    Socialförsäkringsrapport 2017:3 | säker digital kommunikation i offentlig sektor | Förstudie"""
# Where a document contradicts itself.
CONTRADICTIONS = {
    "0": "placeringsstrategi | låg pojkarna högre | numrerade 2 och 3 | figur 5 står i 1.1 | ordagrant | hustyp",
    "R": "rubriken Umeå | Sorsele 26 platser | 835 till 863 | 1,29 procentenheter | vara 25 | 20 rubriker | 75 procent",
}


def words(text: str) -> list[str]:
    """The words of a list above."""
    return [" ".join(word.split()) for word in text.split("|")]


def plain(text: str) -> str:
    """A text to search: single spaces, no soft hyphens, lower case."""
    return " ".join(text.replace("\u00ad", "").split()).lower()


def absent(wanted: list[str], text: str) -> list[str]:
    """Those of the words that the text does not have, as whole words."""
    inside = plain(text)
    return [word for word in wanted if not re.search(rf"(?<!\w){re.escape(plain(word))}(?!\w)", inside)]


# Quick: the assessments' own texts.


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(Paths(REPOSITORY))


@pytest.fixture(scope="module")
def judged(catalog: Catalog) -> Assessment:
    return load_assessment(Paths(REPOSITORY), "2480", 2024, catalog)


@pytest.fixture(scope="module")
def material(catalog: Catalog) -> RegionAssessment:
    return load_region_assessment(Paths(REPOSITORY), "umearegionen", 2022, catalog)


def of_section(judged: Assessment, section: str) -> str:
    """What the assessment says of a section of document 1."""
    if section == "0":
        return judged.introduction
    judgement = (judged.priorities if "." in section else judged.areas)[section]
    return f"{judgement.summary} {judgement.prose}"


def test_the_list_has_every_section_of_the_first_document(catalog):
    assert set(SECTIONS) == {"0", *catalog.focus_areas, *catalog.priorities}


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_of_the_first_document_is_whole_in_the_assessment(judged, section):
    assert absent(words(SECTIONS[section]), of_section(judged, section)) == []


@pytest.mark.parametrize("area", PROJECTS)
def test_an_areas_projects_plans_assignments_and_sources_are_in_the_assessment(judged, area):
    projects = " ".join(f"{entry.title}: {entry.text}" for entry in judged.projects_of(area))
    assert absent(halves(PROJECTS[area]), projects) == []
    assert len(judged.projects_of(area)) == len(words(PROJECTS[area]))
    rows = [(plan.name or "", plan.assessment, plan.note or "", plan.decided or "") for plan in judged.plans_of(area)]
    assert absent(words(PLANS[area]), " ".join(f"{name}: {' '.join(rest)}" for name, *rest in rows)) == []
    assert sum(plan.review_requested for plan in judged.plans_of(area)) == REVIEWS[area]
    sources = " ".join(f"{entry.title} {entry.publisher}" for entry in judged.references_of(area))
    assert absent(words(REFERENCES[area]) if area in REFERENCES else [], sources) == []


def halves(text: str) -> list[str]:
    """Title and word of entries written "title: word"."""
    return [half for entry in words(text) for half in entry.rsplit(": ", 1)]


@pytest.mark.parametrize("title", INITIATIVES)
def test_an_initiative_is_whole_in_the_register(material, title):
    [entry] = [entry for entry in register(material) if entry.record.title == title]
    assert entry.kind == "initiative"
    assert absent(words(INITIATIVES[title]), entry.record.model_dump_json(exclude={"quoted", "unbound"})) == []


def test_the_regions_observations_and_situations_are_whole(material):
    assert absent(words(OBSERVATIONS), material.introduction) == []
    for situation in material.situations:
        assert absent(words(SITUATIONS[situation.place]), situation.text) == []


def test_what_stands_visible_is_short(judged, material):
    """The first paragraph of each text; the rest goes into a fold."""
    texts = {
        section: judged.introduction if section == "0" else entry_of(judged, section).prose for section in SECTIONS
    }
    texts |= {situation.place: situation.text for situation in material.situations} | {"R": material.introduction}
    long = {name: len(parted(text)[0].split()) for name, text in texts.items()}
    assert {name: count for name, count in long.items() if count > MOST_OPEN} == {}
    assert not [name for name, text in texts.items() if parted(text)[0].startswith("- ")]


def entry_of(judged: Assessment, section: str) -> Judgement:
    return (judged.priorities if "." in section else judged.areas)[section]


# The pages as they are built, folds included.


@cache
def page(folder: Path, name: str) -> html.HtmlElement:
    main = html.parse(folder / f"{name}.html", html.HTMLParser(encoding="utf-8")).getroot().find(".//main")
    for drawing in main.xpath(".//svg | .//script"):
        drawing.drop_tree()
    for end in main.xpath(".//p | .//li | .//td | .//th | .//dd | .//dt | .//br | .//summary | .//h2 | .//h3"):
        end.tail = f" {end.tail or ''}"
    return main


def page_text(report: Built, area: str) -> str:
    return page(report.folder, PAGES[area]).text_content()


def written_text(report: Built, area: str) -> str:
    """What stands open on a page or in a fold of what people wrote: neither tables nor methods."""
    main = html.fromstring(html.tostring(page(report.folder, PAGES[area]), encoding="unicode"))
    for fold in main.xpath(".//details[not(contains(@class, 'written'))]"):
        fold.drop_tree()
    return main.text_content()


def rows_of(report: Built, area: str) -> list[list[str]]:
    """The cells of every table row of a page, without the labels that a phone shows."""
    rows = page(report.folder, PAGES[area]).xpath(".//tr")
    return [[plain(cell.text_content()) for cell in row.xpath("./th | ./td")] for row in rows]


@pytest.mark.slow
@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_of_the_first_document_is_whole_on_its_page(default_report, section):
    assert absent(words(SECTIONS[section]), written_text(default_report, section[0])) == []


@pytest.mark.slow
@pytest.mark.parametrize("area", PROJECTS)
def test_projects_plans_assignments_and_sources_stand_open_on_the_areas_page(default_report, area):
    text = written_text(default_report, area)
    assert absent(halves(PROJECTS[area]), text) == []
    assert absent(halves(PLANS[area]), text) == []
    for further in (ASSIGNMENTS, REFERENCES):
        assert absent(words(further[area]) if area in further else [], text) == []


@pytest.mark.slow
@pytest.mark.parametrize("area", FOOTNOTES)
def test_the_footnotes_of_figures_stand_on_the_page(default_report, area):
    assert absent(words(FOOTNOTES[area]), page_text(default_report, area)) == []


@pytest.mark.slow
def test_the_index_that_the_summary_names_is_linked(default_report):
    links = page(default_report.folder, "index").xpath(".//a[contains(@href, 'social-progress/2020')]")
    assert links


@pytest.mark.slow
def test_observations_situations_and_sources_stand_on_the_regions_page(default_report):
    text = written_text(default_report, "R")
    assert absent(words(OBSERVATIONS), text) == []
    assert absent([word for said in SITUATIONS.values() for word in words(said)], text) == []
    assert absent(words(REGION_REFERENCES), text) == []


@pytest.mark.slow
def test_all_sixteen_ranks_stand_on_the_regions_page(default_report):
    rows = rows_of(default_report, "R")
    assert len(words(RANKS)) == 16
    for entry in words(RANKS):
        place, change, rank = plain(entry).split()
        assert [row for row in rows if row and row[0] == place and {change, rank} <= set(row)], entry


@pytest.mark.slow
def test_all_rows_of_the_support_tables_stand_on_the_regions_page(default_report):
    """Each place's table: its rows follow each other in the order of the types."""
    rows, compared = rows_of(default_report, "R"), 0
    for place, printed in PUBLISHED.items():
        numbers = printed.replace("|", " ").split()
        assert len(numbers) == 33
        for at, kind in enumerate(TYPES):
            wanted = numbers[5 * at : 5 * at + 5]
            cells = [[re.sub(r"[\s%]", "", cell) for cell in row[1:]] for row in rows if row[:1] == [plain(kind)]]
            assert wanted in [list(filter(None, row)) for row in cells], (place, kind)
            compared += 1
    assert compared == 42


@pytest.mark.slow
def test_the_register_has_every_record_with_its_facts(default_report):
    records = page(default_report.folder, PAGES["R"]).xpath(".//details[contains(@class, 'record')]")
    texts = {plain(record.xpath("string(./summary)")): record.text_content() for record in records}
    assert len(records) == 34
    for title, wanted in INITIATIVES.items():
        [text] = [text for summary, text in texts.items() if summary.startswith(plain(title))]
        assert absent([*words(wanted), *(words(DAYS[title]) if title in DAYS else [])], text) == [], title
    for place, proposals in PROPOSALS.items():
        for number, word in enumerate(words(proposals), 1):
            begins = plain(f"Uppdragsinitiativ {place}, förslag {number}:")
            [text] = [text for summary, text in texts.items() if summary.startswith(begins)]
            assert absent([word], text) == [], (place, number)


@pytest.mark.slow
def test_authorities_seats_and_competence_plan_stand_on_the_regions_page(default_report):
    rows = [" ".join(row) for row in rows_of(default_report, "R")]
    for entry in [*words(AUTHORITIES), *words(SEATS), *words(COMPETENCE)]:
        wanted = plain(entry).replace(":", "").split()
        assert [row for row in rows if not absent(wanted, row) and row.startswith(wanted[0])], entry


@pytest.mark.slow
@pytest.mark.parametrize("area", CONTRADICTIONS)
def test_what_the_documents_contradict_themselves_in_is_told_somewhere(default_report, area):
    names = ["metod", "underlaget"] if area == "0" else []
    pages = [name for name in [*PAGES.values(), *names] if (default_report.folder / f"{name}.html").is_file()]
    text = " ".join(page(default_report.folder, name).text_content() for name in pages)
    assert absent(words(CONTRADICTIONS[area]), text) == []
