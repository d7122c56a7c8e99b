"""Rules of Swedish that generated sentences broke: each a small named rule with what it must and must not find."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from read_pages import FOR_OFFICERS, Text, sentences

NBSP = "\u00a0"
NUMBER = rf"\d[\d{NBSP}]*(?:,\d+)?"
RUNNING = (
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "alt",
    "blockquote",
    "figcaption",
)  # read as sentences; no cells or labels
# Nouns of these pages by gender, in the singular without article.
NEUTER = (
    "mått|år|brott|initiativ|ärende|område|mål|projekt|län|värde|förslag|gap|påstående|svar|fall|stöd|underlag|beslut|"
    "uppdrag|index|intervall|belägg|barn"
)
COMMON = (
    "kommun|andel|plats|figur|skillnad|fråga|indikator|insats|person|region|dag|månad|bedömning|siffra|uppgift|riktning|"
    "prioritering|kvinna|utveckling|ökning|minskning|tabell|sida|källa|grupp|åtgärd|del|förändring"
)
SINGULAR = (
    "kommun|andel|plats|figur|skillnad|fråga|indikator|insats|person|region|dag|månad|bedömning|ärende|område|värde|"
    "påstående|siffra|uppgift|riktning|prioritering|grupp|åtgärd|ökning|minskning|plan|handlingsplan|tabell"
)
PLURAL = (
    "procentenheter|personer|kommuner|platser|dagar|månader|indikatorer|frågor|planer|figurer|områden|insatser|"
    "regioner|elever|värden|ärenden|bedömningar|åtgärder|andelar|påståenden|uppgifter|prioriteringar|"
    "riktningar|siffror"
)
SEVERAL = r"(?:två|tre|fyra|fem|sex|sju|åtta|nio|tio|elva|tolv|båda|flera|några|(?<![\d,–−-])(?:[2-9]|[1-9]\d))"
# Adjectives and participles that stand after "är": common, neuter, plural.
FORMS = (
    ("hög", "högt", "höga"), ("låg", "lågt", "låga"), ("stor", "stort", "stora"), ("liten", "litet", "små"),
    ("säker", "säkert", "säkra"), ("oförändrad", "oförändrat", "oförändrade"), ("bedömd", "bedömt", "bedömda"),
    ("känd", "känt", "kända"), ("okänd", "okänt", "okända"), ("beräknad", "beräknat", "beräknade"),
    ("publicerad", "publicerat", "publicerade"), ("vanlig", "vanligt", "vanliga"), ("tydlig", "tydligt", "tydliga"),
    ("jämförbar", "jämförbart", "jämförbara"), ("ovanlig", "ovanligt", "ovanliga"), ("delad", "delat", "delade"),
    ("redovisad", "redovisat", "redovisade"), ("preliminär", "preliminärt", "preliminära"), ("full", "fullt", "fulla"),
    ("finansierad", "finansierat", "finansierade"), ("gammal", "gammalt", "gamla"), ("ny", "nytt", "nya"),
    ("ensam", "ensamt", "ensamma"), ("utvald", "utvalt", "utvalda"), ("vald", "valt", "valda"),
)  # fmt: skip
COMMON_FORMS, NEUTER_FORMS, PLURAL_FORMS = ("|".join(form[at] for form in FORMS) for at in range(3))
COPULA = r"(?:är|var|blir|blev|har (?:blivit|varit))(?: (?:också|inte|nu|ännu|mer|mindre|lika|helt|delvis))?"
# Nouns in the definite form that subjects begin with; plurals end with -na.
COMMON_SUBJECT = (
    r"[A-ZÅÄÖ]?[a-zåäö]*(?:andelen|skillnaden|figuren|kommunen|arbetslösheten|platsen|riktningen|planen|frågan)"
)
NEUTER_SUBJECT = (
    r"[A-ZÅÄÖ]?[a-zåäö]*(?:antalet|måttet|värdet|sjukpenningtalet|ohälsotalet|området|underlaget|länet|gapet)"
)
PLURAL_SUBJECT = r"[A-ZÅÄÖ]?[a-zåäö]+(?:arna|orna|erna|talen|måtten|värdena|områdena)"
# Names of places whose official name has a genitive, or none, are told by their last letter: see `official`.
WITHOUT_S = r"(?:[aeiouyåäö]|[sxz])"
ENGLISH = (
    "the|and|of|with|without|this|that|which|missing|unknown|higher|lower|years|value|values|share|rate|survey|figure|"
    "table|source|none|null|nan|true|false|women|municipality|report|not|from|lacks|kind|owner|state|title|unnamed"
)
MEASURED = r"(?:procent(?:enhet(?:er)?)?|%|kronor|kr|mnkr|tkr|mkr|miljoner|miljarder)(?![\wåäö])"
PLACES = "Umeå|Nordmaling|Bjurholm|Vindeln|Skellefteå|Lycksele|Stockholm|Gotland|Örnsköldsvik|Storuman"


@dataclass(frozen=True)
class Rule:
    """What a rule finds in a text (None where nothing is wrong), with texts that it must and must not object to."""

    name: str
    find: Callable[[str], str | None]
    bad: tuple[str, ...]
    good: tuple[str, ...]
    kinds: tuple[str, ...] = ()  # of texts that it reads; none: all
    not_on: tuple[str, ...] = ()  # pages that it leaves
    not_inside: tuple[str, ...] = ()  # classes whose texts it leaves


def matches(pattern: str, flags: int = 0) -> Callable[[str], str | None]:
    compiled = re.compile(pattern, flags)

    def find(text: str) -> str | None:
        found = compiled.search(text)
        return found[0] if found else None

    return find


def agrees(subject: str, *wrong: str) -> Callable[[str], str | None]:
    """Finds a subject whose predicate has one of the `wrong` forms, with a few words between and no comma."""
    return matches(rf"\b(?i:{subject})(?: [^.,;:]{{0,50}}?)? {COPULA} (?:{'|'.join(wrong)})\b")


def first_or_stop(text: str) -> str | None:
    """A sentence that begins with a small letter or ends without a stop; names and labels of under six words may."""
    words = text.split()
    if len(words) < 6:
        return None
    if words[0][0].islower():
        return f"begins with {words[0]!r}"
    return None if text.rstrip('”»")* ')[-1] in ".!?:" else f"ends with {words[-1]!r}"


def twice(text: str) -> str | None:
    found = re.search(r"(?<![\w-])([^\W\d_]+)[ \u00a0]\1(?![\w-])", text, re.IGNORECASE)
    return found[0] if found else None


RULES = (
    Rule(
        "one of something is singular",
        matches(rf"(?<![\d,{NBSP}–-])\b(?:1|[Ee]n|[Ee]tt)[ {NBSP}](?:{PLURAL})\b"),
        (f"ändrades med −1{NBSP}procentenheter", "1 kommuner", "ett värden"),
        (
            f"−1{NBSP}procentenhet",
            f"11{NBSP}procentenheter",
            f"0,1{NBSP}procentenheter",
            f"2{NBSP}001 personer",
            "en kommun",
        ),
    ),
    Rule(
        "several are plural",
        matches(rf"(?<!Figur )(?<!plats )(?<!Mål )(?<!juli )\b(?i:{SEVERAL})[ {NBSP}](?:{SINGULAR})\b"),
        ("4 kommun", "av fyra plats", "två värde", "båda indikator"),
        ("4 kommuner", "fyra mått", "Figur 3 plats", "tio initiativ", "två planer", "2022 plats", f"1{NBSP}234 person"),
    ),
    Rule(
        "a common noun has a common article",
        matches(rf"(?<![\w-])(?:[Ee]tt|[Nn]ågot|[Ii]nget|[Dd]etta|[Vv]arje ett)[ {NBSP}](?:{COMMON})\b"),
        ("ett kommun", "inget skillnad", "Detta andel"),
        ("en kommun", "ett av fyra mått", "ingen skillnad", "ett kommunalt förslag", "ett dagligt"),
    ),
    Rule(
        "a neuter noun has a neuter article",
        matches(rf"(?<![\w-])(?:[Ee]n|[Nn]ågon|[Ii]ngen|[Dd]enna)[ {NBSP}](?:{NEUTER})\b"),
        ("ingen mått", "en initiativ", "denna år"),
        ("inget mått", "ett initiativ", "en målgrupp", "detta år", "en årlig"),
    ),
    Rule(
        "what is said of a common noun agrees",
        agrees(COMMON_SUBJECT, NEUTER_FORMS, PLURAL_FORMS),
        (
            "Andelen är högt",
            "Andelen unga utan arbete är höga",
            "skillnaden är säkert",
            "Arbetslösheten har blivit oförändrat",
        ),
        ("Andelen är hög", "skillnaden är säker", "Andelen med högt stöd är låg", "Skillnaden är stor"),
    ),
    Rule(
        "what is said of a neuter noun agrees",
        agrees(NEUTER_SUBJECT, COMMON_FORMS, PLURAL_FORMS),
        ("Sjukpenningtalet är hög", "måttet är bedömd", "Antalet vräkningar är små"),
        ("Sjukpenningtalet är högt", "måttet är bedömt", "Antalet vräkningar är litet"),
    ),
    Rule(
        "what is said of several agrees",
        agrees(PLURAL_SUBJECT, COMMON_FORMS, NEUTER_FORMS),
        ("Vräkningarna är oförändrad", "siffrorna är säkert", "skillnaderna är liten"),
        ("Vräkningarna är oförändrade", "siffrorna är säkra", "skillnaderna är små", "Barnens andel är hög"),
    ),
    Rule(
        "measures that are counted agree",
        matches(
            rf"\b(?:{SEVERAL}|0|inga) mått {COPULA} (?:{COMMON_FORMS}|{NEUTER_FORMS})\b|\b(?:[Ee]tt|1) mått {COPULA} "
            rf"(?:{COMMON_FORMS}|{PLURAL_FORMS})\b"
        ),
        ("fyra mått är bedömt", "ett mått är bedömd", "1 mått är bedömda"),
        ("fyra mått är bedömda", "ett mått är bedömt"),
    ),
    Rule(
        "the only one left out is named",
        matches(r"\boch (?:1|en|ett) till(?=[ ]?[.,;:)]|$)"),
        ("Umeå, Luleå och 1 till", "Norsjö och en till."),
        ("Umeå och Luleå.", "Norsjö och 9 till.", "mellan 0 och 1 till 5 procent"),
    ),
    Rule(
        "a genitive has no colon or apostrophe",
        matches(r"[a-zåäö][:'’]s\b"),
        ("Kolada:s värden", "Vännäs's"),
        ("SCB:s värden", "Koladas värden", "Vännäs plats", "RKA:s"),
    ),
    Rule(
        "a name that ends with s has no more of it",
        matches(
            r"\b(?:Vännäs|Robertsfors|Borås|Västerås|Alingsås|Höganäs|Bengtsfors|Hällefors|Kramfors|Degerfors)[:'’]?s\b"
        ),
        ("Vännäss plats", "Robertsforss"),
        ("Vännäs plats", "Vännäsbygden"),
    ),
    Rule(
        "a municipality has its official name",
        matches(
            r"\b(?!En |[NVI]\w+en |[AE]\w+n )[A-ZÅÄÖ][a-zåäö]*[bcdfghjklmnpqrtv] kommun\b|"
            r"\b[A-ZÅÄÖ][a-zåäö]*(?:[aeiouyö]|[eo]å)s kommun\b"
        ),
        ("Nordmaling kommun", "Stockholm kommun", "Umeås kommun", "Gotland kommun"),
        (
            "Nordmalings kommun",
            "Umeå kommun",
            "Vännäs kommun",
            "Robertsfors kommun",
            "Gotlands kommun",
            "Luleå kommuns",
        ),
    ),
    Rule(
        "a place that owns something is in the genitive",
        matches(
            rf"\b(?:{PLACES}|Kolada|[Rr]iket|[Ll]änet|[Kk]ommunen|[Rr]egionen)[ {NBSP}]"
            r"(?:mål|plats|värde|värden|siffror|bedömning|bedömningar|egna|egen|eget|andel|rapport|plan|barn)\b"
        ),
        ("Umeå plats bland kommunerna", "Kolada värden", "kommunen bedömning", "Nordmaling egna mål"),
        ("Umeås plats", "Koladas värden", "kommunens bedömning", "Vännäs plats", "i kommunen planeras"),
    ),
    Rule(
        "one is on an island",
        matches(r"\b[Ii] (?:Gotland|Öland)\b"),
        ("i Gotland 2022",),
        ("på Gotland 2022", "i Region Gotland", "i Gotlands kommun"),
    ),
    Rule(
        "a range has a dash without spaces",
        matches(r"(?<![\w-])\d{1,4}-\d{1,4}(?![\w-])|\d [–-] \d"),
        ("16-24 år", "2013 – 2022", "åren 2019-2022"),
        ("16–24 år", "2024-03-01", "U07-416", "2013–2022", "COVID-19"),
    ),
    Rule(
        "a dash between words is a dash",
        matches(r"\w - \w|\w -- \w"),
        ("Medborgarundersökningen - Kan rekommendera",),
        ("arbets- och näringsliv", "bättre – mycket bättre"),
    ),
    Rule(
        "a minus is a minus",
        matches(r"(?:^|(?<=[\s(]))-\d"),
        ("ändrades med -3", "(-65)"),
        ("ändrades med −3", "(−65)", "i 16-årsåldern"),
    ),
    Rule(
        "nothing is nought with a sign",
        matches(r"[−-]0(?:,0+)?(?![\d,])"),
        ("ändrades med −0,0", "−0"),
        ("−0,1", "2024–03", "0,0"),
    ),
    Rule(
        "thousands have a space that does not break",
        matches(r"(?<![\d,])(?<!Figur )(?<!figur )(?<!Mål )\b\d{1,3} \d{3}\b(?![-–]\d)"),
        ("per 100 000 invånare", "2 873 personer"),
        (f"per 100{NBSP}000 invånare", "Figur 3 290", "2022 100", "1, 250"),
    ),
    Rule(
        "a number and its unit stay together",
        matches(rf"\d {MEASURED}"),
        ("12,5 procent", "40 %", "3 procentenheter", "5 miljoner"),
        (f"12,5{NBSP}procent", f"40{NBSP}%", "12 procentuella"),
    ),
    Rule(
        "a percent sign stands in tables only, after a space",
        matches(rf"\d[ {NBSP}]?%"),
        ("12,5 %", "40%"),
        ("12,5 procent",),
        RUNNING,
    ),
    Rule(
        "no space is double or before a sign",
        matches(rf"[^\s][ {NBSP}]{{2,}}[^\s]|[^\s–][ {NBSP}][,;:!?.](?=[\s]|$)"),
        ("Det  är", "Umeå , Luleå", "slut ."),
        ("Det är", "Umeå, Luleå", "slut.", "a – b"),
        not_inside=("formula",),
    ),
    Rule(
        "no sign is double",
        matches(r"(?<!\.)\.\.(?!\.)(?=\s|$)|,,|;;|,\.|\.,|:\.|;\.|\?\.|!\."),
        ("slut..", "Umeå,.", "varför?."),
        ("slut.", "och så vidare ...", "Umeå, Luleå."),
        ("p", "li", "h2", "h3", "alt", "dd"),
        not_inside=("symbols",),
    ),
    Rule(
        "nothing is between brackets of nothing",
        matches(r"\(\s*\)|\[\s*\]|\(\s*[,;.]|„“|””"),
        ("Arbetslösa ()", "( , 2022)"),
        ("Arbetslösa (procent)",),
    ),
    Rule("no word is double", twice, ("i i Umeå", "har har"), ("New York", "i Umeå", "1 1")),
    Rule(
        "a value of the country is in the country",
        matches(rf"(?:{NUMBER}(?:[ {NBSP}]procent)?|\bän)[ {NBSP}]riket\b"),
        (f"14{NBSP}090 riket", "lägre än riket"),
        ("5,4 i riket", "lägre än i riket", "jämfört med riket", "riket 5,4"),
        RUNNING,
    ),
    Rule(
        "no count is one of one",
        matches(r"\b1 av 1\b"),
        ("1 av 1 bedömda",),
        ("Ett mått går att bedöma", "plats 1 av 290", "i 3 av 6 kommuner"),
        RUNNING,
    ),
    Rule(
        "from and between take two numbers, not a range",
        matches(r"\b(?:från|mellan) \d+(?:,\d+)?[–-]\d"),
        ("från 2013–2022", "mellan 16–24 år"),
        ("från 2013 till 2022", "mellan 16 och 24 år", "åren 2013–2022"),
    ),
    Rule(
        "a pronoun stands before its 'inte'",
        matches(r"\b(?:ändrade|påverkade|höjde|sänkte) inte (?:den|det|dem)\b"),
        ("ändrade inte den",),
        ("ändrade den inte", "ändrade inte andelen"),
    ),
    Rule(
        "no word is English",
        matches(rf"(?<![\w./@-])(?:{ENGLISH})(?![\w./@-])", re.IGNORECASE),
        ("value saknas", "nan procent", "the share"),
        ("värde saknas", "norm", "reportern", "https://example.se/report"),
        not_on=FOR_OFFICERS,  # columns and commands stand there
    ),
    Rule(
        "nothing of a template or of the code is left",
        matches(r"\{\{?|\}\}?|<[a-z/]|&[a-z]+;|\bNone\b|\bNaN\b"),
        ("{place} har", "None procent", "a &nbsp; b"),
        ("Umeå har", "p < 0,05"),
    ),
    Rule(
        "a sentence has a capital and a stop",
        first_or_stop,
        ("det har ökat i Umeå sedan 2013.", "Det har ökat i Umeå sedan 2013"),
        ("Det har ökat i Umeå sedan 2013.", "Umeå 2024", "16–24 år i Umeå har arbete eller studier."),
        ("p", "alt", "blockquote"),
        not_inside=(
            "edition",
            "brand",
            "marked",
            "judged-cell",
            "arrow-cell",
            "evidence-title",
            "download",
            "subtitle",
            "missing",
            "formula",
            "printing",
        ),
    ),
)


def broken(rules: Iterable[Rule], texts: Iterable[Text]) -> dict[str, list[str]]:
    """Rule -> where it is broken, in the sentence that breaks it."""
    found: dict[str, list[str]] = {}
    for text in texts:
        parts = sentences(text.words)
        for rule in rules:
            if (rule.kinds and text.kind not in rule.kinds) or text.page in rule.not_on:
                continue
            if text.inside & {*rule.not_inside}:
                continue
            for part in parts:
                if wrong := rule.find(part):
                    place = f"{text.page}#{text.where} <{text.kind}> {wrong!r} in {part[:140]!r}"
                    if place not in found.setdefault(rule.name, []):
                        found[rule.name].append(place)
    return {name: places for name, places in found.items() if places}
