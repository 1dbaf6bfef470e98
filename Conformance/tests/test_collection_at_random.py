# SPDX-License-Identifier: Apache-2.0
"""Garbage collection of what refers to each other at random, with CPython's own module doing the same steps beside.

Nothing that is in use may end, and all that is garbage for CPython must end. Many collections of young objects go on
meanwhile, which see some of those that share storage and not others.
"""

import contextvars
import gc
import random
import unittest
import weakref

from _contextvars import _sees_shared_storage

from test_collection import Node
from test_parity import cpythons_own


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
        self.addCleanup(gc.set_threshold, *gc.get_threshold())
        gc.set_threshold(7, 3, 3)

    def worlds(self, sharing):
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
