"""Applies the patch of this folder to the Hermes of the Python that runs it.

    python apply.py             apply it
    python apply.py --check     only say whether it fits
    python apply.py --reverse   take it out again

Each patch is for exactly one version. It is applied whole, without fuzz, or nothing is changed.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
_NAME = re.compile(r"hermes-agent-(.+)\.patch$")


def main(args):
    unknown = set(args) - {"--check", "--reverse"}
    if unknown:
        return _fail(f"{' '.join(sorted(unknown))} is no option. Use --check or --reverse, or no option.", 2)
    try:
        import hermes_cli
    except ImportError:
        return _fail("This Python has no Hermes. Run this file with the Python of Hermes.")
    root = Path(hermes_cli.__file__).resolve().parent.parent
    version = hermes_cli.__version__
    patches = {_NAME.match(path.name)[1]: path for path in FOLDER.glob("hermes-agent-*.patch")}
    # A packager's suffix (0.22.2.post1) is the same release; the content is compared anyway.
    patch = patches.get(".".join(version.split(".")[:3]))
    if patch is None:
        return _fail(f"There is no patch for Hermes {version}, only for {' and '.join(sorted(patches))}. Nothing was changed.")

    reverse = ["--reverse"] if "--reverse" in args else []
    try:
        problem = _git_apply(root, patch, *reverse, "--check")
        if problem and not _git_apply(root, patch, *([] if reverse else ["--reverse"]), "--check"):
            print(f"The patch for Hermes {version} is {'not there' if reverse else 'there already'}: {root}")
            return 0
        if problem:
            return _fail(f"The patch does not fit the Hermes {version} in {root}. Nothing was changed.\n{problem}")
        if "--check" not in args and (problem := _git_apply(root, patch, *reverse)):
            return _fail(f"git could not change {root}. See what it says, and try again.\n{problem}")
    except (OSError, subprocess.TimeoutExpired) as exc:
        return _fail(f"git could not be run: {exc}. Put the folder of git on the PATH, and try again.")
    print(f"The patch for Hermes {version} {'fits' if '--check' in args else 'is out of' if reverse else 'is in'}: {root}")
    return 0


def _git_apply(root, patch, *options):
    """What ``git apply`` complains about; it changes all files or none, and knows no fuzz."""
    # In a repository above the folder, git would skip the files without a word.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(root.parent)}
    done = subprocess.run(
        ["git", "apply", *options, str(patch)], cwd=root, env=environment, capture_output=True, text=True, timeout=60
    )
    return "" if done.returncode == 0 else done.stderr.strip() or f"git apply failed (exit code {done.returncode})."


def _fail(message, code=1):
    print(message, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
