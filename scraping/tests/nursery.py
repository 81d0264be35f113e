"""Makes workers to be killed: imports everything once, then forks one for each line it reads.

``python -m scraping.tests.nursery URL PAGES``: each worker goes on with the one run of the slot, and writes its state.
"""

import os
import sys

import django


def work(url: str, pages: int) -> None:
    """Work on the run until nothing is left that can be done now."""
    SOURCES["numbers"] = lambda: Numbers(url, pages, least={"film": pages})
    run, _ = start_run(source="numbers", slot="chaos", hand_off=False)
    run = work_on(run_id=run.pk, seconds=60)
    print(run.state, flush=True)


def main() -> None:
    url, pages = sys.argv[1], int(sys.argv[2])
    for _ in sys.stdin:
        if (pid := os.fork()) == 0:
            try:
                work(url, pages)
            finally:
                os._exit(0)
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("ended", flush=True)


if __name__ == "__main__":
    django.setup()
    from scraping.services.execution import work_on
    from scraping.services.runs import start_run
    from scraping.sources.registry import SOURCES
    from scraping.tests.numbers import Numbers

    main()
