# SPDX-License-Identifier: Apache-2.0
"""Watchers, which CPython has since 3.14 in its C API: functions called with each context that becomes current.

What CPython's `PyContext_AddWatcher` gives to C, the module gives to Python as `_add_watcher` and `_clear_watcher`.
"""

import _contextvars
import contextlib
import contextvars
import test.support
import threading
import unittest


@contextlib.contextmanager
def watching(function):
    number = _contextvars._add_watcher(function)
    try:
        yield number
    finally:
        _contextvars._clear_watcher(number)


class WatcherTest(unittest.TestCase):
    def test_each_switch_is_seen_with_the_very_context(self):
        outer, inner = contextvars.Context(), contextvars.Context()
        seen = []
        with watching(seen.append):
            outer.run(inner.run, int)
        self.assertEqual([id(context) for context in seen[:3]], [id(outer), id(inner), id(outer)])
        self.assertEqual(len(seen), 4)

    def test_the_context_around_is_the_threads_root(self):
        var = contextvars.ContextVar("var")
        seen = []

        def in_a_thread():
            contextvars.Context().run(int)  # the root isn't made yet
            var.set(1)
            contextvars.Context().run(int)
            contextvars.Context().run(int)

        with watching(seen.append):
            thread = threading.Thread(target=in_a_thread)
            thread.start()
            thread.join()
        roots = seen[1::2]
        self.assertIsNone(roots[0])
        self.assertEqual(dict(roots[1]), {var: 1})
        self.assertIs(roots[1], roots[2])

    def test_the_new_context_is_current_in_the_watcher(self):
        var = contextvars.ContextVar("var", default="around")
        context = contextvars.Context()
        context.run(var.set, "inside")
        seen = []
        with watching(lambda _: seen.append(var.get())):
            context.run(int)
        self.assertEqual(seen, ["inside", "around"])

    def test_all_watchers_are_called_until_they_are_cleared(self):
        first, second = [], []
        with watching(first.append):
            with watching(second.append):
                contextvars.Context().run(int)
            contextvars.Context().run(int)
        contextvars.Context().run(int)
        self.assertEqual((len(first), len(second)), (4, 2))

    def test_a_watcher_that_raises_harms_nobody(self):
        def failing(context):
            raise ZeroDivisionError("in the watcher")

        with test.support.catch_unraisable_exception() as caught, watching(failing):
            self.assertEqual(contextvars.Context().run(lambda: 7), 7)
            self.assertIs(caught.unraisable.exc_type, ZeroDivisionError)

    def test_the_exception_that_ends_a_run_survives(self):
        with watching(lambda _: None):
            with self.assertRaisesRegex(KeyError, "lost"):
                contextvars.Context().run({}.__getitem__, "lost")

    def test_a_context_that_cannot_be_entered_is_no_switch(self):
        context = contextvars.Context()
        seen = []

        def again():
            seen.clear()
            self.assertRaises(RuntimeError, context.run, int)
            self.assertEqual(seen, [])

        with watching(seen.append):
            context.run(again)

    def test_numbers(self):
        number = _contextvars._add_watcher(lambda _: None)
        _contextvars._clear_watcher(number)
        for wrong in (number, -1, 0, 10**6):
            with self.assertRaisesRegex(ValueError, "No context watcher set"):
                _contextvars._clear_watcher(wrong)
        self.assertRaises(TypeError, _contextvars._clear_watcher, "1")

    def test_the_limit_is_eight(self):
        numbers = [_contextvars._add_watcher(lambda _: None) for _ in range(8)]
        try:
            with self.assertRaisesRegex(RuntimeError, "no more"):
                _contextvars._add_watcher(lambda _: None)
        finally:
            for number in numbers:
                _contextvars._clear_watcher(number)


if __name__ == "__main__":
    unittest.main()
