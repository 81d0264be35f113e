"""Makes workers on one media job, to be killed: imports everything once, then forks one for each line it reads.

``python -m scraping.tests.media_nursery USER``: each worker goes on with the job, and writes its run's state.
"""

import os
import sys

import django


def work(user: str) -> None:
    job = MediaJob.objects.first() or create_job(mode="profile", value=user)
    print(work_on(run_id=job.run_id, seconds=60).state, flush=True)


def main() -> None:
    for _ in sys.stdin:
        if (pid := os.fork()) == 0:
            try:
                work(sys.argv[1])
            finally:
                os._exit(0)
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("ended", flush=True)


if __name__ == "__main__":
    django.setup()
    from scraping.models import MediaJob
    from scraping.services import job_work  # noqa: F401 - so that no worker needs a second to load it
    from scraping.services.execution import work_on
    from scraping.services.jobs import create_job

    main()
