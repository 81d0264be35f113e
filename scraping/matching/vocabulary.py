"""Words that cinemas put around a title, as they look once folded (small letters, no accents)."""

import re


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


FORMATS = _words(
    "imax 3d 2d 4d 4dx 4dx3d 4dx2d mx4d screenx dbox atmos dolby vision hfr 4k 2k 8k 70mm 35mm 16mm dcp laser",
    "laserultra starium sphere macroxe velvet gold vip satin remaster remastered restored restoration digital",
    "rerelease uncut redux theatrical original version anniversary jubilaum edition extended presentation",
)
LANGUAGES = _words(
    "ov omu omeu omdu omfu vo vf vost vostfr vosta sub subs subbed subtitled subtitles dub dubbed dubbing est ut df",
    "english engl en german dt deutsch french francais japanese jap korean hindi telugu tamil malay mandarin",
    "indonesia indonesian indo spanish italian",
)
CERTIFICATES = _words("u pg 12 12a 15 18 r r13 d17 d21 su 13 17 21 6 16 fsk tbc nc17")
OCCASIONS = _words(
    "premiere preview vorpremiere avantpremiere sneak gala screening screenings special early access advance relaxed",
    "autism friendly audio described baby babies parent parents members only kids club singalong sing along qa q a",
    "director directors cut final live organ piano score orchestra accompaniment double bill feature fan event",
    "nonton bareng dementia toddler",
)
CONNECTIVES = _words("with and the in a m t s x e by of for")
NOISE = FORMATS | LANGUAGES | CERTIFICATES | OCCASIONS | CONNECTIVES

STRANDS = _words(
    "club classic classics cult season festival fest retrospective nights night late monday mondays tuesday tuesdays",
    "wednesday thursday friday saturday sunday matinee matinees screen throwback time tea film films filmclub kino",
    "kids silver toddler dementia series marathon days weekend family senior seniors queer studio presents introduces",
    "presenta prasentiert preview premiere vorpremiere sneak gala",
)
"""A beginning with one of these names the row in which the film is shown, not the film."""

EVENTS = _words(
    "opera oper ballet ballett concert konzert tour live nt roh met bolshoi theatre theater exhibition uefa fifa ufc",
    "wwe league match recital symphony philharmonic esports worship",
)
"""What is left beside a title, and says that not the film is shown but an evening with its name."""

STOPWORDS = _words(
    "the a an of and in to at on for der die das den dem ein eine und im le la les l un une de des du et d el los las",
    "y il lo gli i e s di che en",
)

ORDINAL = r"\d{1,3} ?(?:st|nd|rd|th)"
PHRASES = re.compile(
    r"\b(?:the )?(?:"
    + "|".join(
        [
            rf"{ORDINAL} (?:anniversary|birthday)",
            r"\d+ jubilaum|\d+ years?$|\d+ years of|(?:turns|at) \d{2}$",
            r"re ?releases?|re ?mastered|(?:4k |digital )?(?:restored|restoration|remaster)",
            r"directors? s? ?cut|final cut|extended(?: edition| cut)?|special edition|original theatrical version",
            r"sing ?along|black and chrome|with live (?:organ|piano|music|score|orchestra)",
            r"early access|advance screenings?|special screenings?|gala premiere|sneak preview|nonton bareng|fan event",
            r"double (?:bill|feature)|(?:with )?(?:live )?(?:director )?q and a(?: with .*)?",
            r"kids club|parent and baby|audio described",
            r"sub indo|dubbing indonesia|english (?:dub|sub)|(?:english )?subtitled|live action",
            r"(?:in|auf|en) (?:english|french|german|japanese|deutsch|englisch|francais|anglais)",
            r"(?:70mm|35mm|16mm) (?:presentation|print)|d box|screen x|sphere x|dolby (?:cinema|atmos|vision)",
        ]
    )
    + r")\b"
)
"""Phrases that may be taken away at the beginning or end of a title."""

RELEASED_AGAIN = re.compile(
    rf"{ORDINAL} anniversary|jubilaum|\d+ years$|\d+ years of|(?:turns|at) \d\d$|re ?release|remaster|restor|"
    r"\b(?:4k|70mm|35mm)\b"
)
"""Says that an old film is shown anew: the year beside it may be the present one."""

EDGES = (FORMATS - _words("original version edition digital vision gold presentation")) | _words(
    "ov omu omeu omdu vo vf vost vostfr vosta subbed subtitled dub dubbed"
)
"""Words that may be taken away one by one at the beginning or end of a title."""
