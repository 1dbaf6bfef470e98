# SPDX-License-Identifier: Apache-2.0
"""Puts the Swift engine's `_contextvars` in place of CPython's, before anything imports that.

Importing this module does it. The environment variable CONTEXTVARS_MODULE names the extension's file.
"""

import importlib.machinery
import importlib.util
import os
import sys
import types

for name in ("contextvars", "_contextvars", "asyncio", "_asyncio", "decimal"):
    if name in sys.modules:
        raise ImportError(f"{name} is imported already: it may have CPython's own context variables")


def load(path):
    """The extension module in a file."""
    loader = importlib.machinery.ExtensionFileLoader("_contextvars", path)
    spec = importlib.util.spec_from_file_location("_contextvars", path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def put_in_place(module):
    sys.modules["_contextvars"] = module

    # CPython's C implementation of asyncio.Task talks to the C functions of CPython's own contextvars, and so would
    # keep them in use. Without it, asyncio takes its pure-Python implementation, which imports the module.
    sys.modules["_asyncio"] = None

    # The `hamt` of CPython's test modules: in _testinternalcapi since 3.12, in _testcapi before.
    name = "_testinternalcapi" if sys.version_info >= (3, 12) else "_testcapi"
    try:
        test_module = importlib.import_module(name)
    except ImportError:
        test_module = sys.modules[name] = types.ModuleType(name)
    test_module.hamt = module._hamt


engine = load(os.environ["CONTEXTVARS_MODULE"])
put_in_place(engine)

import contextvars  # noqa: E402  (after the module is in place)

for name in contextvars.__all__:
    if getattr(contextvars, name) is not getattr(engine, name):
        raise ImportError(f"contextvars.{name} is not the engine's")
