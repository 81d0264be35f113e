"""Answers that the booking pages share."""

from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """After a POST: look there with a GET. A reload repeats nothing."""

    status_code = 303
