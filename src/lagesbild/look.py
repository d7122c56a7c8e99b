"""The look that figures and pages share: colours for light and dark, and the name of the font.

Blue is the own place and nothing else. Colours are picked for colour-blind readers; text has 4.5:1 and marks 3:1 on
`paper`, in both sets. A figure is drawn in the light set; the page's stylesheet turns each light colour into its dark
one.
"""

COLOURS = {  # light, dark
    "paper": ("#ffffff", "#14181d"),  # behind everything, between stacked parts, and text on filled marks
    "ink": ("#1a1e24", "#f0f2f5"),
    "muted": ("#58606b", "#adb5c0"),
    "grid": ("#dfe3e8", "#343c46"),
    "axis": ("#858d98", "#7f8995"),
    "focus": ("#00579b", "#6fb7f5"),
    "country": ("#2f353d", "#dfe3e8"),
    "region": ("#8d5f00", "#e3b45c"),
    "added": ("#a3470d", "#f0a070"),  # a place that a notebook compares with besides the group
    "peer": ("#868e99", "#8a93a0"),
    "women": ("#74398c", "#cf9fe6"),
    "men": ("#0b7a61", "#55c9a8"),
    "s1": ("#5a3a22", "#d9b08f"),
    "s2": ("#ad4c0c", "#f29b63"),
    "s3": ("#08705a", "#52c4a4"),
    "s4": ("#7b4191", "#cb9be3"),
    "s5": ("#5e6672", "#aab3bf"),
    "s6": ("#8a6600", "#dcbb52"),
    "zone1": ("#5b9a90", "#3f8177"),
    "zone2": ("#39786f", "#6aa79d"),
    "zone3": ("#1f5750", "#9fcdc5"),
    "zone4": ("#0c312d", "#d8efeb"),
}
TOKENS = {name: light for name, (light, _) in COLOURS.items()}
DARK = {name: dark for name, (_, dark) in COLOURS.items()}
FAMILY = "Lagesbild Sans"
