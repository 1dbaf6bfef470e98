# SPDX-License-Identifier: Apache-2.0
"""Does everything that CPython's own tests don't look at the same way on both modules, and compares what comes out.

CPython's own module is beside the engine's here; nothing else uses it.
"""

import copy
import importlib.machinery
import importlib.util
import pickle
import re
import unittest
import weakref

import _contextvars as engine


def cpythons_own():
    """The module that the engine's stands in for: built in, or a file."""
    spec = importlib.machinery.BuiltinImporter.find_spec("_contextvars")
    spec = spec or importlib.machinery.PathFinder.find_spec("_contextvars")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outcome(case, module):
    """What a case returns or raises, without addresses and in words."""
    try:
        result = case(module)
        text = f"returned {type(result).__name__} {result!r}"
    except BaseException as error:
        text = f"raised {type(error).__name__}: {error}"
    return re.sub(r"0x[0-9a-f]+", "0x…", text)


class Index:
    def __index__(self):
        return 1


class NeverEqual:
    def __eq__(self, other):
        raise ZeroDivisionError("compared")

    def __repr__(self):
        return "NeverEqual"


def context_with(module, **values):
    """A context with variables of some names."""
    context = module.Context()
    for name, value in values.items():
        context.run(module.ContextVar(name).set, value)
    return context


def same_variable_in_two(module, left, right):
    var = module.ContextVar("v")
    contexts = module.Context(), module.Context()
    for context, value in zip(contexts, (left, right)):
        context.run(var.set, value)
    return contexts


class WithoutHash(str):
    __hash__ = None


class WithFailingHash(str):
    def __hash__(self):
        raise ZeroDivisionError("hashed")


def raising():
    raise ZeroDivisionError("in the context")


def entered_twice(m):
    context = m.Context()
    return context.run(context.run, int)


def token_of(m, **keywords):
    return m.Context().run(m.ContextVar("v", **keywords).set, 1)


def used_token(m):
    var = m.ContextVar("v")

    def use():
        token = var.set(1)
        var.reset(token)
        return token, var

    return m.Context().run(use)


def reset_twice(m):
    var = m.ContextVar("v")

    def use():
        token = var.set(1)
        var.reset(token)
        var.reset(token)

    return m.Context().run(use)


def reset_elsewhere(m):
    var = m.ContextVar("v")
    token = m.Context().run(var.set, 1)
    return m.Context().run(var.reset, token)


def exhausted(iterator):
    list(iterator)
    return list(iterator), len(iterator)


CASES = [
    # Creation and arguments
    lambda m: m.ContextVar(),
    lambda m: m.ContextVar(1),
    lambda m: m.ContextVar("a", 1),
    lambda m: m.ContextVar("a", 1, 2),
    lambda m: m.ContextVar(name="a"),
    lambda m: m.ContextVar("a", default=1, other=2),
    lambda m: m.ContextVar("a", default=None),
    lambda m: m.ContextVar("a'b\n"),
    lambda m: m.ContextVar("\ud800"),
    lambda m: m.ContextVar("a\0b").name,
    lambda m: m.ContextVar("a").name,
    lambda m: m.ContextVar(WithoutHash("a")),
    lambda m: m.ContextVar(WithFailingHash("a")),
    lambda m: type(m.ContextVar(type("Name", (str,), {})("a")).name).__name__,
    lambda m: setattr(m.ContextVar("a"), "name", "b"),
    lambda m: setattr(m.ContextVar("a"), "other", "b"),
    lambda m: delattr(m.ContextVar("a"), "name"),
    lambda m: m.Context(1),
    lambda m: m.Context(a=1),
    lambda m: m.Context(*(), **{}),
    lambda m: m.Token(),
    lambda m: m.Token(1, a=2),
    lambda m: type(m.Token.MISSING)(),
    lambda m: m.copy_context(1),
    lambda m: m.copy_context(a=1),
    # get, set, reset
    lambda m: m.ContextVar("a").get(),
    lambda m: m.ContextVar("a").get(1),
    lambda m: m.ContextVar("a", default=2).get(),
    lambda m: m.ContextVar("a", default=2).get(1),
    lambda m: m.ContextVar("a", default=None).get(),
    lambda m: m.ContextVar("a").get(1, 2),
    lambda m: m.ContextVar("a").get(default=1),
    lambda m: m.ContextVar("a").set(),
    lambda m: m.ContextVar("a").set(1, 2),
    lambda m: m.ContextVar("a").reset(),
    lambda m: m.ContextVar("a").reset(1),
    lambda m: m.ContextVar("a").reset(None),
    lambda m: token_of(m),
    lambda m: token_of(m, default=[1]),
    lambda m: token_of(m).old_value,
    lambda m: token_of(m).old_value is m.Token.MISSING,
    lambda m: token_of(m).var,
    lambda m: token_of(m).MISSING,
    lambda m: setattr(token_of(m), "var", 1),
    lambda m: setattr(token_of(m), "old_value", 1),
    lambda m: setattr(m.Token, "MISSING", 1),
    lambda m: used_token(m)[0],
    reset_twice,
    reset_elsewhere,
    lambda m: m.ContextVar("w").reset(token_of(m)),
    lambda m: m.ContextVar("w").reset(used_token(m)[0]),
    # Context as a mapping
    lambda m: m.Context()[1],
    lambda m: m.Context()[m.ContextVar("a")],
    lambda m: m.Context()[m.ContextVar("a", default=1)],
    lambda m: 1 in m.Context(),
    lambda m: m.ContextVar("a") in m.Context(),
    lambda m: m.Context().get(),
    lambda m: m.Context().get(1),
    lambda m: m.Context().get(m.ContextVar("a")),
    lambda m: m.Context().get(m.ContextVar("a"), 3),
    lambda m: m.Context().get(m.ContextVar("a"), 3, 4),
    lambda m: m.Context().get(m.ContextVar("a"), default=3),
    lambda m: m.Context().__setitem__,
    lambda m: m.Context().pop,
    lambda m: len(m.Context()),
    lambda m: bool(m.Context()),
    lambda m: bool(context_with(m, a=1)),
    lambda m: list(context_with(m, a=1)),
    lambda m: list(context_with(m, a=1).items()),
    lambda m: dict(context_with(m, a=1)),
    lambda m: [context_with(m, a=1).keys(), context_with(m, a=1).values(), context_with(m, a=1).items()].__len__(),
    lambda m: type(m.Context().keys()).__name__,
    lambda m: type(m.Context().values()).__name__,
    lambda m: type(m.Context().items()).__name__,
    lambda m: type(iter(m.Context())).__name__,
    lambda m: len(context_with(m, a=1, b=2).items()),
    lambda m: exhausted(context_with(m, a=1).values()),
    lambda m: next(m.Context().keys()),
    lambda m: m.Context().keys(1),
    lambda m: m.Context() == m.Context(),
    lambda m: m.Context() != m.Context(),
    lambda m: m.Context() == 1,
    lambda m: m.Context() < m.Context(),
    lambda m: context_with(m, a=1) == context_with(m, a=1),
    lambda m: context_with(m, a=1) == context_with(m, a=1).copy(),
    lambda m: (lambda c: c == c.copy())(context_with(m, a=NeverEqual())),
    lambda m: (lambda cs: cs[0] == cs[1])(same_variable_in_two(m, 1, 1.0)),
    lambda m: (lambda cs: cs[0] == cs[1])(same_variable_in_two(m, 1, 2)),
    lambda m: (lambda cs: cs[0] != cs[1])(same_variable_in_two(m, 1, 2)),
    lambda m: (lambda cs: cs[0] == cs[1])(same_variable_in_two(m, NeverEqual(), NeverEqual())),
    lambda m: (lambda cs: cs[0] != cs[1])(same_variable_in_two(m, NeverEqual(), 1)),
    lambda m: (lambda x: (lambda cs: cs[0] == cs[1])(same_variable_in_two(m, x, x)))(NeverEqual()),
    # Running
    lambda m: m.Context().run(),
    lambda m: m.Context().run(1),
    lambda m: m.Context().run(callable=int),
    lambda m: m.Context().run(int, "12", base=3),
    lambda m: m.Context().run(int, base=3),
    lambda m: m.Context().run(raising),
    entered_twice,
    lambda m: m.Context().copy(1),
    lambda m: context_with(m, a=1).copy().values().__next__(),
    # Hashing, copying, pickling
    lambda m: hash(m.Context()),
    lambda m: hash(token_of(m)),
    lambda m: {m.ContextVar("a"): 1}.__len__(),
    lambda m: (lambda v: hash(v) == hash(v))(m.ContextVar("a")),
    lambda m: (lambda v: v == v)(m.ContextVar("a")),
    lambda m: m.ContextVar("a") == m.ContextVar("a"),
    lambda m: (lambda t: t == t)(token_of(m)),
    lambda m: copy.copy(m.Context()),
    lambda m: copy.copy(m.ContextVar("a")),
    lambda m: copy.copy(token_of(m)),
    lambda m: copy.deepcopy(m.ContextVar("a")),
    *[lambda m, p=p: pickle.dumps(m.Context(), p) for p in range(pickle.HIGHEST_PROTOCOL + 1)],
    *[lambda m, p=p: pickle.dumps(m.ContextVar("a"), p) for p in range(pickle.HIGHEST_PROTOCOL + 1)],
    *[lambda m, p=p: pickle.dumps(token_of(m), p) for p in range(pickle.HIGHEST_PROTOCOL + 1)],
    # Types
    lambda m: type("C", (m.Context,), {}),
    lambda m: type("V", (m.ContextVar,), {}),
    lambda m: type("T", (m.Token,), {}),
    lambda m: m.Context,
    lambda m: m.ContextVar,
    lambda m: m.Token,
    lambda m: type(m.Token.MISSING).__name__,
    lambda m: setattr(m.Context, "x", 1),
    lambda m: setattr(m.ContextVar, "x", 1),
    lambda m: m.ContextVar[int],
    lambda m: m.Token[int],
    lambda m: m.Context[int],
    lambda m: m.ContextVar[int]("a").name,
    lambda m: weakref.ref(m.Context())(),
    lambda m: weakref.ref(m.ContextVar("a")),
    lambda m: weakref.ref(token_of(m)),
    lambda m: m.Context(),
    lambda m: sorted(n for n in dir(m.Context) if n != "__getstate__"),
    lambda m: sorted(n for n in dir(m.ContextVar) if n != "__getstate__"),
    lambda m: sorted(n for n in dir(m.Token) if n not in ("__getstate__", "__enter__", "__exit__")),
]


class ParityTest(unittest.TestCase):
    """One test that counts each case as a subtest, and a few about the comparison itself."""

    own = cpythons_own()

    def test_the_modules_differ(self):
        self.assertIsNot(self.own.Context, engine.Context)
        self.assertIsNot(self.own.ContextVar, engine.ContextVar)
        self.assertIn("swift-contextvars", engine.__engine__)

    def test_each_case_has_the_same_outcome(self):
        for number, case in enumerate(CASES):
            with self.subTest(case=number, line=case.__code__.co_firstlineno):
                self.assertEqual(outcome(case, engine), outcome(case, self.own))

    def test_public_names(self):
        def names(module):
            return {name for name in dir(module) if not name.startswith("_")}

        self.assertEqual(names(engine), names(self.own))


if __name__ == "__main__":
    unittest.main()
