# SPDX-License-Identifier: Apache-2.0
"""Runs test modules on the Swift engine: `run_tests.py MODULE…`, with what install_engine.py needs.

Prints the interpreter, each test file with its SHA-256, and the engine; ends with a line for the runner:
`RESULT passed failed skipped`.
"""

import hashlib
import importlib
import os
import platform
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import install_engine  # noqa: E402


class Counter(unittest.TextTestResult):
    """Counts what passed: unittest itself counts only the rest. A subtest that fails makes its test fail once."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.passed = set()
        self.failed = set()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed.add(test.id())

    def addError(self, test, error):
        super().addError(test, error)
        self.failed.add(test.id())

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.failed.add(test.id())

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.failed.add(test.id())

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.failed.add(test.id())

    def addExpectedFailure(self, test, error):
        super().addExpectedFailure(test, error)
        self.passed.add(test.id())

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"  skipped by the suite itself: {test.id()}: {reason}")


def main(names):
    print(f"  interpreter: {sys.executable} ({platform.python_implementation()} {platform.python_version()})")
    print(f"  engine: {install_engine.engine.__engine__}")
    print(f"  module: {install_engine.engine.__file__}")
    suite = unittest.TestSuite()
    for name in names:
        module = importlib.import_module(name)
        with open(module.__file__, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        print(f"  tests: {module.__file__} (sha256 {digest})")
        suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
    runner = unittest.TextTestRunner(stream=sys.stdout, resultclass=Counter, verbosity=0)
    result = runner.run(suite)
    passed = len(result.passed - result.failed)
    print(f"RESULT {passed} {len(result.failed)} {len(result.skipped)}", flush=True)
    return 0 if passed and result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
