# SPDX-License-Identifier: Apache-2.0
"""What may name a variable."""

import _contextvars as engine
import unittest


class Text(str):
    pass


class UnhashableText(str):
    __hash__ = None


class TextWithFailingHash(str):
    def __hash__(self):
        raise ValueError("no hash today")


class NameTest(unittest.TestCase):
    """As CPython from 3.13.3 on, which had crashed on the second (python/cpython#132002)."""

    def test_a_subclass_of_str_is_a_name(self):
        self.assertEqual(engine.ContextVar(Text("name")).name, "name")

    def test_an_unhashable_name_is_refused(self):
        with self.assertRaisesRegex(TypeError, "unhashable type"):
            engine.ContextVar(UnhashableText("name"))

    def test_an_error_of_the_hash_is_passed_on(self):
        with self.assertRaisesRegex(ValueError, "no hash today"):
            engine.ContextVar(TextWithFailingHash("name"))

    def test_other_types_are_refused(self):
        for name in (1, None, b"name", ["name"]):
            with self.assertRaises(TypeError):
                engine.ContextVar(name)


if __name__ == "__main__":
    unittest.main()
