"""Reviews in the admin: read, and deleted where they are not fit to be read. Nobody writes in another's name."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from catalog.models import Review
from catalog.selectors.reviews import reviews
from catalog.services.reviews import delete_review
from cinema_project.common.staff_forms import StaffAdmin


class ReviewAdmin(StaffAdmin):
    list_display = ("movie", "rating", "title", "user", "likes", "dislikes", "created_at")
    list_filter = ("rating", "created_at", ("movie", admin.RelatedOnlyFieldListFilter))
    search_fields = ("title", "comment", "movie__title", "user__email", "user__full_name")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    fields = (("movie", "user"), "rating", "title", "comment", ("likes", "dislikes"), ("created_at", "updated_at"))
    readonly_fields = ("likes", "dislikes")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        return reviews().select_related("movie").order_by(*self.ordering)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Review | None = None) -> bool:
        return False

    @admin.display(ordering="likes")
    def likes(self, review: Review) -> int:
        return int(getattr(review, "likes"))

    @admin.display(ordering="dislikes")
    def dislikes(self, review: Review) -> int:
        return int(getattr(review, "dislikes"))

    def delete_model(self, request: HttpRequest, obj: Review) -> None:
        delete_review(review_id=obj.pk, author_id=None)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Go back to the list, where the next one is; Django would not, as nobody changes anything there."""
        super().response_delete(request, obj_display, obj_id)
        return redirect("admin:catalog_review_changelist")
