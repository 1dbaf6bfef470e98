/// The part of swift-contextvars that talks to the Swift concurrency runtime.
///
/// Everything here is internal to the module `ContextVars`. The vocabulary:
///
/// - An *agent* is what runs code: a Swift task or, outside any task, a thread. Never two at once on one thread.
/// - A *frame* makes one context current for one agent, for as long as it is bound. An *anchored* frame is bound as a
///   task-local value, so that the runtime itself carries it: structured child tasks reach their parent's frame, and an
///   unstructured task gets a copy of its creator's innermost frame, made while the task is created.
/// - A frame for synchronous code *rides* on the anchored frame that its agent has bound before. That spares it the
///   runtime's storage, half of the cost: synchronous code neither moves to another thread nor creates structured
///   children, and when it creates an unstructured task, the copy of the anchored frame copies the riding one instead.
/// - An agent *owns* the frames that it bound, and an unstructured task owns the copy that was made for it. Only the
///   owner may change the frame's context; a structured child *borrows* the frame that it reaches.
#ifndef CONTEXTVARS_FRAMES_H
#define CONTEXTVARS_FRAMES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Identifies an agent while it lives: a task's address, or the tagged address of a thread's own storage.
typedef uintptr_t contextvars_agent;

/// Set in the address of an agent that is a thread.
enum { CONTEXTVARS_THREAD_TAG = 1 };

/// Values of `contextvars_frame.owner` that are no agent.
enum {
    /// Free, or bound but not its owner's innermost frame.
    CONTEXTVARS_OWNER_NONE = 0,
    /// Copied for an unstructured task that has not looked at it yet.
    CONTEXTVARS_OWNER_ADOPTABLE = 2,
};

/// How many words a Swift `Draft` has: what a context would hold that nobody has needed yet.
enum { CONTEXTVARS_DRAFT_WORDS = 5 };

/// One binding of a context to an agent.
///
/// Invariant (what makes the per-thread cache behind `contextvars_cached_frame` safe): a frame's memory is never returned
/// to the system, and `owner == A` holds for at most one frame for each agent A: A's innermost one. So a stale
/// pointer to a frame may always be read, and if it names the asking agent, it is right, whatever happened between.
typedef struct contextvars_frame {
    _Atomic(contextvars_agent) owner;
    /// The Swift `Context`, once it is made; else 0, or `CONTEXTVARS_DRAFT_LOCKED`.
    _Atomic(uintptr_t) context;
    /// A Swift `Draft`. All zero is the empty one.
    ///
    /// Invariant: only the frame's owner writes it, under the frame's lock. The owner reads it without, everybody else with.
    uintptr_t draft[CONTEXTVARS_DRAFT_WORDS];
    /// The owner's frame that this one hides while it is bound; in a free frame, the next free one.
    struct contextvars_frame *_Nullable outer;
    /// The anchored frame that this one rides on; NULL in an anchored frame.
    struct contextvars_frame *_Nullable anchor;
    /// The owner's innermost frame that rides on this one; NULL if there is none, and in a riding frame.
    _Atomic(struct contextvars_frame *_Nullable) rider;
    /// The item of the runtime's storage in which an anchored frame is, set when it is put there. The owner compares it with
    /// the latest item.
    const void *_Nullable item;
} contextvars_frame;

/// In place of a context: it isn't made, and somebody reads or changes the draft.
enum { CONTEXTVARS_DRAFT_LOCKED = 1 };

// MARK: Threads and agents (agent.c, running_task.c)

/// What the engine keeps for each thread.
typedef struct contextvars_thread {
    /// The frame that an agent on this thread was last found to own. It may be stale: see the invariant of
    /// `contextvars_frame`. At first a frame that nobody ever owns.
    contextvars_frame *frame;
    /// Where the runtime keeps the task that runs on this thread. Where that isn't known, a place that holds
    /// `CONTEXTVARS_TASK_UNKNOWN`.
    void *_Nullable const *_Nonnull running_task;
    /// Whether the thread is calling watchers.
    bool is_notifying;
} contextvars_thread;

// The shortest way to a thread-local variable of a library that is loaded with the program.
#if defined(__ELF__)
#define CONTEXTVARS_THREAD_LOCAL __attribute__((tls_model("initial-exec")))
#else
#define CONTEXTVARS_THREAD_LOCAL
#endif

extern _Thread_local contextvars_thread contextvars_this_thread CONTEXTVARS_THREAD_LOCAL;

/// The task that runs the caller, or NULL on a plain thread. Asks the runtime, and tries to spare the next call that.
void *_Nullable contextvars_find_running_task(void);

/// In place of a task's address.
enum { CONTEXTVARS_TASK_UNKNOWN = 8 };

/// The task that runs the caller, or NULL on a plain thread.
static inline void *_Nullable contextvars_running_task(void) {
    void *_Nullable task = *contextvars_this_thread.running_task;
    return task == (void *)CONTEXTVARS_TASK_UNKNOWN ? contextvars_find_running_task() : task;
}

/// The agent that a running task, or none, means on the calling thread. A thread's address is tagged, which keeps it apart
/// from every task's.
static inline contextvars_agent contextvars_agent_of(void *_Nullable task) {
    return task ? (contextvars_agent)task : (contextvars_agent)&contextvars_this_thread | CONTEXTVARS_THREAD_TAG;
}

/// The task or thread that runs the caller.
static inline contextvars_agent contextvars_current_agent(void) {
    return contextvars_agent_of(contextvars_running_task());
}

/// Whether an agent is a task whose lifetime its parent's scope bounds (`async let`, task groups).
bool contextvars_agent_is_structured_child(contextvars_agent agent);

/// Whether the caller's thread is the process's main thread.
bool contextvars_is_main_thread(void);

/// The flag of the calling thread that says whether it is calling watchers.
static inline bool *contextvars_thread_is_notifying(void) { return &contextvars_this_thread.is_notifying; }

/// Waits a little, for a lock that spins. First gives the processor to another thread of the same priority, then sleeps:
/// a holder of lower priority must get it too.
void contextvars_wait(unsigned attempt);

/// Does nothing that the caller's optimiser can see. To be called before a lock is given back under which something was
/// retained: Swift's optimiser moves a retain behind whatever it sees to release nothing, the store that gives back a lock
/// included, and by then another thread may have released the last reference.
void contextvars_retain_barrier(void);

// MARK: The layout of tasks (task_layout.c)

/// Two places in a task that the runtime has no cheap question for: where its task-local values begin, and where its
/// status records do, among them its open task groups. As offsets in bytes; 0 for a place that isn't known.
///
/// To look is one load each. The runtime's functions are calls that walk through the values, and that take the lock of the
/// records: half of what a scope for synchronous code costs.
typedef struct contextvars_task_layout {
    _Atomic(size_t) values;
    _Atomic(size_t) records;
} contextvars_task_layout;

extern contextvars_task_layout contextvars_known_task_layout;

/// Whether the word at a known offset of the running task is `word`. False where no task runs or the offset isn't known.
/// (Only the running task gives either word another value.)
static inline bool contextvars_task_word_is(
    void *_Nullable task, _Atomic(size_t) *known_offset, const void *_Nullable word
) {
    size_t offset = atomic_load_explicit(known_offset, memory_order_relaxed);
    if (!task || offset == 0) return false;
    return atomic_load_explicit((_Atomic(const void *) *)((char *)task + offset), memory_order_relaxed) == word;
}

/// Whether the caller is known to have no context: it is a task without any task-local value. False says nothing.
static inline bool contextvars_has_no_context(void) {
    void *task = *contextvars_this_thread.running_task;
    if (task == (void *)CONTEXTVARS_TASK_UNKNOWN) return false;
    return contextvars_task_word_is(task, &contextvars_known_task_layout.values, NULL);
}

/// How much of a task is searched, and how often it is noted.
enum { CONTEXTVARS_TASK_WORDS = 32, CONTEXTVARS_TASK_NOTES = 5 };

/// What the words of a task were: before two bindings or groups were begun, when the outer one was, when the inner one was,
/// when the inner one had ended, when both had.
typedef struct contextvars_task_notes {
    size_t count;
    uintptr_t words[CONTEXTVARS_TASK_NOTES][CONTEXTVARS_TASK_WORDS];
} contextvars_task_notes;

/// Adds what the words of the running task are.
void contextvars_note_task(contextvars_task_notes *notes);

/// Finds out where tasks keep their task-local values. To be called in a task that isn't a child: of those, the runtime
/// allocates more than is searched.
void contextvars_learn_place_of_values(void);

/// Finds out where tasks keep their status records, from notes about two task groups, whose addresses these are.
void contextvars_learn_place_of_records(const contextvars_task_notes *notes, uintptr_t outer, uintptr_t inner);

/// Whether both places are known. For tests: without, all works, but slower.
bool contextvars_knows_task_layout(void);

// MARK: Frames (frame.c)

/// How an agent stands to the frame that is current for it.
typedef enum contextvars_access : int {
    CONTEXTVARS_ACCESS_NONE,
    CONTEXTVARS_ACCESS_BORROWED,
    CONTEXTVARS_ACCESS_OWNED,
} contextvars_access;

/// The innermost frame that the calling agent reaches, and how.
contextvars_frame *_Nullable contextvars_reach_frame(contextvars_access *access);

/// The innermost frame of the calling agent if the agent is known to own it: the hot path of every operation. A few loads,
/// no call, whatever the number of task-local values. NULL says nothing; ask `contextvars_reach_frame` then.
static inline contextvars_frame *_Nullable contextvars_cached_frame(void) {
    contextvars_frame *frame = contextvars_this_thread.frame;
    // Where the task is unknown, this isn't an agent, and doesn't own the frame.
    contextvars_agent agent = contextvars_agent_of(*contextvars_this_thread.running_task);
    return atomic_load_explicit(&frame->owner, memory_order_relaxed) == agent ? frame : NULL;
}

/// The context of a frame; NULL for one that isn't made yet. It stays at least as long as the frame is bound.
static inline void *_Nullable contextvars_frame_context(contextvars_frame *frame) {
    // Acquire: another agent may have made it at this moment.
    uintptr_t context = atomic_load_explicit(&frame->context, memory_order_acquire);
    return context > CONTEXTVARS_DRAFT_LOCKED ? (void *)context : NULL;
}

/// Gives a frame its context, or takes it back. For a frame that isn't bound or whose draft the caller has locked.
static inline void contextvars_frame_set_context(contextvars_frame *frame, void *_Nullable context) {
    atomic_store_explicit(&frame->context, (uintptr_t)context, memory_order_release);
}

/// The place of a frame's draft.
static inline void *contextvars_frame_draft(contextvars_frame *frame) { return frame->draft; }

/// The context of a frame if it is made. NULL if not: then the caller has the frame's lock, which keeps others from
/// changing the draft and from making the context, until it calls `contextvars_frame_set_context`.
void *_Nullable contextvars_frame_context_or_lock(contextvars_frame *frame);

/// A frame to be filled and bound.
contextvars_frame *contextvars_frame_allocate(void);

/// Makes a frame's context current for the calling agent, who becomes the frame's owner.
void contextvars_bind(contextvars_frame *frame);

/// The same for synchronous code: until the frame is unbound, the agent neither suspends nor opens a task group.
void contextvars_bind_for_synchronous_code(contextvars_frame *frame);

/// Undoes the caller's latest binding, which was of `frame`. Releases the context and the draft.
void contextvars_unbind(contextvars_frame *frame);

/// How many frames in the process hold a context or a draft that isn't empty. For tests: a task that ended has left none.
/// Walks all frames.
size_t contextvars_bound_frame_count(void);

// MARK: Task-local storage (task_local.c)

/// What the copy of a frame into a new unstructured task, and the end of a frame, need from Swift.
typedef struct contextvars_hooks {
    /// Writes a draft of what a frame has at this moment.
    void (*_Nonnull copy)(contextvars_frame *frame, void *draft);
    /// Releases what a frame had.
    void (*_Nonnull release)(void *_Nullable context, void *draft);
} contextvars_hooks;

/// Sets the hooks. Called before anything is put into a frame.
void contextvars_set_hooks(const contextvars_hooks *hooks);

/// How many times the runtime has copied a frame on the calling thread. For the self-check.
unsigned long contextvars_copies_on_this_thread(void);

// MARK: References (references.c)

/// How many strong references a Swift object has. For cycle collectors, which hold the world still meanwhile.
size_t contextvars_reference_count(void *object);

#pragma clang assume_nonnull end

#endif
