"""Garbage collection: cycles through contexts, tokens, variables and maps end; nothing that is in use does.

The engine's objects are no Python objects, so the collector sees only what the module shows it. Two mistakes are
possible. To show too little keeps garbage alive; to show an object twice that is held once ends it while it is in use. The random test looks for both, with CPython's own module doing the same steps beside.
"""

import contextvars
import gc
import random
import unittest
import weakref

from _contextvars import _hamt as hamt, _sees_shared_storage


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
        for _ in range(3):
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


class World:
    """Nodes, contexts, tokens and iterators that refer to each other at random, made with one of the two modules."""

    def __init__(self, module, seed, sharing):
        self.module = module
        self.random = random.Random(seed)
        self.sharing = sharing
        self.vars = [module.ContextVar(f"v{index}") for index in range(40)]
        self.references = []
        self.things = []
        self.iterators = []

    def add(self, thing):
        self.things.append(thing)
        if len(self.things) > 12:
            del self.things[self.random.randrange(len(self.things))]

    def pick(self, kind):
        found = [thing for thing in self.things if isinstance(thing, kind)]
        return self.random.choice(found) if found else None

    def step(self):
        choice = self.random.random()
        context = self.pick(self.module.Context)
        if context is None:
            self.add(self.module.Context())
        elif choice < 0.3:
            node = Node(links=[self.random.choice(self.things)] if self.things else [])
            self.references.append(weakref.ref(node))
            self.add(node)
        elif choice < 0.4:
            self.add(self.module.Context())
        elif choice < 0.5 and self.sharing:
            self.add(context.copy())
        elif choice < 0.55 and self.sharing:
            # Beside the things: CPython does not collect garbage that goes through an iterator.
            self.iterators = (self.iterators + [context.items()])[-4:]
        elif choice < 0.8:
            context.run(self.random.choice(self.vars).set, self.random.choice(self.things))
        elif choice < 0.9:
            # A knot: a node in a context that it holds, maybe with others that share.
            node = Node(links=[context])
            self.references.append(weakref.ref(node))
            token = context.run(self.random.choice(self.vars).set, node)
            if self.sharing:
                node.links += [context.copy(), context.copy(), token][: self.random.randrange(4)]
            # A token of CPython's keeps its context alive, one of the engine's doesn't. So none is on its own here.
            if self.random.random() < 0.2 and node.links[-1] is not token:
                self.add(node.links[-1])
            self.things = [thing for thing in self.things if thing is not context]
        else:
            node = self.pick(Node)
            if node:
                node.links.append(self.random.choice(self.things))

    def alive(self):
        gc.collect()
        gc.collect()
        return [number for number, reference in enumerate(self.references) if reference() is not None]

    def reachable(self):
        """The numbers of the nodes that Python code can still get at."""
        numbers = {id(reference()): number for number, reference in enumerate(self.references)}
        seen, pending, result = set(), list(self.things), []
        while pending:
            thing = pending.pop()
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            if isinstance(thing, Node):
                result.append(numbers[id(thing)])
                pending += thing.links
            elif isinstance(thing, self.module.Context):
                pending += thing.values()
            elif isinstance(thing, self.module.Token):
                pending.append(thing.old_value)
        return sorted(result)


class RandomTest(unittest.TestCase):
    def setUp(self):
        # Many collections of young objects only, which see some of those that share and not others.
        self.addCleanup(gc.set_threshold, *gc.get_threshold())
        gc.set_threshold(7, 3, 3)

    def worlds(self, sharing):
        from test_parity import cpythons_own

        for seed in range(25):
            worlds = [World(module, seed, sharing) for module in (contextvars, cpythons_own())]
            for _ in range(4):
                for _ in range(60):
                    for world in worlds:
                        world.step()
                yield worlds

    def test_without_sharing_exactly_the_garbage_ends(self):
        for engine, own in self.worlds(sharing=False):
            self.assertEqual(engine.alive(), own.alive())

    def test_with_sharing_nothing_in_use_ends(self):
        kept = ended = 0
        for engine, own in self.worlds(sharing=True):
            alive, expected = engine.alive(), own.alive()
            self.assertEqual(engine.reachable(), own.reachable())
            self.assertLessEqual(set(expected), set(alive))
            kept += len(alive) - len(expected)
            ended += len(engine.references) - len(alive)
        print(f"  garbage that shared storage kept: {kept} of {kept + ended} nodes")
        if _sees_shared_storage:
            self.assertEqual(kept, 0)


if __name__ == "__main__":
    unittest.main()
