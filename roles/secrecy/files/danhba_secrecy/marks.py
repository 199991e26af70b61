"""The one place that says what a mark of secrecy is (R7.1): the words of a level in capitals, as stamp or marker.

A *stamp* is alone on its line, in its cell, box or paragraph, with whatever frame of punctuation, a label
(``Độ mật:``), a mark of urgency or the number of a copy. A *marker* begins or ends a subject or the name of a file.
All else that has the word is no mark: sentences, headings, names of people. The reasons are in
`docs/decisions/0052-the-secrecy-scanner.md`, one by one.

A text is lines; in one of a table, cells are parted by `CELL`, and the lines within a cell by `INNER`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .letters import composed, disguised, readings, seen

CELL, INNER = "\t", "\v"
# A column in plain text: what stands side by side there is as far apart as this.
_GAP = re.compile(r"\t|[^\S\n\v]{3,}|[|¦│║]")
# A line that is longer holds no stamp, whatever stands in it.
_LONGEST = 300
# A marker begins or ends a title, however long the title is.
_LONGEST_TITLE = 2000
# Whoever has so many stamps in one text is told enough; each more costs a look around.
_ENOUGH = 100
# How many lines around a level those of a list of them are looked for, and how many empty ones end it.
_NEAR, _PARTED = 16, 6

# Between the letters of a word that is spaced out.
_BETWEEN = r"[ .\-_·*/|,~+=]{0,3}"
# All that a stamp is framed with. An empty box is none: "☐ MẬT" is a choice that was not made.
_FRAME = r"[ \[\](){}<>«»‹›\"'“”‘’„`*_=~|:;.,•·∙●○■▪▫◆◇★☆✱※#+/\\!^°\-–—―−─━═│┃║╔╗╚╝█▓▒░☒☑✓✔✗✘…†§¤©®>【】〔〕《》「」]"
_URGENT = r"(?:(?:THƯỢNG|HỎA|HOẢ) ?(?:KHẨN|TỐC)(?: ?HẸN GIỜ)?|KHẨN)"
_COPY = r"(?i:(?:BẢN (?:SAO )?SỐ|BẢN THỨ|SỐ BẢN|SỐ)[ :.]{0,3}\d{1,6}(?:/\d{1,6})?)"
_ENGLISH = "(?i:(?:TOP |MOST )?SECRET|CONFIDENTIAL)"
_LABEL = (
    r"(?:(?:DẤU (?:CHỈ )?)?(?:(?:MỨC|CẤP) )?ĐỘ (?:BẢO )?MẬT|(?:MỨC|CẤP|DẤU) MẬT|PHÂN LOẠI (?:BẢO )?MẬT)"
    r"(?: ?\(NẾU CÓ\))?"
)


def _spaced(word: str) -> str:
    return _BETWEEN.join(word)


_LEVELS = {"tuyet-mat": "TUYỆT MẬT", "toi-mat": "TỐI MẬT", "mat": "MẬT"}
_WORDS = {
    "tuyet-mat": f"{_spaced('TUYỆT')}[ \\-–—_./|*·]{{0,3}}{_spaced('MẬT')}",
    "toi-mat": f"{_spaced('TỐI')}[ \\-–—_./|*·]{{0,3}}{_spaced('MẬT')}",
    "mat": _spaced("MẬT"),
}
_NAMED = "|".join(f"(?P<{level.replace('-', '_')}>{word})" for level, word in _WORDS.items())
_BESIDE = f"(?:(?i:(?:MỨC )?ĐỘ KHẨN){_FRAME}{{1,5}})?(?:(?i:{_URGENT})|{_COPY}|{_ENGLISH})"
# Possessive, so that a line of nothing but its frame is given up at once.
_STAMP = re.compile(
    f"(?:{_FRAME})*+(?:[XV✓✔][)\\]] ?)?(?:{_BESIDE}{_FRAME}{{1,9}}){{0,3}}"
    f"(?P<label>(?i:{_LABEL}|PHÂN LOẠI|MỨC ĐỘ){_FRAME}{{1,9}})?(?:{_BESIDE}{_FRAME}{{1,9}}){{0,3}}"
    f"(?:{_NAMED})(?P<again>(?:{_FRAME}{{1,9}}(?:{'|'.join(_WORDS.values())})){{0,40}})"
    f"(?:{_FRAME}{{1,9}}{_BESIDE}){{0,3}}(?:{_FRAME})*+"
)
_LABELLED = re.compile(
    f"(?:{_FRAME})*+(?:{_LABEL})[ :\\-–—=.]{{1,5}}{_FRAME}{{0,5}}(?:{_NAMED})(?:{_FRAME})*+", re.IGNORECASE
)
_ONLY_LABEL = re.compile(f"(?:{_FRAME})*+(?:{_LABEL})(?:{_FRAME})*+", re.IGNORECASE)
_LEVEL_ALONE = re.compile(f"(?:{_FRAME})*+(?:{_NAMED})(?:{_FRAME})*+", re.IGNORECASE)
# All but the boxes of choices that were not made.
_ORNAMENT = re.compile(
    "[\u2190-\u21ff\u2300-\u23ff\u2500-\u25a0\u25a3-\u260f\u2611-\u274e\u2753-\u27bf\u2900-\u2bff"
    "\ue000-\uf8ff\U0001f000-\U0001faff]+"  # those of symbol fonts are in the private use area
)
# "[ ] MẬT": a choice that was not made.
_UNCHOSEN = re.compile(r"[(\[] ?[)\]]|[☐□▢❏❑]")
_BULLET = re.compile("[-–—+*•·●○▪\ue000-\uf8ff]")
_ANY_LEVEL = re.compile("|".join(_WORDS.values()))

# The word before, at the end of the line before: "BÍ / MẬT" is one word that did not fit.
_BEGUN = frozenset("BÍ BẢO CƠ GIẢI KHÔNG ĐỘ".split())
# The word behind, at the beginning of the next line; a title that may stand below a stamp ("THƯ MỜI") is none.
_GOES_ON = re.compile(
    r"(?:KHẨU|ONG|NHÀ NƯỚC|MÃ (?:DÂN SỰ|HÓA|HOÁ|QUỐC GIA)|ĐỘ (?:DÂN|XÂY|GIAO|LƯU|CƯ|CAO|THẤP))\b|(?:ĐỘ|MÃ|VỤ|THƯ)\W*$"
)
_NAME_HEAD = re.compile(
    r"(?i)^\W*(?:stt\W+)?(?:(?:họ|tên)\b(?!.*(?:văn bản|tài liệu|tệp|hồ sơ|loại))"
    r"|(?:given |first |last |full )?names?\b)"
)
# Bile, and no level.
_ORGANS = re.compile(r"(?i)\bGAN\W*$")
_SURNAMES = frozenset(
    """nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh đoàn trịnh lương đào hà tạ lưu tô
    phùng vương giàng sùng thào vàng lù cư hảng vù tráng hầu chảo tẩn triệu bàn nông hứa lục sần lò vùi thền lèng
    cầm lường quàng mai cao lâm châu tống kiều quách tăng thái chu mạc thân trương nghiêm khổng la ma tòng cà lừu
    hạng phàn""".split()
)


class Found(NamedTuple):
    """A mark: its level, its words in capitals, and the line and cell where it stands, both from 1."""

    level: str
    text: str
    line: int
    cell: int


class _Hit(NamedTuple):
    level: str
    labelled: bool
    alone: bool  # nothing beside the words but their frame


# An Ậ, however it is written, that is not within another word: "CẬP NHẬT" costs nothing more.
_OTHER = "A-LN-SU-Za-ln-su-z\u00c0-\u0241\u1ea2-\u1eab\u1eae-\u1ef9"
# What is searched for stands first in each pattern, and what must not stand before it is looked for behind.
_CANDIDATE = re.compile(f"[ẬẠậạ\u0323](?<![{_OTHER}Tt].)(?![{_OTHER}Mm])")
_CAPITAL = re.compile(f"[ẬẠ\u0323](?<![{_OTHER}Tt].)(?![{_OTHER}Mm])")
_JOINED = re.compile(
    "M\\W{0,40}(?:Ậ|ậ)\\W{0,40}T|(?i:(?:ĐỘ|MỨC|CẤP|LOẠI|DẤU)\\W{0,9}(?:BẢO\\W{0,9})?MẬT\\W{0,40}(?:T\\w{2,4}\\W{0,9})?MẬT)"
)
_LABEL_NEAR = re.compile(
    r"(?:[đĐ][ộỘ]|[mM][ứỨ][cC]|[cC][ấẤ][pP]|[lL][oO][ạẠ][iI]|[dD][ấẤ][uU])\W{0,9}(?:[bB][ảẢ][oO]\W{0,9})?[mM][ậẬ][tT]|[\[【]\W{0,3}(?:[tT]\w{2,4}\W{0,3})?[mM][ậẬ][tT]\W{0,3}[\]】]"
)


def possible(text: str) -> bool:
    """Whether a text could have a mark, however its lines and spans are parted; asked of all, and so cheap."""
    if text.isascii():
        return False
    if disguised(text):
        return True
    text = composed(text)
    if ("Ậ" in text or "Ạ" in text or "\u0323" in text) and _CAPITAL.search(text):
        return True
    return "ậ" in text and _LABEL_NEAR.search(text) is not None


def possible_within(text: str) -> bool:
    """The same of a text whose tags were taken out, told better and dearer."""
    if not possible(text):
        return False
    text = composed(text)
    return disguised(text) or any(
        _JOINED.search(seen(text[max(0, match.start() - 200) : match.end() + 200]))
        for match in _CANDIDATE.finditer(text)
    )


def in_text(text: str) -> Iterator[Found]:
    """The stamps of a text."""
    if not possible(text):
        return
    left = _ENOUGH
    lines = composed(text).splitlines() if INNER not in text else composed(text).split("\n")
    for number, line in enumerate(lines):
        if _worth(line):
            for hit in _in_line(lines, number):
                yield hit
                left -= 1
                if not left:
                    return


def _worth(line: str) -> bool:
    return _CANDIDATE.search(line) is not None or disguised(line)


def _in_line(lines: Sequence[str], number: int) -> Iterator[Found]:
    line = lines[number]
    if len(line) <= _LONGEST and CELL not in line and INNER not in line and (hit := _hit(line)):
        if not _excused(hit, line, lines, number):
            yield _found(hit, _before(lines, number), number, 1)
            return
        if hit.alone:
            return
    if len(line) <= _LONGEST and (hit := _upright(lines, number) or _in_row(line)):
        yield Found(hit.level, _LEVELS[hit.level], number + 1, 1)
        return
    cells = line.split(CELL) if CELL in line or INNER in line else _GAP.split(line)
    if len(cells) > 1 or INNER in line:
        if _lists_levels(cells):
            return
        for column, cell in enumerate(cells):
            yield from _in_cell(lines, number, cells, column, cell)


def is_alone(line: str) -> bool:
    """Whether a line is a level and nothing else: a stamp, a name, or one of those that are listed."""
    return _worth(line) and _alone(line) is not None


def _in_row(line: str) -> _Hit | None:
    """One of the levels of two words, a word in each cell; or any, a letter in each."""
    filled = [cell for cell in line.split(CELL) if cell.strip()]
    if len(filled) < 2 or INNER in line:
        return None
    hit = _hit(line.replace(CELL, " "))
    return hit if hit and (hit.level != "mat" or all(len(seen(cell)) == 1 for cell in filled)) else None


def _lists_levels(cells: Sequence[str]) -> bool:
    """Whether cells beside each other are no stamps but the head of a table: several levels, each in one."""
    found: set[str] = set()
    for cell in cells:
        if len(cell) < 60 and _worth(cell):
            shown = _plain(cell)
            if not re.sub(f"{_FRAME}|{_ANY_LEVEL.pattern}", "", shown):
                found.update(map(_name_of, _ANY_LEVEL.findall(shown)))
    return len(found) > 1


def _alone(line: str) -> _Hit | None:
    """A stamp that is nothing but its words."""
    hit = _stamp(_plain(line)) if len(line) < 60 else None
    return hit if hit and hit.alone else None


def _in_cell(lines: Sequence[str], number: int, cells: Sequence[str], column: int, cell: str) -> Iterator[Found]:
    inner = cell.split(INNER)
    for index, line in enumerate(inner):
        if not _worth(line) or len(line) > _LONGEST:
            continue
        hit = _hit(line) or _of_label(line, cells, column) or _upright(inner, index)
        if hit is None or _excused(hit, line, inner, index):
            continue
        if hit.alone and len(inner) == 1 and _is_explained(lines, number, column):
            continue
        if hit.level == "mat" and hit.alone and _is_name(lines, number, cells, column):
            continue
        before = _before(inner, index) if index else _column(_before(lines, number), column)
        yield _found(hit, before, number, column + 1)


def _found(hit: _Hit, before: str, number: int, cell: int) -> Found:
    level = hit.level
    if level == "mat" and hit.alone:
        level = begun(before) or level
    return Found(level, _LEVELS[level], number + 1, cell)


def begun(before: str) -> str:
    """The level whose first word stands alone on the line before: "TỐI / MẬT"."""
    bare = re.sub(r"[\W_]+", "", seen(before)) if len(before) < 60 else ""
    return {"TỐI": "toi-mat", "TUYỆT": "tuyet-mat"}.get(bare, "")


def _hit(line: str) -> _Hit | None:
    """What a line or cell is by itself."""
    for reading in (line, *(readings(line) if disguised(line) else ())):
        shown = _plain(reading)
        if not _UNCHOSEN.match(shown) and (hit := _stamp(shown)):
            return hit
    return None


def _plain(text: str) -> str:
    """A line as it is seen, with pictures and ornaments as what they are: a frame."""
    return _ORNAMENT.sub("*", seen(text))


def _stamp(shown: str) -> _Hit | None:
    if match := _STAMP.fullmatch(shown):
        level = _level(match)
        others = {_name_of(word) for word in _ANY_LEVEL.findall(match["again"] or "")}
        if others - {level}:  # "MẬT, TỐI MẬT, TUYỆT MẬT" names the levels
            return None
        rest = re.sub(f"{_FRAME}|{_ANY_LEVEL.pattern}", "", shown)
        return _Hit(level, bool(match["label"]), not rest)
    if match := _LABELLED.fullmatch(shown):
        return _Hit(_level(match), labelled=True, alone=False)
    return None


def _level(match: re.Match[str]) -> str:
    return next(level for level in _LEVELS if match[level.replace("-", "_")])


def _name_of(word: str) -> str:
    bare = re.sub(r"[\W_]+", "", word)
    return next(level for level, words in _LEVELS.items() if words.replace(" ", "") == bare)


def _before(lines: Sequence[str], number: int) -> str:
    """The line before; one empty line between them does not part what a template has on two."""
    for line in reversed(lines[max(0, number - 2) : number]):
        if line.strip():
            return line
    return ""


def _excused(hit: _Hit, line: str, lines: Sequence[str], number: int) -> bool:
    """Whether what looks like a stamp is half of a word on two lines, or one level in a list of them."""
    if not hit.alone:
        return False
    if _is_explained(lines, number, 0):
        return True
    before = lines[number - 1] if number else ""
    after = lines[number + 1] if number + 1 < len(lines) else ""
    listed = _BULLET.match(line.lstrip()) is not None
    if listed and _is_listed(hit.level, _nearest(lines, number, -1), _nearest(lines, number, 1)):
        return True
    if hit.level != "mat" or begun(before):
        return False
    return seen(before[-60:]).rpartition(" ")[2] in _BEGUN or _GOES_ON.match(seen(after[:60])) is not None


def _nearest(lines: Sequence[str], number: int, step: int) -> str:
    """The next line in a direction that is not empty."""
    for at in range(number + step, number + step * (_PARTED + 1), step):
        if 0 <= at < len(lines) and lines[at].strip():
            return lines[at]
    return ""


def _is_listed(level: str, *beside: str) -> bool:
    """Whether a line beside is a point of the same list and names another level."""
    for line in beside:
        if len(line) < 60 and _BULLET.match(line.lstrip()) and (other := _stamp(seen(line))) and other.level != level:
            return True
    return False


def _column(line: str, column: int) -> str:
    """A cell of a row; of what has no cells, the line."""
    cells = line.split(CELL)
    return cells[column] if column < len(cells) else ""


def _is_explained(lines: Sequence[str], number: int, column: int) -> bool:
    """Whether a level stands in a list of all of them, each on a line of its own: they are told, and none is meant."""
    found = set()
    for step in (-1, 1):
        at, empty = number, 0
        while 0 <= at < len(lines) and abs(at - number) < _NEAR and empty < _PARTED:
            cell = _column(lines[at], column)
            # Behind words it is what is said of them: a register of documents.
            if column and any(map(str.isalpha, "".join(lines[at].split(CELL)[:column]))):
                break
            if hit := _alone(cell):
                found.add(hit.level)
            elif cell.strip():
                break
            empty = 0 if hit else empty + 1
            at += step
    return len(found) == len(_LEVELS)


def _upright(lines: Sequence[str], number: int) -> _Hit | None:
    """A stamp whose letters stand one below the other; asked at its Ậ."""
    if not _single(lines[number]):
        return None
    first, last = number, number
    while first > 0 and number - first < 12 and _single(lines[first - 1]):
        first -= 1
    while last + 1 < len(lines) and last - number < 3 and _single(lines[last + 1]):
        last += 1
    word = "".join(seen(line) for line in lines[first : last + 1])
    return next((_Hit(k, False, False) for k, v in _LEVELS.items() if word.endswith(v.replace(" ", ""))), None)


def _single(line: str) -> bool:
    return len(line) < 12 and len(seen(line)) == 1


def _of_label(cell: str, cells: Sequence[str], column: int) -> _Hit | None:
    """A level in small letters whose label is in the cell before."""
    left = cells[column - 1] if column else ""
    if len(left) < 60 and _ONLY_LABEL.fullmatch(seen(left)) and (match := _LEVEL_ALONE.fullmatch(seen(cell))):
        return _Hit(_level(match), labelled=True, alone=False)
    return None


def _is_name(lines: Sequence[str], number: int, cells: Sequence[str], column: int) -> bool:
    """Whether a cell is a given name: below or behind a heading that says so, or behind a family name."""
    left = seen(cells[column - 1][:80]) if column else ""
    if _NAME_HEAD.match(left) or _is_family(left) or _ORGANS.search(left):
        return True
    for line in reversed(lines[max(0, number - 500) : number]):
        above = line.split(CELL) if CELL in line else _GAP.split(line)
        if len(above) > column and _NAME_HEAD.match(seen(above[column][:80])):
            return True
    return False


def _is_family(text: str) -> bool:
    words = text.split(" ")
    return len(words) <= 5 and words[0].lower() in _SURNAMES and all(word.isalpha() for word in words)


# Names and subjects.

_AGAIN = re.compile(r"(?i)(?:(?:re|fw|fwd|aw|tr|tl|trả lời|chuyển tiếp|v/v|về việc)(?:\[\d+\])?\s*:\s*)+")
_CAPITALS = f"(?:{_NAMED})"
_MIDDLE = re.compile(
    f"(?P<head>.*?)[ \u00a0](?:[-–—|/~]{{1,3}}|>>) (?:{_CAPITALS}) (?:[-–—|/~]{{1,3}}|>>) (?P<tail>.*)"
)
_LABELLED_TITLE = re.compile(f"(?i:{_LABEL}) ?[:=\\-–] ?(?i:{_NAMED})(?= ?[-–—:;|,./)\\]]|$)")
_HASHTAG = re.compile(f"#(?:{_CAPITALS})(?= |$)")
_OPEN, _CLOSE = r"[\[({<【〔《]", r"[\])}>】〕》]"
_BRACKET = re.compile(
    f"{_OPEN} ?(?:(?P<label>(?i:{_LABEL})) ?:? ?)?(?:{_URGENT}[ \\-–,/+]{{1,3}})?"
    f"{_CAPITALS}(?:[ \\-–,/+]{{1,3}}{_URGENT})? ?{_CLOSE}"
)
_SQUARE = re.compile(rf"[\[【] ?(?:{_NAMED}) ?[\]】]", re.IGNORECASE)
_TAG = re.compile(rf"(?:{_OPEN}[^\])}}>]{{1,40}}{_CLOSE}|(?i:{_URGENT})) ?[-–—:|,/]? ?")
_KINDS = (
    r"công văn|báo cáo|kế hoạch|quyết định|tờ trình|thông báo|chỉ thị|nghị quyết|đề án|phương án|dự thảo|biên bản"
    r"|hồ sơ|tài liệu|văn bản|danh sách|số|kh|cv|bc|qđ|ttr|tb|pa"
)
_BEGINS = re.compile(
    f"(?:(?i:{_LABEL})[ :\\-–]{{1,3}})?(?:{_URGENT}[ \\-–,/+:]{{1,3}})?{_CAPITALS}(?:[ ,/+\\-–(]{{1,3}}{_URGENT}\\)?)?"
    rf"(?: ?[-–—:.;|»>_*!/=~\\]|(?:,| ?#\d+)? (?=(?i:v/v|về việc|{_KINDS})\b)| {{2,}}|$)"
)
_STRONG = re.compile(f"(?:{_WORDS['tuyet-mat']}|{_WORDS['toi-mat']}) (?!(?i:là|và|hay|hoặc|có|được)\\b)")
_ENDS = re.compile(f"(?P<head>.*?)(?:[-–—:;|«<>~=_*] ?|\\. )(?:{_CAPITALS})[ .!*_]*$")


def in_title(text: str) -> Found | None:
    """The marker of a subject, of the name of a file without its ending, or of a sheet."""
    if not possible(text):
        return None
    text = composed(text)
    if len(text) > _LONGEST_TITLE:
        text = f"{text[: _LONGEST_TITLE // 2]} … {text[-_LONGEST_TITLE // 2 :]}"
    for reading in (text, *(readings(text) if disguised(text) else ())):
        # Underscores are the spaces of file names.
        shown = _AGAIN.sub("", _plain(reading.replace("\n", " ")), count=1).strip()
        if level := _marker(shown):
            return Found(level, _LEVELS[level], 1, 1)
    return None


def _marker(shown: str) -> str:
    if (hit := _stamp(shown)) and not _UNCHOSEN.match(shown):
        return hit.level
    names = {_name_of(word) for word in _ANY_LEVEL.findall(shown)}
    if len(names) > 1:  # it speaks of the levels
        return ""
    return _bracketed(shown) or _beginning(shown) or _ending(shown) or _within(shown)


def _within(shown: str) -> str:
    """With its label, as a tag, or parted from what stands on either side."""
    match = _LABELLED_TITLE.search(shown)
    if match and _ANY_LEVEL.search(shown[match.end() :].upper()):  # the label explains them
        return ""
    if match := match or _HASHTAG.search(shown):
        return _level(match)
    if match := _MIDDLE.fullmatch(shown):
        level = _level(match)
        named = level == "mat" and (_ORGANS.search(match["head"]) or _of_names(match["head"]))
        return "" if named else level
    return ""


def _of_names(head: str) -> bool:
    """Whether what stands before is a label of names, or a family name."""
    last = re.split(r"[-–—:;,|_]", head.rstrip(" :"))[-1].strip()
    return bool(_NAME_HEAD.search(last)) or _is_family(last)


def _bracketed(shown: str) -> str:
    """In brackets, at either end or beside other brackets there."""
    rest = shown
    while match := _BRACKET.match(rest) or _SQUARE.match(rest) or _TAG.match(rest):
        if match.re is not _TAG:
            return _level(match)
        rest = rest[match.end() :].lstrip()
    for match in (*_BRACKET.finditer(shown), *_SQUARE.finditer(shown)):
        last = not shown[match.end() :].strip(" .!*_-")
        if last or (match[0].isupper() and not _SPOKEN_OF.search(shown[: match.start()])):
            return _level(match)
    return ""


# What is in brackets behind these is spoken of, and marks nothing.
_SPOKEN_OF = re.compile(r"(?i)\b(?:dấu|chữ|từ|độ|mức|loại|là)\W*$")


def _beginning(shown: str) -> str:
    rest = shown.lstrip(" *_#>.-–—=!|~/\\\"'“")
    while match := _TAG.match(rest):
        rest = rest[match.end() :].lstrip()
    if match := _BEGINS.match(rest):
        return _level(match)
    if match := _STRONG.match(rest):
        return _name_of(match[0])
    return ""


def _ending(shown: str) -> str:
    """Behind what parts it from the rest, unless that is a label of names."""
    match = _ENDS.fullmatch(shown)
    if not match or _of_names(match["head"]):
        return ""
    return _level(match)
