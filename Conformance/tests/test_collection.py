# SPDX-License-Identifier: Apache-2.0
"""Garbage collection: cycles through contexts, tokens, variables and maps end; nothing that is in use does.

The engine's objects are no Python objects, so the collector sees only what the module shows it. Two mistakes are
possible. To show too little keeps garbage alive; to show an object twice that is held once ends it while it is in use.
Here are cycles of each kind; test_collection_at_random.py goes on.
"""

import contextvars
import gc
import unittest
import weakref

from _contextvars import _hamt as hamt


class Node:
    """Something that refers to other things, and can be watched."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class CycleTest(unittest.TestCase):
    def assert_ends(self, make):
        """What `make` returns is garbage after a collection."""
        gc.collect()
        reference = weakref.ref(make())
        gc.collect()
        self.assertIsNone(reference())

    def test_context_and_its_value(self):
        def make():
            context = contextvars.Context()
            node = Node(context=context)
            context.run(contextvars.ContextVar("var").set, node)
            return node

        self.assert_ends(make)

    def test_context_with_many_values(self):
        def make():
            context = contextvars.Context()
            node = Node(context=context)
            for index in range(200):
                context.run(contextvars.ContextVar(f"v{index}").set, node)
            return node

        self.assert_ends(make)

    def test_context_and_its_variable(self):
        def make():
            context = contextvars.Context()
            node = Node()
            node.var = contextvars.ContextVar("var", default=node)
            node.context = context
            context.run(node.var.set, None)
            return node

        self.assert_ends(make)

    def test_variable_and_its_default(self):
        def make():
            node = Node()
            node.var = contextvars.ContextVar("var", default=node)
            return node

        self.assert_ends(make)

    def test_variable_and_its_name(self):
        class Name(str):
            pass

        def make():
            name = Name("var")
            name.var = contextvars.ContextVar(name)
            return name

        self.assert_ends(make)

    def test_token_and_the_old_value(self):
        def make():
            var = contextvars.ContextVar("var")
            node = Node()

            def body():
                var.set(node)
                node.token = var.set(None)

            contextvars.Context().run(body)
            return node

        self.assert_ends(make)

    def test_token_in_its_own_context(self):
        def make():
            var, place = contextvars.ContextVar("var"), contextvars.ContextVar("place")
            node = Node(context=contextvars.Context())

            def body():
                place.set(node)
                node.token = var.set(node)

            node.context.run(body)
            return node

        self.assert_ends(make)

    def test_contexts_in_each_other(self):
        def make():
            var = contextvars.ContextVar("var")
            one, other = contextvars.Context(), contextvars.Context()
            one.run(var.set, other)
            other.run(var.set, one)
            return one

        self.assert_ends(make)

    def test_context_in_itself(self):
        def make():
            context = contextvars.Context()
            context.run(contextvars.ContextVar("var").set, context)
            return context

        self.assert_ends(make)

    def test_iterator_over_a_context_that_is_gone(self):
        def make():
            node = Node()
            context = contextvars.Context()
            context.run(contextvars.ContextVar("var").set, node)
            node.iterator = context.items()
            return node

        self.assert_ends(make)

    def test_map_and_its_value(self):
        def make():
            node = Node()
            map = hamt()
            for index in range(200):
                map = map.set(index, node)
            node.map = map
            return node

        self.assert_ends(make)

    def test_map_and_its_key(self):
        def make():
            node = Node()
            node.map = hamt().set(node, 1)
            return node

        self.assert_ends(make)

    def test_iterator_over_a_map_that_is_gone(self):
        def make():
            node = Node()
            node.iterator = hamt().set(1, node).values()
            return node

        self.assert_ends(make)

    def test_garbage_that_shares_a_map(self):
        def make():
            context = contextvars.Context()
            node = Node(context=context)
            context.run(contextvars.ContextVar("var").set, node)
            node.copies = [context.copy() for _ in range(10)]
            return node

        self.assert_ends(make)

    def test_garbage_that_shares_parts_of_a_map(self):
        def make():
            variables = [contextvars.ContextVar(f"v{index}") for index in range(100)]
            context = contextvars.Context()
            node = Node(context=context)
            for var in variables:
                context.run(var.set, node)
            node.copies = [context.copy() for _ in variables]
            for copy, var in zip(node.copies, variables):
                copy.run(var.set, None)
            node.iterators = [iter(copy) for copy in node.copies]
            return node

        self.assert_ends(make)

    def test_garbage_that_shares_a_value_with_a_token(self):
        def make():
            var = contextvars.ContextVar("var")
            node = Node(context=contextvars.Context())

            def body():
                var.set(node)
                node.copy = contextvars.copy_context()
                node.token = var.set(None)

            node.context.run(body)
            return node

        self.assert_ends(make)

    def test_garbage_maps_that_share(self):
        def make():
            node = Node()
            node.maps = [hamt()]
            for index in range(300):
                node.maps.append(node.maps[-1].set(index, node))
            node.maps += [map.delete(index // 2) for index, map in enumerate(node.maps)]
            node.iterators = [map.items() for map in node.maps]
            return node

        self.assert_ends(make)

    def test_half_of_the_sharers_in_use(self):
        """What one side shares with a context in use stays, in young collections and full ones."""
        var = contextvars.ContextVar("var")
        for used_is_older in (True, False):
            context = contextvars.Context()
            node = Node(context=context)
            context.run(var.set, node)
            used = context.copy()
            if used_is_older:
                gc.collect()
            node.copies = [context.copy() for _ in range(3)]
            reference = weakref.ref(node)
            del context, node
            for generation in (0, 1, 0, 2):
                gc.collect(generation)
                self.assertIs(used[var], reference())
                self.assertEqual([copy[var] for copy in used[var].copies], [reference()] * 3)
            del used
            gc.collect()
            self.assertIsNone(reference())

    def test_resurrected_garbage(self):
        """A finaliser brings back what was found to be garbage: the collector then counts once more."""
        var = contextvars.ContextVar("var")
        saved = []

        class Lazarus(Node):
            def __del__(self):
                saved.append(self.copies[0])

        context = contextvars.Context()
        node = Lazarus(context=context)
        context.run(var.set, node)
        node.copies = [context.copy() for _ in range(3)]
        reference = weakref.ref(node)
        del context, node
        gc.collect()
        self.assertIs(saved[0][var].copies[1][var], saved[0][var])
        saved.clear()
        gc.collect()
        self.assertIsNone(reference())

    def test_after_the_copies_are_gone(self):
        def make():
            context = contextvars.Context()
            node = Node(context=context)
            context.run(contextvars.ContextVar("var").set, node)
            copies = [context.copy() for _ in range(10)]
            gc.collect()
            assert all(list(copy.values()) == [node] for copy in copies)
            return node

        self.assert_ends(make)

    def test_a_copy_in_use_keeps_its_values(self):
        var = contextvars.ContextVar("var")
        context = contextvars.Context()
        node = Node(context=context)
        context.run(var.set, node)
        copy = context.copy()
        del context, node
        gc.collect()
        self.assertIs(copy[var].context[var], copy[var])

    def test_the_current_context_keeps_its_values(self):
        def body():
            var.set(Node(context=contextvars.copy_context()))
            var.get().again = contextvars.copy_context()
            gc.collect()
            return list(var.get().again.values()) == [var.get()]

        var = contextvars.ContextVar("var")
        self.assertTrue(contextvars.Context().run(body))

    def test_a_long_chain_ends(self):
        map, context, var = hamt(), contextvars.Context(), contextvars.ContextVar("var")
        for _ in range(200_000):
            map = hamt().set(1, map)
            outer = contextvars.Context()
            outer.run(var.set, context)
            context = outer
        del map, context, outer


if __name__ == "__main__":
    unittest.main()
