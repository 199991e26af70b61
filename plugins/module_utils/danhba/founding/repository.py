"""Composes a province's repository (register, inventory, the forge's workflow) in memory, and writes it atomically."""

from __future__ import annotations

import re
import shutil
import tempfile
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata
from pathlib import Path

from ..checking.check import Checked, check
from ..editing.draft import Draft
from ..editing.text import scalar
from ..governance import codeowners
from ..governance.forges import FORGES
from ..messages import mark as _
from ..reading.source import PROVINCE, File, Unusable

TAKEN = _("{path} has something in it ({found}); name a new folder: danhba init {path}/thu-dien-tu")
A_FILE = _("{path} is a file; name a new folder")
HERE = _("{path} is the folder that you are in; go to the one above it, and name it from there: danhba init {name}")
NO_PARENT = _("{path} is no folder; make it first")
UNWRITABLE = _("cannot write {path}: {reason}; nothing was left there")

REGISTER, INVENTORY = "directory", "inventories/production"
_TEMPLATES = Path(__file__).parent / "files"
_WIDTH = 115
_FIELD = re.compile(r"@\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a province to the questions of `danhba init`.

    `key`, `regulation` with `issued` and `title`, and `collection` may be empty (None for `issued`). `collection` is
    the file or the URL of the Ansible collection.
    """

    province: str
    domain: str
    host: str
    operator: str
    agency: str
    kind: str
    document: str
    day: date
    phone: str
    key: str
    regulation: str
    issued: date | None
    title: str
    server: str
    user: str
    forge: str
    organisation: str
    collection: str


@dataclass(frozen=True, slots=True)
class Made:
    """The content of one file of the repository, and whether it is executable."""

    text: str
    executable: bool = False


def register_of(answers: Answers) -> tuple[list[File], Checked]:
    """Return the files of the new register, with one agency, and the result of checking them."""
    draft = Draft([File(PROVINCE, PROVINCE, _filled("province.yml.in", answers).encode())])
    opened = {"document": answers.document, "date": answers.day.isoformat(), "event": "established"}
    draft.add_agency(answers.operator, {"name": answers.agency, "kind": answers.kind, "opened": opened})
    files = [replace(file, path=f"{REGISTER}/{file.name}") for file in draft.files()]
    return files, check(files)


def compose(answers: Answers, register: list[File], checked: Checked) -> dict[str, Made]:
    """Return every file of the repository by its path from the root.

    Raises:
        ValueError: the register has findings that stop it from being used.
    """
    if checked.usable is None:
        raise ValueError("a register that does not hold has no owners")
    owners = codeowners.text(answers.forge, checked.usable[0], answers.organisation, REGISTER)
    return {
        "README.md": Made(_filled("README.md", answers)),
        "ansible.cfg": Made(_filled("ansible.cfg", answers)),
        "requirements.txt": Made(_filled("requirements.txt", answers)),
        "requirements.yml": Made(_filled("requirements.yml.in", answers)),
        "setup": Made(_filled("setup", answers), executable=True),
        ".gitignore": Made(_filled("gitignore", answers)),
        f"{INVENTORY}/hosts.yml": Made(_filled("hosts.yml.in", answers)),
        f"{INVENTORY}/host_vars/{answers.host}.yml": Made(_filled("host_vars.yml.in", answers)),
        **{file.path: Made((file.data or b"").decode()) for file in register},
        FORGES[answers.forge].codeowners: Made(owners),
        FORGES[answers.forge].workflow: Made((_TEMPLATES / f"{answers.forge}.yml").read_text(encoding="utf-8")),
        ".ci/prepare-review": Made(_filled("prepare-review", answers), executable=True),
        ".ci/review": Made(_filled("review", answers), executable=True),
    }


def _filled(name: str, answers: Answers) -> str:
    """Return a template with its fields (`@{name}`) filled in from the answers."""
    values = _values(answers)
    return _FIELD.sub(lambda field: values[field[1]], (_TEMPLATES / name).read_text(encoding="utf-8"))


def _values(answers: Answers) -> Mapping[str, str]:
    return {
        "province": answers.province,
        "province_text": scalar(answers.province),
        "domain": answers.domain,
        "host": answers.host,
        "operator": answers.operator,
        "operator_key": f"operator_key: {answers.key}" if answers.key else "# operator_key: age1…",
        "regulation": _regulation(answers),
        "phone": scalar(answers.phone, "id"),
        "server": answers.server,
        "user": answers.user,
        "org": answers.organisation,
        "workflow": FORGES[answers.forge].workflow,
        "collection": _requirement(answers.collection),
        "key_note_vi": _KEPT[0] if answers.key else _KEYLESS[0],
        "key_note_en": _KEPT[1] if answers.key else _KEYLESS[1],
    }


def _regulation(answers: Answers) -> str:
    """Return the key `regulation` of province.yml; parts that the province has not stated are comments to fill in."""
    number = f"number: {scalar(answers.regulation or '12/2024/QĐ-UBND')}"
    day = f"date: {answers.issued.isoformat() if answers.issued else '2024-05-10'}"
    head = ["regulation:", f"  {number}", f"  {day}"]
    # A title may be longer than a line, so it is written as a folded text.
    title = [
        "  title: >-",
        *textwrap.wrap(answers.title or "Quy chế …", _WIDTH, initial_indent="    ", subsequent_indent="    "),
    ]
    stated = [*(head if answers.regulation else []), *(title if answers.title else [])]
    missing = [*([] if answers.regulation else head), *([] if answers.title else title)]
    return "\n".join([*stated, *(f"# {line}" for line in missing)])


_KEPT = (
    "Khóa riêng của cơ quan\nvận hành giữ ở nơi khác máy điều khiển.",
    "Keep the\n   operator's private key elsewhere than on the controller.",
)
_KEYLESS = (
    "Cơ quan vận hành **chưa\ncó khóa**: tạo bằng `age-keygen`, ghi khóa công khai vào `operator_key` trước đã.",
    "The operator\n   **has no key** yet: make a pair by `age-keygen`, write the public one as `operator_key` first.",
)


def _requirement(collection: str) -> str:
    """Return the collection as an item of ansible-galaxy's requirements, indented by four columns."""
    if not collection:
        return f'name: laocai.mail\n    version: "{metadata.version("danhba")}"'
    kind = "url" if re.match(r"https?://", collection) else "file"
    return f"name: {scalar(kept(collection))}\n    type: {kind}"


def kept(collection: str) -> str:
    """Return the path of the repository's own copy of a collection file; a URL is returned unchanged."""
    return collection if re.match(r"https?://", collection) else f"collections/{Path(collection).name}"


def see_that_it_can_be_made(directory: Path) -> None:
    """Raise `Unusable` where no repository can be made: the path has files, is a file or the current folder, or its
    parent does not exist.
    """
    path = directory.resolve()
    if path.is_dir():
        if found := sorted(entry.name for entry in path.iterdir()):
            raise Unusable(TAKEN, path=directory, found=", ".join(found[:3]) + (", …" if len(found) > 3 else ""))
        if path.samefile(Path.cwd()):
            raise Unusable(HERE, path=directory, name=path.name)
    elif path.exists():
        raise Unusable(A_FILE, path=directory)
    elif not path.parent.is_dir():
        raise Unusable(NO_PARENT, path=directory.parent)


def write(directory: Path, files: Mapping[str, Made], collection: str) -> None:
    """Write the repository atomically: into a temporary folder beside the directory, which is then renamed.

    A `collection` that is a file is copied into the repository.

    Not by `durable.write`: it is a folder of many files, which `danhba init` makes again where the power failed.

    Raises:
        Unusable: the directory has files by now, or a file cannot be written; nothing is left behind.
    """
    see_that_it_can_be_made(directory)
    path = directory.resolve()
    beside: Path | None = None
    try:
        beside = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        for name, made in files.items():
            _write(beside / name, made)
        if collection and kept(collection) != collection:
            (beside / "collections").mkdir()
            shutil.copyfile(collection, beside / kept(collection))
        beside.chmod(0o755)
        beside.rename(path)
    except OSError as error:
        raise Unusable(UNWRITABLE, path=error.filename or directory, reason=error.strerror) from error
    finally:
        if beside and beside.exists():
            shutil.rmtree(beside)


def _write(path: Path, made: Made) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(made.text, encoding="utf-8")
    if made.executable:
        path.chmod(0o755)
