"""Videos of media jobs over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scraping.api.serializers.jobs import VideoOutput, VideosOutput, VideosQuery
from scraping.api.views.media import MALFORMED, PAGE, TAGS, MediaView, refused
from scraping.selectors import jobs as selectors
from scraping.selectors.media_json import video_json
from scraping.services import videos as services

NO_VIDEO = refused(404, "Video with id 7123456789012345678 not found")


class Videos(MediaView):
    @extend_schema(
        operation_id="list_videos",
        tags=TAGS,
        parameters=[VideosQuery, *PAGE],
        responses={200: VideosOutput} | MALFORMED,
    )
    def get(self, request: Request) -> Response:
        """List the videos, the latest found first."""
        asked = self.query(VideosQuery)
        for name in ("value", "hashtag", "author_username"):
            asked[name] = asked.get(name, "").strip().lstrip("@#")

        def show(found: list[Any], total: int) -> dict[str, Any]:
            return {"total": total, "videos": [video_json(row) for row in found]}

        return self.page(selectors.FoundVideos(**asked), show)


class OneVideo(MediaView):
    @extend_schema(operation_id="show_video", tags=TAGS, responses={200: VideoOutput} | NO_VIDEO)
    def get(self, request: Request, video_id: str) -> Response:
        """Show a video."""
        return Response(video_json(services.found_video(video_id)))

    @extend_schema(operation_id="delete_video", tags=TAGS, responses={204: None} | NO_VIDEO)
    def delete(self, request: Request, video_id: str) -> Response:
        """Delete what is known of a video. Its file in Google Drive, or in our storage, stays."""
        services.delete_video(video_id=video_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RetryVideo(MediaView):
    @extend_schema(
        operation_id="retry_video",
        tags=TAGS,
        request=None,
        responses={200: VideoOutput} | NO_VIDEO | refused(400, "Video already uploaded successfully"),
    )
    def post(self, request: Request, video_id: str) -> Response:
        """Fetch and store a video that failed once more, by and by. What was fetched of it is not fetched again."""
        return Response(video_json(services.retry_video(video_id=video_id)))
