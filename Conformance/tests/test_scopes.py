# SPDX-License-Identifier: Apache-2.0
"""Tokens as scopes, which CPython has since 3.14: `with var.set(x):` restores the variable at the end."""

import contextvars
import unittest


def isolated(test):
    """Runs a test in its own context."""
    return lambda self: contextvars.Context().run(test, self)


class ScopeTest(unittest.TestCase):
    @isolated
    def test_restores_at_the_end(self):
        var = contextvars.ContextVar("var")
        var.set(1)
        with var.set(2) as token:
            self.assertEqual(var.get(), 2)
            self.assertEqual(token.old_value, 1)
            self.assertIs(token.var, var)
            self.assertNotIn(" used ", repr(token))
        self.assertEqual(var.get(), 1)
        self.assertIn(" used ", repr(token))

    @isolated
    def test_unsets_what_was_unset(self):
        var = contextvars.ContextVar("var")
        with var.set(1):
            pass
        self.assertRaises(LookupError, var.get)
        self.assertNotIn(var, contextvars.copy_context())

    @isolated
    def test_restores_after_an_exception_and_lets_it_pass(self):
        var = contextvars.ContextVar("var", default=0)
        with self.assertRaises(ZeroDivisionError):
            with var.set(1):
                1 / 0
        self.assertEqual(var.get(), 0)

    @isolated
    def test_nests(self):
        var = contextvars.ContextVar("var", default=0)
        seen = []
        with var.set(1):
            with var.set(2):
                with var.set(3):
                    seen.append(var.get())
                seen.append(var.get())
            seen.append(var.get())
        self.assertEqual(seen + [var.get()], [3, 2, 1, 0])

    @isolated
    def test_keeps_what_else_was_set(self):
        scoped, other = contextvars.ContextVar("scoped"), contextvars.ContextVar("other")
        with scoped.set(1):
            other.set(2)
        self.assertEqual(list(contextvars.copy_context().items()), [(other, 2)])

    @isolated
    def test_a_token_is_one_scope(self):
        var = contextvars.ContextVar("var")
        token = var.set(1)
        with token:
            pass
        with self.assertRaisesRegex(RuntimeError, "has already been used once"):
            with token:
                pass

    @isolated
    def test_a_token_that_was_reset_inside_is_used_at_the_end(self):
        var = contextvars.ContextVar("var")
        with self.assertRaisesRegex(RuntimeError, "has already been used once"):
            with var.set(1) as token:
                var.reset(token)

    @isolated
    def test_ends_in_its_own_context_only(self):
        var = contextvars.ContextVar("var")
        token = var.set(1)
        with self.assertRaisesRegex(ValueError, "was created in a different Context"):
            contextvars.copy_context().run(token.__exit__, None, None, None)
        self.assertEqual(var.get(), 1)
        token.__exit__(None, None, None)
        self.assertIsNone(var.get(None))

    @isolated
    def test_exit_takes_three_arguments(self):
        token = contextvars.ContextVar("var").set(1)
        self.assertRaises(TypeError, token.__exit__)
        self.assertRaises(TypeError, token.__exit__, None)


if __name__ == "__main__":
    unittest.main()
