"""What a command imports before it knows that there is work."""

import subprocess
import sys

HEAVY = "{'pandas', 'numpy', 'babel', 'matplotlib', 'jinja2', 'IPython'}"


def test_whether_a_report_is_current_is_found_without_heavy_imports():
    """Each of these takes longer to import than the whole answer may take."""
    code = (
        "import sys\nfrom asan_analysis import cli\nfrom asan_analysis.report import cache, plan, "
        f"pool\nprint(sorted({HEAVY} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
