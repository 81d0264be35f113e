"""Scraped films and ours: the queue of those that wait for a person, what was learned, and what was taken over."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from accounts.models import User
from cinema_project.common.errors import DomainError
from cinema_project.common.staff_forms import FactsAdmin
from scraping.matching.keys import plain_title
from scraping.models import FilmMatch, TitleLesson
from scraping.selectors.matches import Review, next_waiting, review
from scraping.services import decisions
from scraping.services.matches import Matched, match_films
from scraping.services.publishing import Chosen, Published, make_film, publish
from scraping.services.staging import Change, Staged, facts_of, stage, staging_rows

STATES = {"waiting": "warning", "accepted": "success", "confirmed": "success", "rejected": "default", "new": "info"}
MOST_STAGED = 100
SENT = (ACTION_CHECKBOX_NAME, "action", "select_across")
LINK = '<a href="{}" class="text-primary-600 dark:text-primary-500">{}</a>'


class NewFilmForm(forms.Form):
    """A film of ours to be made of a scraped one."""

    title = forms.CharField(max_length=255, widget=UnfoldAdminTextInputWidget)
    duration_minutes = forms.IntegerField(
        min_value=1, max_value=32767, label="Minutes", widget=UnfoldAdminIntegerFieldWidget
    )
    facts = forms.MultipleChoiceField(required=False, label="Take over", widget=forms.CheckboxSelectMultiple)

    def __init__(self, match: FilmMatch, data: Any = None) -> None:
        said = facts_of(match.film)
        start = {"title": plain_title(match.film.title), "duration_minutes": said.pop("duration_minutes", None)}
        super().__init__(data, initial={**start, "facts": list(said)})
        choices = [(name, f"{label(name)}: {in_words(name, value)}") for name, value in said.items()]
        self.fields["facts"].choices = choices  # type: ignore[attr-defined]


class FilmMatchAdmin(FactsAdmin):
    list_display = ("scraped", "source", "shown_state", "movie", "percent", "why", "decided_at", "decided_by")
    list_display_links = None
    list_filter = ("state", "film__source", "decided_at", "matched_at")
    list_select_related = ("film", "movie", "decided_by")
    search_fields = ("film__title", "movie__title", "title_key")
    ordering = ("-state", "pk")
    actions = ("match_again", "take")
    actions_list = ("match_now",)
    actions_detail = ("review", "staged")
    fields = (
        ("film", "state", "movie"),
        ("score", "reasons"),
        ("title_key", "year", "lesson"),
        ("decided_at", "decided_by", "matched_at"),
    )

    def has_take_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell who may take facts over into our films."""
        return self.has_act_permission(request) and request.user.has_perm("catalog.change_movie")

    def has_make_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell who may make films of scraped ones."""
        return self.has_act_permission(request) and request.user.has_perm("catalog.add_movie")

    @admin.display(description="scraped film", ordering="film__title")
    def scraped(self, match: FilmMatch) -> SafeString:
        return format_html(LINK, reverse("admin:scraping_filmmatch_review", args=[match.pk]), match.film)

    @admin.display(description="site", ordering="film__source")
    def source(self, match: FilmMatch) -> str:
        return match.film.source

    @display(description="state", ordering="state", label=STATES)
    def shown_state(self, match: FilmMatch) -> tuple[str, str]:
        return match.state, match.get_state_display()

    @admin.display(description="score", ordering="score")
    def percent(self, match: FilmMatch) -> str:
        return f"{match.score:.0%}"

    @admin.display(description="why")
    def why(self, match: FilmMatch) -> str:
        return str(match.reasons[0]) if match.reasons else "–"

    @action(description="Match what is new", url_path="match-now", permissions=["act"])
    def match_now(self, request: HttpRequest) -> HttpResponse:
        """Match what is new or changed since the last run."""
        if request.method == "POST":
            messages.success(request, _counted(match_films()))
            return redirect("admin:scraping_filmmatch_changelist")
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Match what is new"}
        return TemplateResponse(request, "scraping/admin/match_now.html", context)

    @admin.action(description="Match again", permissions=["act"])
    def match_again(self, request: HttpRequest, queryset: QuerySet[FilmMatch]) -> None:
        done = match_films(film_ids=list(queryset.values_list("film_id", flat=True)))
        messages.success(request, f"{_counted(done)} What staff decided stays.")

    @admin.action(description="See what our films lack", permissions=["take"])
    def take(self, request: HttpRequest, queryset: QuerySet[FilmMatch]) -> HttpResponse | None:
        ids = list(queryset.filter(state__in=FilmMatch.OURS).values_list("pk", flat=True)[: MOST_STAGED + 1])
        if len(ids) > MOST_STAGED:
            messages.error(request, f"Please choose at most {MOST_STAGED} at once.")
            return None
        if "sure" in request.POST:
            self._published(request)
            return None
        repeated = [(name, value) for name in SENT for value in request.POST.getlist(name)]
        return self._staging_page(request, ids, repeated)

    @action(description="What ours lacks", url_path="staged", permissions=["view"])
    def staged(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what a film of ours could take over of the scraped one; take over what was chosen."""
        match = self.get_object(request, object_id)
        if match is None:
            return redirect("admin:scraping_filmmatch_changelist")
        if request.method == "POST" and self.has_take_permission(request):
            self._published(request)
            return redirect("admin:scraping_filmmatch_review", match.pk)
        return self._staging_page(request, [match.pk], [])

    def _staging_page(self, request: HttpRequest, ids: Sequence[int], repeated: list[tuple[str, str]]) -> HttpResponse:
        films = [_shown(one) for one in stage(staging_rows(ids))]
        shown = {
            "opts": self.opts,
            "title": "What our films lack",
            "films": films,
            "repeated": repeated,
            "may_take": self.has_take_permission(request) and any(film["rows"] for film in films),
        }
        return TemplateResponse(request, "scraping/admin/staged.html", self.admin_site.each_context(request) | shown)

    def _published(self, request: HttpRequest) -> None:
        try:
            done = publish(chosen=_chosen(request.POST.getlist("take")), by=_staff(request))
        except DomainError as refused:
            messages.error(request, refused.detail)
        else:
            _tell(request, done)

    @action(description="Review", url_path="review", permissions=["view"])
    def review(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a scraped film beside ours, and do what staff decide."""
        match = self.get_object(request, object_id)
        if match is None:
            return redirect("admin:scraping_filmmatch_changelist")
        form = NewFilmForm(match)
        if request.method == "POST" and self.has_act_permission(request):
            form = NewFilmForm(match, request.POST) if request.POST.get("do") == "make" else form
            if (answer := self._done(request, match, form)) is not None:
                return answer
        shown = review(match.pk, search=request.GET.get("q", "")[:255])
        return self._review_page(request, shown, form) if shown else redirect("admin:scraping_filmmatch_changelist")

    def _review_page(self, request: HttpRequest, shown: Review, form: NewFilmForm) -> HttpResponse:
        context = {
            "opts": self.opts,
            "title": shown.match.film.title,
            "review": shown,
            "form": form,
            "q": request.GET.get("q", "")[:255],
            "may_decide": self.has_act_permission(request),
            "may_make": self.has_make_permission(request) and shown.match.movie is None,
        }
        return TemplateResponse(request, "scraping/admin/review.html", self.admin_site.each_context(request) | context)

    def _done(self, request: HttpRequest, match: FilmMatch, form: NewFilmForm) -> HttpResponse | None:
        """Do what was decided, and lead on to the next film that waits; ``None`` if it was refused."""
        do, _, number = request.POST.get("do", "").partition(":")
        if do == "make" and not (self.has_make_permission(request) and form.is_valid()):
            return None
        try:
            words = self._decided(request, match, form, do, number)
        except DomainError as refused:
            messages.error(request, refused.detail)
            return None
        self.log_change(request, match, words)
        messages.success(request, f"{match.film}: {words}")
        following = next_waiting(match.pk) if do != "reopen" else match.pk
        if following is None:
            return redirect("admin:scraping_filmmatch_changelist")
        return redirect("admin:scraping_filmmatch_review", following)

    def _decided(self, request: HttpRequest, match: FilmMatch, form: NewFilmForm, do: str, number: str) -> str:
        by, seen = _staff(request), request.POST.get("seen", "")
        if do == "make":
            facts = form.cleaned_data
            movie, missing = make_film(
                match_id=match.pk,
                title=facts["title"],
                duration_minutes=facts["duration_minutes"],
                fields=facts["facts"],
                by=by,
            )
            for sentence in missing:
                messages.warning(request, sentence)
            return f"made our new film {movie}."
        if do == "confirm" and number.isascii() and number.isdecimal():
            decided = decisions.confirm(match_id=match.pk, movie_id=int(number[:19]), by=by, seen=seen)
            return f"is our film {decided.movie}."
        if do == "reject":
            decisions.reject(match_id=match.pk, by=by, seen=seen)
            return "is none of ours."
        if do == "reopen":
            return f"decided anew: {decisions.reopen(match_id=match.pk, by=by).get_state_display()}."
        raise decisions.NothingDecided("Choose one of our films, or say that it is none of them.")


class TitleLessonAdmin(FactsAdmin):
    list_display = ("title", "year", "written", "decided", "follower_count", "learned_at", "learned_from", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "learned_at")
    list_select_related = ("movie", "learned_from")
    search_fields = ("title", "written", "movie__title")
    ordering = ("-pk",)
    actions = ("revoke",)
    fields = (("title", "year", "written"), "movie", ("learned_at", "learned_from"), ("revoked_at", "revoked_by"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[TitleLesson]:
        return super().get_queryset(request).annotate(follower_count=Count("followers"))

    @admin.display(description="is", ordering="movie__title")
    def decided(self, lesson: TitleLesson) -> str:
        return str(lesson.movie or "none of ours")

    @admin.display(description="films that follow", ordering="follower_count")
    def follower_count(self, lesson: TitleLesson) -> int:
        return int(getattr(lesson, "follower_count"))

    @admin.action(description="Revoke, and match anew what follows", permissions=["act"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[TitleLesson]) -> None:
        by = _staff(request)
        self.act_on_each(
            request, queryset, lambda lesson: decisions.revoke_lesson(lesson_id=lesson.pk, by=by), "revoked"
        )


class TakenFactAdmin(FactsAdmin):
    list_display = ("movie", "field", "before", "after", "film", "taken_at", "taken_by")
    list_filter = ("field", "film__source", "taken_at")
    list_select_related = ("movie", "film", "taken_by")
    search_fields = ("movie__title", "film__title")
    ordering = ("-pk",)
    fields = (("movie", "field"), "before", "after", "film", ("taken_at", "taken_by"))


def label(name: str) -> str:
    """Return a field's name as staff read it."""
    return name.replace("_", " ")


def in_words(name: str, value: Any) -> str:
    """Return a value of a film as staff read it."""
    if name == "poster":
        return "a picture" if value else ""
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _counted(done: Matched) -> str:
    return f"{done.looked_at} films looked at, {done.changed} matched otherwise than before."


def _shown(staged: Staged) -> dict[str, Any]:
    rows = [(f"{staged.match.pk}:{one.field}:{one.token}", *_cells(one)) for one in staged.changes]
    kept = [_cells(one) for one in staged.kept if one.field != "poster"]  # two pictures say nothing in words
    return {"match": staged.match, "movie": staged.movie, "rows": rows, "kept": kept}


def _cells(one: Change) -> tuple[str, str, str]:
    return label(one.field), in_words(one.field, one.before), in_words(one.field, one.after)


def _chosen(sent: Sequence[str]) -> Chosen:
    """Read what was ticked; what is no tick of ours is left out."""
    chosen: dict[int, dict[str, str]] = {}
    for one in sent:
        number, _, rest = one.partition(":")
        field, _, token = rest.partition(":")
        if number.isascii() and number.isdecimal() and len(number) < 19:
            chosen.setdefault(int(number), {})[field] = token
    return chosen


def _tell(request: HttpRequest, done: Published) -> None:
    for title, fields in done.taken.items():
        messages.success(request, f"{title}: {', '.join(map(label, fields))} taken over.")
    if not done.taken:
        messages.warning(request, "Nothing was taken over.")
    for sentence in done.missing:
        messages.warning(request, sentence)


def _staff(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the admin lets nobody else in
    return request.user
