"""The command `colead`: a thin layer over the same calls.

Exit codes: 0 all is well, 1 there are findings, 2 the call or its input cannot be accepted.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from ._arguments import read_text, write_bytes
from ._assess import Assessment, assess, preflight
from ._authoring import compare, starter
from ._cli_read import WORDS, facts_of, known_of, read_json, value_of
from ._core import __version__
from ._errors import ColeadError, InputError
from ._guided import Interview
from ._instrument import Instrument
from ._records import Record
from ._release import DisclosurePolicy, Ledger
from ._rules import Framework, Judgment, check_files, classify_challenge, rulebook_files, schema
from ._simulate import simulate
from ._tables import Table

SHORT: Mapping[str, str] = {"y": "yes", "p": "partly", "n": "no", "?": "unknown", "": "unknown"}


class Parser(argparse.ArgumentParser):
    """A parser whose complaints look like every other error of the library."""

    def error(self, message: str) -> NoReturn:
        print(f"error[usage]: {message}\n  help: {self.prog} --help", file=sys.stderr)
        sys.exit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command and gives its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that cannot show `±` gets a stand-in, not a traceback.
            stream.reconfigure(errors="replace")
    try:
        arguments = parser().parse_args(argv)
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except ColeadError as error:
        complain(error)
        return 2
    except BrokenPipeError:
        # The reader left; nothing more to say, also not at interpreter exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130


def complain(error: ColeadError) -> None:
    """An error as text: what, where, and what to do."""
    if error.diagnostics:
        for found in error.diagnostics:
            print(found, file=sys.stderr)
        return
    print(f"error[{error.code}]: {error.message}", file=sys.stderr)
    if error.path:
        print(f"  at {error.path}", file=sys.stderr)
    if error.help:
        print(f"  help: {error.help}", file=sys.stderr)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = Parser(
        prog="colead",
        description="Is leadership being produced? Direction, alignment and commitment judged by typed, cited rules.",
    )
    top.add_argument("--version", action="version", version=f"colead {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shared = Parser(add_help=False)
    shared.add_argument("--framework", metavar="PATH", help="a rulebook of your own: a file, or a folder of *.toml")
    shared.add_argument("--json", action="store_true", help="print JSON")
    judged = Parser(add_help=False)
    judged.add_argument("--confidence", type=float, metavar="C", help="above 0.5 and below 1")
    judged.add_argument("--full", action="store_true", help="show every step of every rule")

    classify = commands.add_parser(
        "classify",
        parents=[shared, judged],
        help="what kind of challenge is faced",
        description="Judges what kind of challenge is faced. Without answers it asks for them, one by one, until the "
        "judgment is settled; an empty answer is `don't know`.",
    )
    classify.add_argument("--facts", metavar="FILE", help="answers as JSON: criterion to value, or a list; - is stdin")
    answers = classify.add_argument_group("criteria", "each yes, partly, no or unknown")
    for criterion, asks in _criteria():
        flags = sorted({f"--{criterion.replace('_', '-')}", f"--{criterion}"})
        text = asks.replace("%", "%%")
        answers.add_argument(*flags, dest=f"criterion.{criterion}", choices=list(WORDS), metavar="ANSWER", help=text)
    classify.set_defaults(run=run_classify)

    questions = commands.add_parser("questions", parents=[shared], help="what can be asked")
    questions.add_argument("--question", metavar="ID", help="one question: what would answer it")
    questions.set_defaults(run=run_questions)

    checks = commands.add_parser("check", help="check a rulebook", description="Checks a rulebook file or folder.")
    checks.add_argument("file", metavar="FILE")
    checks.add_argument("--json", action="store_true", help="print JSON")
    checks.set_defaults(run=run_check)

    differs = commands.add_parser(
        "diff",
        help="two versions of a rulebook: what changed and which verdicts turn",
        description="Puts two versions side by side, over cases or over the tests that their rules carry. Exit code 1 "
        "when an answer or a verdict turns, or a rule is gone or back without a word.",
    )
    differs.add_argument("old", metavar="OLD", help="a file or folder, or `builtin`")
    differs.add_argument("new", metavar="NEW", help="a file or folder, or `builtin`")
    differs.add_argument("--cases", metavar="FILE", help="cases as JSON, name to measures, or a list; - is stdin")
    differs.add_argument("--json", action="store_true", help="print JSON")
    differs.set_defaults(run=run_diff)

    mutates = commands.add_parser(
        "mutants",
        help="small changes of a rulebook that none of its tests notices",
        description="Moves every number in the rules a little, one at a time, and lists the changes that no test of a rule "
        "notices, each with a test that would. Exit code 1 when there is one.",
    )
    mutates.add_argument("file", metavar="FILE", help="a file or folder, or `builtin`")
    mutates.add_argument("--json", action="store_true", help="print JSON")
    mutates.set_defaults(run=run_mutants)

    lints = commands.add_parser(
        "lint",
        parents=[shared],
        help="what the rulebook warns of in a plan",
        description="Holds a plan (levers, TOML or JSON) against a diagnosis. Exit code 1 when there is a warning, "
        "or one that depends on what is not known yet.",
    )
    lints.add_argument("plan", metavar="PLAN", help="a file with `[[lever]]` tables; see `colead lint --levers`", nargs="?")
    lints.add_argument(
        "--facts", metavar="FILE", help="what is known, JSON or TOML: measures, or `measures` and `judgments`"
    )
    lints.add_argument("--levers", action="store_true", help="list the levers that a plan can name")
    lints.add_argument("--confidence", type=float, metavar="C", help="above 0.5 and below 1")
    lints.set_defaults(run=run_lint)

    compares = commands.add_parser(
        "compare",
        help="several frameworks over one case, side by side",
        description="Puts one case to several frameworks: what each says, why they differ, and what only one asks. "
        "Exit code 1 when they differ.",
    )
    compares.add_argument("frameworks", metavar="FRAMEWORK", nargs="+", help="files or folders, or `builtin`")
    compares.add_argument("--facts", metavar="FILE", required=True, help="the case, JSON or TOML: measures")
    compares.add_argument("--json", action="store_true", help="print JSON")
    compares.set_defaults(run=run_compare)

    begins = commands.add_parser(
        "new-framework",
        help="begin a framework of your own",
        description="Writes a commented rulebook that extends the built-in one, and a small folder to assess with it.",
    )
    begins.add_argument("folder", metavar="DIR")
    begins.add_argument("--id", metavar="ID", help="the id of the framework; the name of the folder by default")
    begins.set_defaults(run=run_new_framework)

    schemas = commands.add_parser("schema", help="the grammar of rulebooks as JSON Schema, for editors")
    schemas.set_defaults(run=run_schema)

    explain = commands.add_parser(
        "explain",
        parents=[shared, judged],
        help="judge a question, or one of a folder, and say why",
        description="Judges a question from measures, each given as id=value, id=value±se or id=category; or explains "
        "one judgment of an assessed folder.",
    )
    explain.add_argument("what", metavar="QUESTION|FOLDER")
    explain.add_argument("measures", metavar="MEASURE=VALUE", nargs="*")
    explain.add_argument("--unit", metavar="U", help="of a folder: the unit or challenge")
    explain.add_argument("--question", metavar="Q", help="of a folder: the question")
    _cuts(explain)
    _terms(explain)
    explain.set_defaults(run=run_explain)

    assessed = commands.add_parser(
        "assess",
        parents=[shared],
        help="assess a folder of evidence",
        description="Assesses a folder and prints what may leave. colead.toml of the folder names instrument, "
        "framework, policy, confidence and seed; options win.",
    )
    assessed.add_argument("folder", metavar="FOLDER")
    assessed.add_argument("--out", metavar="DIR", help="also write report.txt, release.json, ledger.json and tables")
    assessed.add_argument("--instrument", metavar="NAME", help="a built-in instrument, or a file")
    assessed.add_argument("--confidence", type=float, metavar="C", help="above 0.5 and below 1")
    assessed.add_argument("--seed", type=int, metavar="N")
    _cuts(assessed)
    assessed.add_argument("--ledger", metavar="FILE", help="what left before; by default ledger.json of --out")
    _terms(assessed)
    assessed.set_defaults(run=run_assess)

    planned = commands.add_parser(
        "preflight",
        parents=[shared],
        help="which questions some data could ever answer",
        description="Says which questions the evidence of a folder could ever answer, which never, and what each missing "
        "piece would open; or, without a folder, the same of data that are only planned.",
    )
    planned.add_argument("folder", metavar="FOLDER", nargs="?")
    planned.add_argument("--instrument", metavar="NAME", help="a built-in instrument, or a file")
    planned.add_argument("--table", metavar="NAME", action="append", default=[], help="a table one would collect")
    planned.add_argument("--measure", metavar="ID", action="append", default=[], help="a measure one would ask for")
    planned.set_defaults(run=run_preflight)

    asked = commands.add_parser(
        "interview",
        parents=[shared],
        help="write an interview form, or read back sittings",
        description="Without FORM, writes an empty form. With one or several forms that were filled in, writes them as "
        "one and names what informants or sittings contradict one another on. Put the file as interview.txt into a folder "
        "that is assessed.",
    )
    asked.add_argument("forms", metavar="FORM", nargs="*", help="filled-in forms, text or JSON, earliest first")
    asked.add_argument("--question", metavar="ID", action="append", default=[], help="only what bears on this question")
    asked.add_argument("--unit", metavar="U", help="the unit that the facts are about")
    asked.add_argument("--challenge", metavar="C", help="the challenge that the criteria are about")
    asked.add_argument("--out", metavar="FILE", help="write it there instead: JSON where the name ends in .json")
    asked.set_defaults(run=run_interview)

    simulation = commands.add_parser(
        "simulate", help="write an organization with known truth", description="Writes a simulated organization."
    )
    simulation.add_argument("folder", metavar="OUTDIR")
    simulation.add_argument("--seed", type=int, metavar="N")
    simulation.add_argument("--example", metavar="NAME", help="`harbour`: the shipped example with another seed")
    simulation.add_argument("--teams", type=int, metavar="N")
    simulation.add_argument("--departments", type=int, metavar="N")
    simulation.add_argument("--waves", type=int, metavar="N")
    simulation.add_argument("--spec", metavar="FILE", help="every other choice, as JSON")
    simulation.set_defaults(run=run_simulate)
    return top


def _cuts(command: argparse.ArgumentParser) -> None:
    told = "a column of responses that says something of the people, such as tenure; again for another"
    command.add_argument("--cut", metavar="COLUMN", action="append", help=told)


def _terms(command: argparse.ArgumentParser) -> None:
    terms = command.add_argument_group("terms of the release")
    terms.add_argument("--min-group", type=int, metavar="K", help="the fewest people a number may stand for")
    terms.add_argument("--purpose", metavar="P", help="development, research or monitoring")
    terms.add_argument("--coalition", type=int, metavar="C", help="how many of a group may tell each other their answers")
    terms.add_argument("--pooling", action="store_true", help="tell parts together that may not be told alone")
    terms.add_argument(
        "--interval", type=float, metavar="W", help="refuse means that leave a hidden small group a narrower range"
    )
    terms.add_argument("--unrestricted", action="store_true", help="protect nothing, and say so in the result")


def _criteria() -> list[tuple[str, str]]:
    framework = Framework.builtin()
    asks = {measure.id: measure.asks for measure in framework.measures()}
    return [(criterion, asks[criterion]) for criterion in framework.criteria()]


def _framework(arguments: argparse.Namespace) -> Framework:
    return Framework.builtin() if arguments.framework is None else Framework.from_path(arguments.framework)


def run_classify(arguments: argparse.Namespace) -> int:
    """`colead classify`."""
    framework = _framework(arguments)
    given = {
        name.removeprefix("criterion."): WORDS[word]
        for name, word in vars(arguments).items()
        if name.startswith("criterion.") and word is not None
    }
    if arguments.facts is not None:
        if given:
            raise InputError(
                "answers are given both in a file and as options", code="usage", help="use one of the two"
            )
        facts, components = facts_of(arguments.facts)
        judgment = classify_challenge(
            facts, components=components, framework=framework, confidence=arguments.confidence
        )
    elif given:
        judgment = classify_challenge(given, framework=framework, confidence=arguments.confidence)
    else:
        judgment = interview(framework, arguments.confidence, sys.stdin, sys.stderr)
    show(judgment, arguments)
    return 0


def interview(framework: Framework, confidence: float | None, answers: TextIO, prompts: TextIO) -> Judgment:
    """Asks for criteria, the most telling first, until the judgment is settled or nothing is left to ask."""
    facts: dict[str, float | None] = {}
    while True:
        judgment = classify_challenge(facts, framework=framework, confidence=confidence)
        open_questions = [q for q in judgment.next_questions() if q not in facts]
        if judgment.status != "insufficient" or not open_questions:
            return judgment
        question = open_questions[0]
        if not facts:
            print("Answer yes, partly or no; an empty line is `don't know`.", file=prompts)
        word = None
        while word is None:
            print(f"{question.asks} ", end="", file=prompts, flush=True)
            line = answers.readline()
            if not line:
                print(file=prompts)
                return judgment
            word = line.strip().lower()
            word = SHORT.get(word, word)
            if word not in WORDS:
                print("  yes, partly, no, or nothing", file=prompts)
                word = None
        facts[str(question)] = WORDS[word]


def show(judgment: Judgment, arguments: argparse.Namespace) -> None:
    """A judgment on standard output."""
    if arguments.json:
        print(judgment.to_json())
        return
    if arguments.full:
        print(judgment.explain(), end="")
    else:
        print(brief(judgment))
    framework = judgment.framework
    print(f"  rulebook: {framework.id} {framework.version}, logic {framework.logic_sha256[:12]}")


def brief(judgment: Judgment) -> str:
    """A judgment in a few lines: the result, why, what to ask next, and where the sources say it."""
    lines = [str(judgment)]
    if judgment.unvalidated:
        lines.append("  unvalidated: rests on an instrument without published validation")
    lines += [f"  {line}" for line in judgment.because]
    for question in judgment.next_questions()[:3]:
        lines.append(f"  ask {question.whom or 'next'}: {question.asks} [{question}]")
    lines += [f"  would change the conclusion: {change}" for change in judgment.counterfactuals()[:3]]
    lines += [f"  source: {cite}" for cite in judgment.cites]
    lines.append(f"  confidence: {judgment.confidence:g}")
    return "\n".join(lines)


def run_questions(arguments: argparse.Namespace) -> int:
    """`colead questions`."""
    framework = _framework(arguments)
    wanted = framework.questions()
    measures = framework.measures()
    prompts = framework.prompts()
    if arguments.question is not None:
        # What an empty case needs is what the question looks at, in the order in which to ask.
        asked = framework.judge(arguments.question, {})
        order = [str(question) for question in asked.next_questions()]
        wanted = [question for question in wanted if question.id == arguments.question]
        measures = sorted((m for m in measures if m.id in order), key=lambda m: order.index(m.id))
        concepts = {concept for question in wanted for concept in question.concepts}
        concepts.update(concept for measure in measures for concept in measure.concepts)
        prompts = [prompt for prompt in prompts if concepts.intersection(prompt.concepts)]
    if arguments.json:
        documents: Mapping[str, Sequence[Record]] = {"questions": wanted, "measures": measures, "prompts": prompts}
        print(json.dumps({k: [record.to_dict() for record in v] for k, v in documents.items()}, ensure_ascii=False))
        return 0
    for question in wanted:
        print(f"{question.id}: {question.title}")
        print(f"  {question.asks}")
        print(f"  {question.mode}: {', '.join(question.options)}")
    if arguments.question is None:
        print(f"\n{len(measures)} measures and {len(prompts)} prompts; see one question with --question ID")
        return 0
    print("\nmeasures, most telling first")
    for measure in measures:
        values = f"{measure.score[0]:g} to {measure.score[1]:g}" if measure.score else ", ".join(measure.category or ())
        print(f"  {measure.id} ({values})\n    {measure.asks}\n    ask: {measure.whom}")
    if prompts:
        print("\nprompts")
        for prompt in prompts:
            print(f"  {prompt.id} {prompt.text}")
    return 0


def run_check(arguments: argparse.Namespace) -> int:
    """`colead check`."""
    found = check_files(rulebook_files(arguments.file))
    errors = sum(d.severity == "error" for d in found)
    if arguments.json:
        print(json.dumps([d.to_dict() for d in found], ensure_ascii=False))
    else:
        for diagnostic in found:
            print(diagnostic, end="\n\n")
        print(f"{_count(errors, 'error')}, {_count(len(found) - errors, 'warning')}")
    return 1 if errors else 0


def _framework_of(name: str) -> Framework:
    return Framework.builtin() if name == "builtin" else Framework.from_path(name)


def run_diff(arguments: argparse.Namespace) -> int:
    """`colead diff`."""
    old, new = _framework_of(arguments.old), _framework_of(arguments.new)
    diff = old.diff(new, None if arguments.cases is None else read_json(arguments.cases))
    print(diff.to_json() if arguments.json else diff)
    return 1 if diff.matters else 0


def run_mutants(arguments: argparse.Namespace) -> int:
    """`colead mutants`."""
    report, text = _framework_of(arguments.file)._native.mutants()
    print(report if arguments.json else text, end="\n" if arguments.json else "")
    return 1 if json.loads(report)["survivors"] else 0


def run_lint(arguments: argparse.Namespace) -> int:
    """`colead lint`."""
    framework = _framework(arguments)
    if arguments.levers:
        levers = framework.levers()
        if arguments.json:
            print(json.dumps([lever.to_dict() for lever in levers], ensure_ascii=False))
        for lever in [] if arguments.json else levers:
            print(f"{lever.id} ({lever.who}; changes {', '.join(lever.changes)})\n  {lever.title}: {lever.because}")
        return 0
    if arguments.plan is None:
        raise InputError("no plan", code="usage", help="name a file, or list the levers with --levers")
    known = {} if arguments.facts is None else known_of(arguments.facts)
    unknown = [key for key in known if key not in ("measures", "judgments")]
    if unknown:
        help = "known: `measures`, `judgments`"
        raise InputError(f"unknown key `{unknown[0]}`", code="unknown_key", path=arguments.facts, help=help)
    lint = framework.lint(
        arguments.plan, known.get("measures"), judgments=known.get("judgments"), confidence=arguments.confidence
    )
    print(lint.to_json() if arguments.json else lint)
    return 0 if lint.sound else 1


def run_compare(arguments: argparse.Namespace) -> int:
    """`colead compare`."""
    known = known_of(arguments.facts)
    frameworks = [_framework_of(name) for name in arguments.frameworks]
    found = compare(frameworks, known["measures"], name=Path(arguments.facts).stem)
    print(found.to_json() if arguments.json else found)
    return 0 if all(question["agree"] for question in found.shared) else 1


def run_new_framework(arguments: argparse.Namespace) -> int:
    """`colead new-framework`."""
    folder = Path(arguments.folder)
    id = arguments.id or folder.resolve().name
    files = starter(id)
    taken = [name for name in files if (folder / name).exists()]
    if taken:
        message = f"`{folder / taken[0]}` is there already"
        raise InputError(message, code="exists", path=str(folder), help="name a new folder; nothing was written")
    for name, text in files.items():
        write_bytes(folder / name, text.encode())
    print(f"{folder}: the framework `{id}`, {', '.join(files)}")
    print(f"next: colead check {folder}, colead assess {folder}")
    return 0


def run_schema(arguments: argparse.Namespace) -> int:
    """`colead schema`."""
    print(json.dumps(schema(), indent=2, ensure_ascii=False))
    return 0


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def run_explain(arguments: argparse.Namespace) -> int:
    """`colead explain`."""
    if arguments.unit is not None or arguments.question is not None:
        if arguments.unit is None or arguments.question is None or arguments.measures:
            raise InputError(
                "a judgment of a folder is named by its unit and its question",
                code="usage",
                help="colead explain FOLDER --unit U --question Q",
            )
        assessment = assess(
            arguments.what, framework=_own(arguments), confidence=arguments.confidence, cuts=arguments.cut
        )
        release = assessment.release(_policy(arguments, assessment))
        why = release.explain(arguments.unit, arguments.question)
        document = {"unit": arguments.unit, "question": arguments.question, "explanation": why}
        print(json.dumps(document, ensure_ascii=False) if arguments.json else why.rstrip("\n"))
        return 0
    framework = _framework(arguments)
    known = {measure.id: measure.category for measure in framework.measures()}
    measures: dict[str, Any] = {}
    for text in arguments.measures:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise InputError(
                f"`{text}` is not MEASURE=VALUE", code="usage", path="measures", help="such as `definable=0.8±0.1`"
            )
        if name in measures:
            raise InputError(f"`{name}` is given twice", code="duplicate_key", path="measures", help="give it once")
        measures[name] = value_of(name, value, known.get(name))
    judgment = framework.judge(arguments.what, measures, confidence=arguments.confidence)
    show(judgment, arguments)
    return 0


def _own(arguments: argparse.Namespace) -> Framework | None:
    return None if arguments.framework is None else Framework.from_path(arguments.framework)


def _policy(arguments: argparse.Namespace, assessment: Assessment) -> DisclosurePolicy | None:
    if arguments.unrestricted:
        given = (arguments.min_group, arguments.purpose, arguments.coalition, arguments.interval)
        if arguments.pooling or any(term is not None for term in given):
            raise InputError("unrestricted knows no other terms", code="usage", help="leave one of them out")
        return DisclosurePolicy.unrestricted()
    of_folder = assessment.policy
    return DisclosurePolicy(
        of_folder.min_group if arguments.min_group is None else arguments.min_group,
        of_folder.purpose if arguments.purpose is None else arguments.purpose,
        of_folder.coalition if arguments.coalition is None else arguments.coalition,
        arguments.pooling or of_folder.pooling,
        of_folder.interval if arguments.interval is None else arguments.interval,
    )


def run_assess(arguments: argparse.Namespace) -> int:
    """`colead assess`."""
    assessment = assess(
        arguments.folder,
        framework=_own(arguments),
        instrument=_instrument(arguments.instrument),
        confidence=arguments.confidence,
        seed=arguments.seed,
        cuts=arguments.cut,
    )
    out = None if arguments.out is None else Path(arguments.out)
    memory = Path(arguments.ledger) if arguments.ledger is not None else out and out / "ledger.json"
    ledger = Ledger.from_json(read_text(memory)) if memory is not None and memory.exists() else None
    release = assessment.release(_policy(arguments, assessment), ledger=ledger)
    if memory is not None:
        write_bytes(memory, release.ledger.to_json().encode())
    if out is not None:
        write_bytes(out / "report.txt", release.to_text().encode())
        write_bytes(out / "release.json", release.to_json().encode())
        write_bytes(out / "sheet.txt", release.sheet().encode())
        for table in ("scores", "groups", "judgments", "units"):
            write_bytes(out / f"{table}.csv", _csv(getattr(release, table)))
    print(release.to_json() if arguments.json else release.to_text().rstrip("\n"))
    if out is not None:
        print(f"written to {out}", file=sys.stderr)
    return 0


def run_preflight(arguments: argparse.Namespace) -> int:
    """`colead preflight`."""
    found = preflight(
        arguments.folder,
        framework=_own(arguments),
        instrument=_instrument(arguments.instrument),
        tables=arguments.table,
        measures=arguments.measure,
    )
    print(found.to_json() if arguments.json else str(found).rstrip("\n"))
    return 0


def run_interview(arguments: argparse.Namespace) -> int:
    """`colead interview`."""
    framework = _framework(arguments)
    if arguments.forms:
        if arguments.question or arguments.unit is not None or arguments.challenge is not None:
            raise InputError(
                "forms to read, and what to ask, are given at once", code="usage", help="read first, then ask anew"
            )
        form = Interview.read(*arguments.forms, framework=framework)
    else:
        form = framework.interview(arguments.question, unit=arguments.unit, challenge=arguments.challenge)
    if arguments.out is not None:
        form.save(arguments.out)
    else:
        print(form.to_json() if arguments.json else form.to_text().rstrip("\n"))
    for found in form.contradictions:
        print(f"contradiction: {found['text']}", file=sys.stderr)
    if arguments.forms or arguments.out is not None:
        answered, asked = form.progress
        print(f"{answered} of {asked} facts have an answer", file=sys.stderr)
    return 1 if form.contradictions else 0


def _instrument(name: str | None) -> Instrument | str | None:
    is_file = name is not None and Path(name).suffix in (".toml", ".json")
    return Instrument.from_path(name) if is_file and name is not None else name


def _csv(table: Table) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    for row in table:
        # Missing is an empty cell, never a word or a zero.
        writer.writerow(str(cell).lower() if isinstance(cell, bool) else cell for cell in row.values())
    return text.getvalue().encode()


def run_simulate(arguments: argparse.Namespace) -> int:
    """`colead simulate`."""
    spec = {} if arguments.spec is None else read_json(arguments.spec)
    if not isinstance(spec, dict):
        raise InputError("the specification is no object", code="wrong_type", path=arguments.spec, help="give {...}")
    for name in ("seed", "teams", "departments", "waves"):
        if getattr(arguments, name) is not None:
            spec[name] = getattr(arguments, name)
    made = simulate(arguments.example, **spec)
    for name in made.write(arguments.folder):
        print(Path(arguments.folder) / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
