"""Tasks that belong to no mapping: asked for by the scheduler or a person, run by a worker.

start(task, user)   have it run; a task that is under way is not started a second time
run(task)           what a worker does with its name
run_here(task)      run one that was asked for in this process, and wait for its end
resend()            for the scheduler: send again what nobody took, give up what kills every worker
performs(task)      decorates the function that does it, in a room above this one
"""

from integration.jobs.tasks.registry import TASKS, performs
from integration.jobs.tasks.runs import resend, run, run_here, start

__all__ = ["TASKS", "performs", "resend", "run", "run_here", "start"]
