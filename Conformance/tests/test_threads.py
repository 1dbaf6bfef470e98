# SPDX-License-Identifier: Apache-2.0
"""Threads: each has a current context of its own; `Thread(context=…)` of 3.14 lets it start with another's values."""

import concurrent.futures
import contextvars
import gc
import sys
import threading
import unittest
import weakref

if sys.version_info >= (3, 14):
    Thread = threading.Thread
else:

    class Thread(threading.Thread):
        """What 3.14 made of `threading.Thread`: it runs in a copy of the starter's context, or in the one given."""

        def __init__(self, *args, context=None, **kwargs):
            super().__init__(*args, **kwargs)
            self.context = context

        def start(self):
            if self.context is None:
                self.context = contextvars.copy_context()
            super().start()

        def run(self):
            self.context.run(super().run)


def run_in(thread):
    thread.start()
    thread.join()


class ThreadTest(unittest.TestCase):
    def test_a_plain_thread_before_3_14_starts_empty(self):
        var = contextvars.ContextVar("var", default="default")
        seen = []

        def body():
            thread = threading.Thread(target=lambda: seen.append((var.get(), len(contextvars.copy_context()))))
            run_in(thread)

        context = contextvars.Context()
        context.run(lambda: (var.set("starter's"), body()))
        inherits = getattr(sys.flags, "thread_inherit_context", 0)
        self.assertEqual(seen, [("starter's", 1)] if inherits else [("default", 0)])

    def test_a_thread_inherits_a_copy_of_the_starters_context(self):
        var = contextvars.ContextVar("var")
        seen = []

        def child():
            seen.append(var.get())
            var.set("child's")
            seen.append(var.get())

        def starter():
            var.set("before the start")
            thread = Thread(target=child)
            thread.start()
            var.set("after the start")
            thread.join()
            return var.get()

        self.assertEqual(contextvars.Context().run(starter), "after the start")
        self.assertEqual(seen, ["before the start", "child's"])

    def test_a_thread_runs_in_the_context_given(self):
        var = contextvars.ContextVar("var")
        context = contextvars.Context()
        run_in(Thread(target=var.set, args=("from the thread",), context=context))
        self.assertEqual(context[var], "from the thread")
        self.assertIsNone(var.get(None))

    def test_one_context_is_entered_by_one_thread_at_a_time(self):
        context = contextvars.Context()
        is_inside, may_leave = threading.Event(), threading.Event()

        def stay():
            is_inside.set()
            may_leave.wait(10)

        thread = Thread(target=stay, context=context)
        thread.start()
        is_inside.wait(10)
        try:
            with self.assertRaisesRegex(RuntimeError, "is already entered"):
                context.run(int)
        finally:
            may_leave.set()
            thread.join()
        self.assertEqual(context.run(int), 0)

    def test_a_token_of_another_thread_does_not_fit(self):
        var = contextvars.ContextVar("var")
        tokens = []
        run_in(threading.Thread(target=lambda: tokens.append(var.set(1))))
        with self.assertRaisesRegex(ValueError, "was created in a different Context"):
            var.reset(tokens[0])

    def test_what_a_thread_has_set_ends_with_it(self):
        class Value:
            pass

        var = contextvars.ContextVar("var")
        references = []

        def body():
            value = Value()
            references.append(weakref.ref(value))
            var.set(value)
            references.append(weakref.ref(var.get()))

        run_in(threading.Thread(target=body))
        gc.collect()
        self.assertEqual([reference() for reference in references], [None, None])

    def test_the_end_of_a_threads_values_may_use_variables(self):
        """A finaliser that runs while the thread's state is being torn down."""
        seen = []
        var, other = contextvars.ContextVar("var"), contextvars.ContextVar("other", default="none")

        class Value:
            def __del__(self):
                other.set("late")
                seen.append(other.get())

        run_in(threading.Thread(target=lambda: var.set(Value())))
        gc.collect()
        self.assertEqual(seen, ["late"])

    def test_a_value_that_resets_while_it_is_replaced(self):
        """The end of a value runs code that reads and sets in the same context, inside `set` and `reset`."""
        var, other = contextvars.ContextVar("var"), contextvars.ContextVar("other", default=0)

        class Value:
            def __del__(self):
                other.set(other.get() + 1)
                contextvars.copy_context()

        def body():
            for _ in range(100):
                token = var.set(Value())
                var.reset(token)
                var.set(Value())
                var.set(None)
            return other.get()

        self.assertEqual(contextvars.Context().run(body), 200)

    def test_many_threads_at_once(self):
        variables = [contextvars.ContextVar(f"v{index}", default=None) for index in range(40)]
        shared = contextvars.Context()
        shared.run(lambda: [var.set(-1) for var in variables])

        def body(number):
            def inside():
                for turn in range(50):
                    for var in variables:
                        var.set((number, turn))
                    if {var.get() for var in variables} != {(number, turn)}:
                        return "mixed up"
                    if set(shared.values()) != {-1}:
                        return "shared context changed"
                return "right"

            return shared.copy().run(inside)

        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                results = list(pool.map(body, range(64)))
        finally:
            sys.setswitchinterval(interval)
        self.assertEqual(set(results), {"right"})


if __name__ == "__main__":
    unittest.main()
