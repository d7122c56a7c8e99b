"""Runs papermill's own tests on spawned and on warm kernels, and tells every test that ends differently.

`make papermill`. Tests of clouds that this project does not install are left out. Ends with 1 where they differ.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copytree, ignore_patterns
from xml.etree import ElementTree

import papermill

SPEC = {"argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], "language": "python"}
PROVISIONERS = {"spawned": "local-provisioner", "warm": "lagesbild-warm"}
CLOUDS = ("abs", "adl", "gcs", "hdfs", "s3")
# In a kernel that was forked, a test that forks and counts would tell; nothing is reported by the test itself.
COUNTED = (
    "import lagesbild.publishing.warm as warm\n\n\ndef pytest_sessionfinish():\n    print('TOLD', sorted(warm.told))\n"
)


def results(how: str, folder: Path) -> dict[str, str]:
    """Each test and how it ended with kernels of this kind, by a kernelspec named `python3`."""
    tests, kernels = folder / how / "papermill" / "tests", folder / how / "jupyter" / "kernels" / "python3"
    # a copy of the package, as its tests write beside themselves and import it by `from ..`
    copytree(Path(papermill.__file__).parent, tests.parent, ignore=ignore_patterns("__pycache__"))
    kernels.mkdir(parents=True)
    spec = SPEC | {"display_name": how, "metadata": {"kernel_provisioner": {"provisioner_name": PROVISIONERS[how]}}}
    (kernels / "kernel.json").write_text(json.dumps(spec), "utf-8")
    (tests / "conftest.py").write_text(COUNTED, "utf-8")
    given = os.environ | {"JUPYTER_PATH": str(kernels.parents[1]), "IPYTHONDIR": str(folder / how / "ipython")}
    given["PYTHONPATH"] = os.pathsep.join([str(folder / how), *filter(None, [os.environ.get("PYTHONPATH")])])
    left_out = [f"--ignore={tests / f'test_{name}.py'}" for name in CLOUDS]
    asked = [sys.executable, "-m", "pytest", str(tests), "-q", "-p", "no:cacheprovider", f"--junitxml={tests}.xml"]
    asked += [f"--rootdir={folder / how}", "-o", "addopts=", *left_out]
    ended = subprocess.run(asked, env=given, cwd=folder / how, capture_output=True, text=True, check=False)
    print(
        f"{how}:",
        *ended.stdout.strip().splitlines()[-1:],
        *(line for line in ended.stdout.splitlines() if "TOLD" in line),
    )
    cases = ElementTree.parse(f"{tests}.xml").iter("testcase")
    return {f"{case.get('classname')}.{case.get('name')}": _end(case) for case in cases}


def _end(case: ElementTree.Element) -> str:
    return next((part.tag for part in case if part.tag in ("failure", "error", "skipped")), "passed")


def main() -> int:
    """Prints how the tests end on both, and where they differ."""
    with tempfile.TemporaryDirectory(prefix="papermill-") as folder:
        spawned, warm = (results(how, Path(folder)) for how in PROVISIONERS)
    differences = [
        f"{name}: spawned {spawned.get(name, 'not run')}, warm {warm.get(name, 'not run')}"
        for name in sorted(spawned | warm)
        if spawned.get(name) != warm.get(name)
    ]
    print(
        *(f"ends otherwise than passed on both: {name}: {end}" for name, end in spawned.items() if end != "passed"),
        sep="\n",
    )
    print(*differences, f"{len(spawned)} tests, {len(differences)} differences", sep="\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
