from concurrent.futures import ThreadPoolExecutor

import pytest

from cinema_project.common.threads import Stopping, submit


def test_work_is_handed_over():
    with ThreadPoolExecutor(1) as pool:
        assert submit(pool, "a{}{b}".format, 1, b=2).result() == "a12"


def test_pool_that_is_closed_says_that_the_server_stops():
    pool = ThreadPoolExecutor(1)
    pool.shutdown()

    with pytest.raises(Stopping, match="stopping"):
        submit(pool, str)
