# SPDX-License-Identifier: Apache-2.0
"""asyncio on the engine: its pure-Python Task copies a context for each task, and runs each step in it."""

import asyncio
import concurrent.futures
import contextvars
import gc
import random
import sys
import threading
import unittest
import weakref

request = contextvars.ContextVar("request")
depth = contextvars.ContextVar("depth", default=0)


async def steps(number, count):
    """Sets a variable, goes through some suspensions, and looks whether it kept the value; so do two child tasks."""
    request.set(number)
    token = depth.set(depth.get() + 1)
    for _ in range(count):
        await asyncio.sleep(random.random() / 1000)
        if request.get() != number:
            return False
    if count > 1:
        children = await asyncio.gather(child(number, count // 2), child(number, count // 2))
        if not all(children) or request.get() != number:
            return False
    depth.reset(token)
    return depth.get() == 0


async def child(number, count):
    if request.get() != number or depth.get() != 1:
        return False
    request.set(("child of", number))
    for _ in range(count):
        await asyncio.sleep(0)
        if request.get() != ("child of", number):
            return False
    return True


async def program(tasks):
    results = await asyncio.gather(*(steps(number, 1 + number % 4) for number in range(tasks)))
    return sum(results), request.get("unset")


class AsyncioTest(unittest.TestCase):
    def test_the_task_is_the_one_in_python(self):
        self.assertIs(asyncio.Task, asyncio.tasks._PyTask)
        self.assertIs(asyncio.Future, asyncio.futures._PyFuture)

    def test_two_thousand_tasks_are_isolated(self):
        self.assertEqual(asyncio.run(program(2000)), (2000, "unset"))

    def test_several_threads_each_run_an_event_loop(self):
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            runs = [pool.submit(asyncio.run, program(300)) for _ in range(6)]
            self.assertEqual([run.result(60) for run in runs], [(300, "unset")] * 6)

    def test_callbacks_run_in_the_context_of_their_registration(self):
        async def main():
            loop = asyncio.get_running_loop()
            seen = []
            request.set("registration")
            loop.call_soon(lambda: seen.append(request.get()))
            loop.call_later(0.001, lambda: seen.append(request.get()))
            future = loop.create_future()
            future.add_done_callback(lambda _: seen.append(request.get()))
            request.set("later")
            context = contextvars.Context()
            context.run(request.set, "given")
            loop.call_soon(lambda: seen.append(request.get()), context=context)
            future.set_result(None)
            await asyncio.sleep(0.01)
            return sorted(seen)

        self.assertEqual(asyncio.run(main()), ["given", "registration", "registration", "registration"])

    def test_a_thread_that_a_task_starts_has_its_values(self):
        async def main():
            request.set("task's")
            seen = await asyncio.to_thread(lambda: (request.get(), request.set("thread's"))[0])
            return seen, request.get()

        self.assertEqual(asyncio.run(main()), ("task's", "task's"))

    @unittest.skipIf(sys.version_info < (3, 11), "create_task(context=) is new in 3.11")
    def test_a_task_in_a_given_context(self):
        async def main():
            context = contextvars.Context()
            await asyncio.create_task(steps_in_given(), context=context)
            return context[request], request.get("unset")

        async def steps_in_given():
            request.set("first")
            await asyncio.sleep(0)
            request.set(request.get() + " second")

        self.assertEqual(asyncio.run(main()), ("first second", "unset"))

    def test_cancellation_restores_and_scopes_end(self):
        async def main():
            started, seen = asyncio.Event(), []

            async def body():
                try:
                    with request.set("scope"):
                        started.set()
                        await asyncio.sleep(60)
                finally:
                    seen.append(request.get("unset"))

            task = asyncio.create_task(body())
            await started.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return seen

        self.assertEqual(asyncio.run(main()), ["unset"])

    def test_an_ended_task_frees_what_it_set(self):
        class Value:
            pass

        async def body(references):
            value = Value()
            value.task = asyncio.current_task()  # task → context → value → task
            references.append(weakref.ref(value))
            request.set(value)
            await asyncio.sleep(0)

        async def main():
            references = []
            await asyncio.gather(*(body(references) for _ in range(50)))
            return references

        references = asyncio.run(main())
        gc.collect()
        self.assertEqual([reference() for reference in references], [None] * 50)

    def test_loops_in_threads_talk_to_each_other(self):
        """A coroutine handed to another thread's loop runs in a copy of the sender's context, as on CPython."""
        ready = threading.Event()
        loops = []

        def serve():
            loop = asyncio.new_event_loop()
            loops.append(loop)
            request.set("server thread")
            loop.call_soon(ready.set)
            loop.run_forever()
            loop.close()

        async def answer():
            return request.get("unset")

        thread = threading.Thread(target=serve)
        thread.start()
        ready.wait(10)
        contexts = [contextvars.Context() for _ in range(10)]
        for context in contexts:
            context.run(request.set, "client")
        futures = [context.run(asyncio.run_coroutine_threadsafe, answer(), loops[0]) for context in contexts]
        answers = {future.result(10) for future in futures}
        loops[0].call_soon_threadsafe(loops[0].stop)
        thread.join()
        # `call_soon_threadsafe` captures the sender's context, from which the task is made.
        self.assertEqual(answers, {"client"})


if __name__ == "__main__":
    unittest.main()
