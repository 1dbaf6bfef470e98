# SPDX-License-Identifier: Apache-2.0
"""What the module is to the rest of Python: an implementation of abstract classes, and of one interpreter."""

import _contextvars as engine
import collections.abc
import os
import subprocess
import sys
import unittest


class MappingTest(unittest.TestCase):
    """From 3.14 on, CPython's own context is a mapping; here it is one on every version."""

    def test_a_context_is_a_mapping(self):
        self.assertIsInstance(engine.Context(), collections.abc.Mapping)
        self.assertTrue(issubclass(engine.Context, collections.abc.Mapping))
        self.assertNotIsInstance(engine.Context(), collections.abc.MutableMapping)

    def test_variables_and_tokens_are_none(self):
        var = engine.ContextVar("v")
        self.assertNotIsInstance(var, collections.abc.Mapping)
        self.assertNotIsInstance(engine.Context().run(var.set, 1), collections.abc.Mapping)


def subinterpreters():
    """The private module under its name of this version."""
    if sys.version_info >= (3, 13):
        import _interpreters as module
    else:
        import _xxsubinterpreters as module
    return module


# In a separate process: what an interpreter leaves behind must not reach other tests.
PROGRAM = """
import importlib.machinery, importlib.util, sys

def load():
    loader = importlib.machinery.ExtensionFileLoader("_contextvars", {path!r})
    spec = importlib.util.spec_from_file_location("_contextvars", {path!r}, loader=loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
"""

IN_SUBINTERPRETER = """
try:
    load()
    print("imported", flush=True)
except ImportError as error:
    print("refused:", error, flush=True)
"""

IN_MAIN = """
from test_interpreters import subinterpreters
module = load() if {first} else None
interpreters = subinterpreters()
interpreter = interpreters.create({config})
interpreters.run_string(interpreter, {source!r})
module = module or load()
var = module.ContextVar("v")
token = var.set(1)
print(var.get(), module.copy_context()[var], flush=True)
"""


class SubinterpreterTest(unittest.TestCase):
    def outputs(self, first, config):
        path = engine.__file__
        program = PROGRAM.format(path=path)
        source = program + IN_SUBINTERPRETER
        program += IN_MAIN.format(first=first, config=config, source=source)
        here = os.path.dirname(os.path.abspath(__file__))
        run = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": here},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        self.assertEqual(run.returncode, 0, run.stdout)
        return run.stdout.splitlines()

    def test_an_import_there_is_refused_and_harms_nothing_here(self):
        # Without a configuration: own lock or shared one, as this version has it.
        configs = ["", "'legacy'"] if sys.version_info >= (3, 13) else ["", "isolated=False"]
        for config in configs:
            for first in (True, False):
                with self.subTest(config=config, imported_here_first=first):
                    lines = self.outputs(first, config)
                    self.assertEqual(lines[1:], ["1 1"])
                    self.assertTrue(lines[0].startswith("refused:"), lines)


if __name__ == "__main__":
    unittest.main()
