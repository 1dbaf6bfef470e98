# SPDX-License-Identifier: Apache-2.0
"""Reference leaks: what is run again and again leaves nothing behind, neither Python objects nor memory of the engine.

Each scenario runs a few times to fill caches, and then in rounds. After each round, four things are counted: the objects
of this file's class that are alive, the objects of the module's types, the bytes in use in the C heap, where the Swift
objects are, and the memory blocks of Python's allocator. A leak adds to one of them in every round; so the smallest
growth of all rounds must be 0 or less. Some caches of the interpreter take hundreds of runs to fill, also with CPython's own
module; so rounds go on until each count has had one without growth, but not for ever.

To count the C heap to the byte, glibc's caches for threads must be off, as Conformance/run has them
(GLIBC_TUNABLES=glibc.malloc.tcache_count=0): what is in them counts as in use, and they take long to fill.
"""

import array
import asyncio
import contextvars
import ctypes
import gc
import importlib
import sys
import threading
import tracemalloc
import unittest

from _contextvars import _add_watcher, _clear_watcher, _hamt as hamt

ROUNDS = 6
MOST_ROUNDS = 40
COLUMNS = ("objects", "objects of the module", "bytes of the C heap", "memory blocks")
var = contextvars.ContextVar("var")
other = contextvars.ContextVar("other", default=0)
TYPES = {contextvars.Context, contextvars.ContextVar, contextvars.Token, hamt, type(hamt().keys()), type(hamt().items())}


class Counted:
    """An object that is counted while it is alive."""

    alive = 0

    def __init__(self):
        Counted.alive += 1

    def __del__(self):
        Counted.alive -= 1


class HeapStatistics(ctypes.Structure):
    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    _fields_ = [(name, ctypes.c_size_t) for name in names]


heap_statistics = ctypes.CDLL(None).mallinfo2
heap_statistics.restype = HeapStatistics


def heap_bytes():
    return heap_statistics().uordblks


def measure(counts, place):
    """Writes what is counted into an array that is there already: keeping it must not be a growth itself."""
    for _ in range(3):
        gc.collect()
    counts[place] = Counted.alive
    counts[place + 1] = sum(map(is_of_the_module, gc.get_objects()))
    counts[place + 2] = heap_bytes()
    counts[place + 3] = sys.getallocatedblocks()


def is_of_the_module(thing):
    return type(thing) in TYPES


def growth(counts, column, rounds):
    """By how much a count has grown in each round."""
    values = counts[column : len(COLUMNS) * (rounds + 1) : len(COLUMNS)]
    return [after - before for before, after in zip(values, values[1:])]


# MARK: Scenarios


def values():
    context = contextvars.Context()
    for index in range(20):
        token = context.run(var.set, Counted())
        context.run(other.set, [token, Counted()])
        copy = context.copy()
        copy.run(var.set, Counted())
        list(copy.items()), copy.get(var), var in copy, copy == context, repr(copy), repr(token)
        with_token = context.run(var.set, copy)
        context.run(var.reset, with_token)


def variables():
    context = contextvars.Context()
    for index in range(50):
        context.run(contextvars.ContextVar(f"v{index}", default=Counted()).set, Counted())
    return context.copy()


def errors():
    context = contextvars.Context()
    token = context.run(var.set, Counted())
    for call, error in [
        (lambda: var.reset(token), ValueError),
        (lambda: other.reset(token), ValueError),
        (lambda: context.run(context.run, int), RuntimeError),
        (lambda: contextvars.ContextVar("unset").get(), LookupError),
        (lambda: contextvars.Context()[var], KeyError),
        (lambda: contextvars.Context()[1], TypeError),
        (lambda: contextvars.Context().run(), TypeError),
        (lambda: contextvars.ContextVar(1), TypeError),
        (lambda: context.run([].pop), IndexError),
        (lambda: hamt().set([], 1), TypeError),
    ]:
        try:
            call()
        except error:
            continue
        raise AssertionError("no error")


def scopes():
    def body():
        with var.set(Counted()):
            with var.set(Counted()):
                pass

    contextvars.copy_context().run(body)


def cycles():
    context = contextvars.Context()
    node = Counted()
    node.context = context
    node.token = context.run(var.set, node)
    node.copies = [context.copy() for _ in range(3)]
    node.copies[0].run(other.set, node)
    node.iterator = context.items()
    node.default = contextvars.ContextVar("v", default=node)


def maps():
    map = hamt()
    for index in range(300):
        map = map.set(index, Counted())
        map = map.set(f"key {index}", map if index % 50 == 0 else index)
    for index in range(0, 300, 3):
        map = map.delete(index)
    list(map.items()), map == map.set(1, 1), 1 in map, map.get(2), iter(map)


def failing_keys():
    class Key(Counted):
        fails = False

        def __hash__(self):
            return 7

        def __eq__(self, other):
            if Key.fails:
                raise ZeroDivisionError
            return self is other

    map = hamt()
    keys = [Key() for _ in range(5)]
    for key in keys:
        map = map.set(key, Counted())
    Key.fails = True
    for operation in (map.get, map.delete, lambda key: map.set(key, 1), lambda key: key in map):
        try:
            operation(Key())
        except ZeroDivisionError:
            continue
        raise AssertionError("no error")
    del Key.__eq__, Key.__hash__


def watchers():
    seen = []
    number = _add_watcher(seen.append)
    contextvars.Context().run(int)
    _clear_watcher(number)


def threads():
    def body():
        var.set(Counted())
        contextvars.copy_context().run(other.set, Counted())

    group = [threading.Thread(target=body) for _ in range(8)]
    for thread in group:
        thread.start()
    for thread in group:
        thread.join()


def tasks():
    async def child():
        var.set(Counted())
        other.set(asyncio.current_task())
        await asyncio.sleep(0)

    async def main():
        var.set(asyncio.current_task())
        await asyncio.gather(*(child() for _ in range(20)))
        await asyncio.to_thread(var.get)

    asyncio.run(main())


class LeakTest(unittest.TestCase):
    def assert_no_growth(self, scenario, columns=COLUMNS, warm_up=3):
        for _ in range(warm_up):
            scenario()
        counts = array.array("q", [0] * (len(COLUMNS) * (MOST_ROUNDS + 1)))
        measure(counts, 0)
        for rounds in range(1, MOST_ROUNDS + 1):
            scenario()
            measure(counts, len(COLUMNS) * rounds)
            growing = [column for column in range(len(columns)) if min(growth(counts, column, rounds)) > 0]
            if rounds >= ROUNDS and not growing:
                break
        for column in growing:
            self.fail(f"{columns[column]}: growth in each round, {growth(counts, column, rounds)}")
        self.assertEqual(Counted.alive, 0, "objects are alive")

    def test_the_measurement_finds_leaks(self):
        kept = []
        with self.assertRaisesRegex(AssertionError, "objects of the module"):
            self.assert_no_growth(lambda: kept.append(contextvars.Context()))
        with self.assertRaisesRegex(AssertionError, "memory blocks"):
            self.assert_no_growth(lambda: kept.append(object()))
        keys = [object() for _ in range(500 * (MOST_ROUNDS + 3))]
        maps = [hamt()]
        with self.assertRaisesRegex(AssertionError, "bytes of the C heap"):
            self.assert_no_growth(lambda: add_some(maps, keys))

    def test_cpythons_own_tests(self):
        """The whole of test_context, but for its test of speed, and for that of threads: see `test_tasks`."""
        module = importlib.import_module("test.test_context")
        groups = unittest.defaultTestLoader.loadTestsFromModule(module)
        tests = [test for group in groups for test in group if not ("stress" in test.id() or "threads" in test.id())]
        self.assertGreater(len(tests), 40)

        def run():
            # Not by a runner: that fills its own caches.
            for test in tests:
                test.debug()

        self.assert_no_growth(run)

    def test_tasks(self):
        # Not the memory blocks: Python keeps some for each thread of a pool, also with CPython's own module.
        self.assert_no_growth(tasks, COLUMNS[:3])

    def test_tracemalloc_sees_no_growth(self):
        """The same by another judge, and by line: no line of this file holds more after the last round."""
        scenarios = [values, variables, errors, scopes, cycles, maps, failing_keys, watchers]

        def run():
            for scenario in scenarios:
                scenario()
            gc.collect()

        tracemalloc.start()
        try:
            for _ in range(3):
                run()
            before = tracemalloc.take_snapshot()
            for _ in range(ROUNDS):
                run()
            after = tracemalloc.take_snapshot()
        finally:
            tracemalloc.stop()
        only_here = [tracemalloc.Filter(True, __file__)]
        lines = after.filter_traces(only_here).compare_to(before.filter_traces(only_here), "lineno")
        self.assertEqual([str(line) for line in lines if line.count_diff >= ROUNDS], [])


def add_some(maps, keys):
    """Lets a map grow by 500 keys, all of which exist: growth of the engine alone."""
    for key in keys[len(maps[0]) :][:500]:
        maps[0] = maps[0].set(key, None)


def add_tests():
    for scenario in (values, variables, errors, scopes, cycles, maps, failing_keys, watchers, threads):

        def test(self, scenario=scenario):
            self.assert_no_growth(scenario)

        setattr(LeakTest, f"test_{scenario.__name__}", test)


add_tests()

if __name__ == "__main__":
    unittest.main()
